"""Everything that can happen to a waiting room, each held against a brute-force reading of the rules."""

import asyncio

from hypothesis import strategies as st
from hypothesis.stateful import rule
from redis.asyncio import Redis

from matcher.domain import EndReason
from matcher.policy import rungs
from matcher.waiting_room import Active, Gone, Offered, Placed, Ticket, Waiting
from matcher.wire import Prefs
from tests.integration.room_machine import TERMS, RoomMachine
from tests.integration.room_world import World, ladder, lost
from tests.integration.waiting import an_id

callers = st.sampled_from([an_id(f"caller{number}") for number in range(6)])
workers = st.sampled_from(["w1", "w2"])
picks = st.integers(0, 20)
wishes = st.builds(
    Prefs,
    st.sampled_from([("en",), ("en",), ("de",), ("de", "en")]),
    st.sampled_from([(), (), ("music",), ("books",), ("books", "music")]),
)
ages = st.sampled_from([0, 0, 0, 0, 4_000, 6_000, 20_000])
steps = st.sampled_from([1, 700, 1_000, 4_000, 5_000, 10_000, 12_001, 20_000])


class RoomRules(RoomMachine):
    """The rules."""

    # Entering.

    @rule(caller=callers, worker=workers, prefs=wishes, avoid=st.lists(callers, max_size=1), age=ages)
    def enter(self, caller: str, worker: str, prefs: Prefs, avoid: list[str], age: int) -> None:
        """A new ticket is offered exactly the longest waiting of those it may meet, or waits."""
        self.clock.advance(0.001)
        joined = self.now - age
        while joined in self.joined.values():
            joined -= 1
        self.epochs[caller] = self.epochs.get(caller, 0) + 1
        name = an_id(f"t{len(self.joined)}")
        ticket = Ticket(name, caller, self.epochs[caller], joined, worker, rungs(prefs), tuple(avoid))
        self.newest[caller], self.joined[name] = ticket, joined
        before = self.world
        placed = self.do(self.room.enter(ticket))
        self.view.replied(worker, name, placed)
        if not before.callers.get(caller, {}).get("ticket"):
            self.expect_oldest(before, name, placed)

    def expect_oldest(self, before: World, name: str, placed: Placed) -> None:
        """The brute force: of all that waited before and may be met, the oldest."""
        me = self.world.tickets[name]
        me = {**me, "rung": sum(delay <= self.now - me["joined"] for delay, _ in ladder(me))}
        fits = [
            other for other in before.waiting_alive(self.now) if self.acceptable(me, before.tickets[other], self.now)
        ]
        if fits:
            assert isinstance(placed, Offered)
            assert self.world.partner(name) == min(fits, key=lambda other: before.tickets[other]["joined"])
        else:
            assert placed == Waiting(me["joined"])

    @rule(caller=callers)
    def enter_again(self, caller: str) -> None:
        """A repeated request changes nothing but the lease, or puts a lost ticket back."""
        if ticket := self.newest.get(caller):
            before = self.world
            placed = self.do(self.room.enter(ticket))
            self.view.replied(ticket.worker, ticket.id, placed)
            assert not isinstance(placed, Gone)
            if ticket.id in before.tickets:
                assert (before.tickets, before.index, before.calls) == (
                    self.world.tickets, self.world.index, self.world.calls,
                )  # fmt: skip

    @rule(caller=callers)
    def enter_late(self, caller: str) -> None:
        """A request of an older epoch is refused and changes nothing."""
        ticket = self.newest.get(caller)
        if ticket and caller in self.world.callers:
            before = self.world
            late = Ticket(an_id("late"), caller, ticket.epoch - 1, 0, "w1", ticket.rungs)
            assert self.do(self.room.enter(late)) == Gone("superseded")
            assert self.world == before

    # Offers and calls.

    @rule(number=picks)
    def ack(self, number: int) -> None:
        """The second acknowledgement makes it a call, the first does not."""
        if name := self.pick(number, "offered"):
            ticket = self.world.tickets[name]
            both = self.world.tickets[self.world.partner(name)]["acked"]
            placed = self.do(self.room.ack(name, ticket["call"]))
            self.view.replied(ticket["worker"], name, placed)
            assert isinstance(placed, Active if both else Offered)

    @rule(number=picks)
    def ack_another(self, number: int) -> None:
        """An acknowledgement of another call says where the ticket stands."""
        if name := self.pick(number, "waiting", "offered", "active"):
            before = self.world
            self.view.replied(before.tickets[name]["worker"], name, self.do(self.room.ack(name, an_id("none"))))
            assert self.world.tickets == before.tickets

    @rule(number=picks)
    def connect(self, number: int) -> None:
        """Both sides hear each other as soon as both have said so."""
        if name := self.pick(number, "active"):
            ticket, partner = self.world.tickets[name], self.world.partner(name)
            both = bool(partner) and self.world.tickets[partner]["connected"]
            assert self.do(self.room.connected(name, ticket["call"])) == both

    @rule(number=picks, reason=st.sampled_from([EndReason.HANGUP, EndReason.FAILED]))
    def end(self, number: int, reason: EndReason) -> None:
        """A call ends once, for both."""
        if name := self.pick(number, "offered", "active"):
            ticket, partner = self.world.tickets[name], self.world.partner(name)
            assert self.do(self.room.end(name, ticket["call"], reason))
            self.view.known.pop((ticket["worker"], name))
            assert not {name, partner} & self.world.tickets.keys()
            assert not self.do(self.room.end(name, ticket["call"], reason))

    @rule(number=picks)
    def leave(self, number: int) -> None:
        """Whoever leaves is gone; the living partner of an offer has its place back, that of a call is free."""
        if name := self.pick(number, "waiting", "offered", "active"):
            before, ticket = self.world, self.world.tickets[name]
            partner = before.partner(name) if ticket["state"] != "waiting" else ""
            self.do(self.room.leave(name))
            self.view.known.pop((ticket["worker"], name), None)
            assert name not in self.world.tickets
            if partner:
                stays = ticket["state"] == "offered" and before.alive(partner, self.now)
                assert (partner in self.world.tickets) == stays

    # Sockets and workers.

    @rule(worker=workers, kept=st.integers(0, 255))
    def renew(self, worker: str, kept: int) -> None:
        """A renewed ticket has a whole lease; those that are gone or elsewhere are named."""
        names = sorted({ticket.id for ticket in self.newest.values()})
        names = [name for number, name in enumerate(names) if kept >> number & 1]
        before = self.world
        gone = self.do(self.room.renew(worker, names))
        assert gone == [name for name in names if name not in before.leases and f"{worker}|{name}" not in before.owned]
        assert self.world.workers[worker] == self.now + TERMS.lease_ms
        assert all(self.world.leases[name] == self.now + TERMS.lease_ms for name in names if name in before.leases)

    @rule(caller=callers, worker=workers)
    def attach(self, caller: str, worker: str) -> None:
        """A new socket takes the live ticket over, wherever it is; a dead one it does not get."""
        before, epoch = self.world, self.epochs.get(caller, 0) + 1
        name: str = before.callers.get(caller, {}).get("ticket", "")
        held = self.do(self.room.attach(caller, epoch, worker))
        live = bool(name) and (before.tickets[name]["state"] == "active" or before.alive(name, self.now))
        assert (held[0] if held else None) == (name if live else None)
        if held and caller in self.newest:
            self.epochs[caller] = epoch
            old = self.newest[caller]
            self.newest[caller] = Ticket(name, caller, epoch, old.joined_ms, worker, old.rungs, old.avoid)
            self.view.replied(worker, name, held[1])
            assert not lost(self.world.tickets[name])

    @rule(number=picks, grace=st.sampled_from([3_000, 15_000]))
    def detach(self, number: int, grace: int) -> None:
        """A call whose socket is lost has a grace; nothing else changes."""
        if name := self.pick(number, "waiting", "offered", "active"):
            self.do(self.room.detach(name, grace))
            assert self.world.tickets[name]["lost_until"] == self.now + grace

    # Time and ruin.

    @rule(step=steps, kept=st.booleans())
    def pass_time(self, step: int, kept: bool) -> None:
        """Time passes, with or without everybody being renewed."""
        self.clock.advance(step / 1000)
        if kept:
            for worker in ("w1", "w2"):
                self.do(self.room.renew(worker, list(self.world.tickets)))

    @rule(step=st.sampled_from([500, 30_000]))
    def step_back(self, step: int) -> None:
        """The clock goes back a little: no age shrinks."""
        self.do(self.room.sweep())
        if self.now + step - self.clock.now_ms() < TERMS.max_step_back_ms:
            self.clock.advance(-step / 1000)

    @rule()
    def sweep(self) -> None:
        """Sweeps come to rest, and then nothing is overdue; the living that acknowledged still have their place."""
        before = self.world
        for _ in range(20):
            if self.do(self.room.sweep()) == 0:
                break
        else:
            raise AssertionError("sweeps do not come to rest")
        now, world = self.now, self.world
        assert all(until >= now for until in (*world.leases.values(), *world.workers.values()))
        assert all(at > now for at in world.due.values())
        for name in world.waiting:
            ticket = world.tickets[name]
            assert ticket["rung"] == sum(delay <= now - ticket["joined"] for delay, _ in ladder(ticket))
        for call, sides in before.calls.items():
            if before.tickets.get(sides["a"], {}).get("state") == "offered" and call not in world.calls:
                for name in (sides["a"], sides["b"]):
                    kept = before.tickets[name]["acked"] and before.alive(name, now)
                    assert name in world.tickets or not kept

    @rule()
    def lose_everything(self) -> None:
        """Redis restarts empty, its clock corrected: only the workers know the calls."""
        self.clock.advance((self.now - self.clock.now_ms()) / 1000)
        tickets = {ticket.id: ticket for ticket in self.newest.values()}
        calls = {name: record for name, record in self.world.tickets.items() if record["state"] == "active"}
        self.lost_calls = [(tickets[name], record) for name, record in calls.items() if name in tickets]
        self.do(self.redis.flushall())
        self.view.known.clear()
        self.met.clear()

    @rule(number=picks)
    def restore(self, number: int) -> None:
        """A side of a lost call is put back once, and fits the other side."""
        if not self.lost_calls:
            return
        ticket, record = self.lost_calls[number % len(self.lost_calls)]
        caller = self.world.callers.get(ticket.caller, {"epoch": 0, "ticket": ""})
        superseded = caller["epoch"] > ticket.epoch
        placed = self.do(self.room.restore(ticket, record["call"], record["side"], connected=record["connected"]))
        if superseded:
            assert placed == Gone("superseded")
            return
        self.view.replied(ticket.worker, ticket.id, placed)
        if not caller["ticket"]:
            assert placed == Active(record["call"], record["side"], placed.partner)  # type: ignore[union-attr]
            self.seen.add(record["call"])
            if partner := self.world.partner(ticket.id):
                pair = frozenset((ticket.caller, self.world.tickets[partner]["caller"]))
                self.met[pair] = self.now + TERMS.recent_ms


def machine(redis: Redis, runner: asyncio.Runner, files: dict[str, str] | None = None) -> type[RoomRules]:
    """Return the machine on a Redis, with other Lua sources where given."""
    return type("Room", (RoomRules,), {"redis": redis, "runner": runner, "files": files})
