"""Everything that can happen to a waiting room, each held against a brute-force reading of the rules."""

import asyncio

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from msgspec.structs import replace
from redis.asyncio import Redis

from matcher.domain import EndReason, Partner
from matcher.policy import rungs
from matcher.waiting_room import Active, Gone, Offered, Ticket, Waiting
from matcher.wire import Prefs
from tests.integration.room_bots import BOTS, picks, when
from tests.integration.room_machine import TERMS
from tests.integration.room_switch import SwitchRules
from tests.integration.room_world import is_bot, ladder, lost
from tests.integration.waiting import an_id

CALLERS = [an_id(f"caller{number}") for number in range(5)]
WORKERS = ["w1", "w2"]

callers = st.sampled_from(CALLERS)
workers = st.sampled_from(WORKERS)
wishes = st.builds(
    Prefs,
    st.sampled_from([("en",), ("de",), ("de", "en"), ("de", "en")]),
    st.sampled_from([(), (), (), ("music",), ("books", "music")]),
)
avoided = st.sampled_from([(), (), (), *((caller,) for caller in CALLERS)])
ages = st.sampled_from([0, 0, 0, 4_500, 6_000, 20_000])
pauses = st.sampled_from([0, 0, 0, 1_000, 4_001, 5_000, 13_000, 41_000])


class RoomRules(SwitchRules):
    """The rules."""

    # Entering.

    @initialize(crowd=st.lists(st.tuples(workers, wishes, avoided, ages), min_size=2, max_size=4))
    def begin(self, crowd: list[tuple[str, Prefs, tuple[str, ...], int]]) -> None:
        """Some are there already."""
        for caller, one in zip(CALLERS, crowd, strict=False):
            self.enter(caller, *one)

    @rule(caller=callers, worker=workers, prefs=wishes, avoid=avoided, age=ages, pause=pauses, taken=st.booleans())
    def come(
        self, caller: str, worker: str, prefs: Prefs, avoid: tuple[str, ...], age: int, pause: int, taken: bool
    ) -> None:
        """Somebody comes after a while, and maybe both take the offer at once."""
        self.clock.advance(pause / 1000)
        self.enter(caller, worker, prefs, avoid, age)
        name = self.newest[caller].id
        if taken and self.world.tickets[name]["state"] == "offered":
            partner = self.world.partner(name)
            self.accept(name)
            self.accept(partner)

    def enter(self, caller: str, worker: str, prefs: Prefs, avoid: tuple[str, ...], age: int) -> None:
        """A new ticket is offered exactly the longest waiting of those it may meet, or waits."""
        joined = self.now - age
        while joined in self.joined.values():
            joined -= 1
        epoch = self.epochs[caller] = self.epochs.get(caller, 0) + 1
        name = an_id(f"t{len(self.joined)}")
        # Half of them, and always the same ones, would talk to a bot.
        ticket = Ticket(name, caller, epoch, joined, worker, rungs(prefs), avoid, bots=len(self.joined) % 2 == 0)
        self.newest[caller], self.joined[ticket.id] = ticket, joined
        alone = not self.world.callers.get(caller, {}).get("ticket")
        oldest = self.oldest_for(ticket)
        placed = self.do(self.room.enter(ticket), (worker, ticket.id))
        if not alone:
            return  # ending what the caller was in may have changed who waits
        if oldest:
            assert isinstance(placed, Offered)
            assert self.world.partner(ticket.id) == oldest
        else:
            assert placed == Waiting(joined)

    def oldest_for(self, ticket: Ticket) -> str:
        """The brute force: of all who wait now and may be met, the oldest; '' for nobody."""
        if not self.world.people_meet:
            return ""
        begun = sum(rung.delay_ms <= self.now - ticket.joined_ms for rung in ticket.rungs)
        ladder = "[" + ",".join(f"[{r.delay_ms},{list(r.buckets)}]" for r in ticket.rungs).replace("'", '"') + "]"
        me = {"caller": ticket.caller, "avoid": " ".join(ticket.avoid), "rungs": ladder, "rung": begun}
        waiting = {name: self.world.tickets[name] for name in self.world.waiting_alive(self.now)}
        fits = [name for name, other in waiting.items() if self.acceptable(me, other, self.now)]
        return min(fits, key=lambda name: waiting[name]["joined"], default="")

    @precondition(lambda self: self.newest)
    @rule(number=picks)
    def enter_again(self, number: int) -> None:
        """A repeated request changes nothing but the lease, or puts a lost ticket back."""
        ticket = list(self.newest.values())[number % len(self.newest)]
        before = self.world
        assert not isinstance(self.do(self.room.enter(ticket), (ticket.worker, ticket.id)), Gone)
        if ticket.id in before.tickets:
            after = self.world
            assert (before.tickets, before.index, before.calls) == (after.tickets, after.index, after.calls)

    @precondition(lambda self: self.world.callers)
    @rule(number=picks)
    def enter_late(self, number: int) -> None:
        """A request of an older epoch is refused and changes nothing."""
        before = self.world
        caller = sorted(before.callers)[number % len(before.callers)]
        late = replace(self.newest[caller], id=an_id("late"), epoch=before.callers[caller]["epoch"] - 1)
        assert self.do(self.room.enter(late)) == Gone("superseded")
        assert self.world == before

    # Offers and calls.

    @when("offered")
    @rule(number=picks)
    def ack(self, number: int) -> None:
        """The second acknowledgement makes it a call, the first does not."""
        self.accept(self.pick(number, "offered"))

    @when("waiting", "offered", "active")
    @rule(number=picks)
    def ack_another(self, number: int) -> None:
        """An acknowledgement of another call says where the ticket stands."""
        name, before = self.pick(number, "waiting", "offered", "active"), self.world
        self.do(self.room.ack(name, an_id("none")), (before.tickets[name]["worker"], name))
        assert self.world.tickets == before.tickets

    @when("active")
    @rule(number=picks)
    def connect(self, number: int) -> None:
        """Both sides hear each other as soon as both have said so."""
        name = self.pick(number, "active")
        ticket, partner = self.world.tickets[name], self.world.partner(name)
        both = bool(partner) and bool(self.world.tickets[partner]["connected"])
        assert self.do(self.room.connected(name, ticket["call"])) == both

    @when("offered", "active")
    @rule(number=picks, reason=st.sampled_from([EndReason.HANGUP, EndReason.FAILED]), again=st.booleans())
    def end(self, number: int, reason: EndReason, again: bool) -> None:
        """A call ends once, for both; maybe both want the next partner at once."""
        name = self.pick(number, "offered", "active")
        ticket, partner = self.world.tickets[name], self.world.partner(name)
        both = [self.world.tickets[one] for one in (name, partner) if one]
        pair = [one["caller"] for one in both if not is_bot(one)]
        assert self.do(self.room.end(name, ticket["call"], reason), (ticket["worker"], name)) is True
        assert not {name, partner} & self.world.tickets.keys()
        assert not self.do(self.room.end(name, ticket["call"], reason))
        for caller in pair if again else ():
            self.enter(caller, "w1", Prefs(("en",)), (), 20_000 if number % 2 else 0)

    @when("waiting", "offered", "active")
    @rule(number=picks)
    def leave(self, number: int) -> None:
        """Whoever leaves is gone; the living partner of an offer has its place back, that of a call is free."""
        name, before = self.pick(number, "waiting", "offered", "active"), self.world
        ticket, at = before.tickets[name], self.now
        partner = "" if ticket["state"] == "waiting" else before.partner(name)
        self.do(self.room.leave(name), (ticket["worker"], name))
        assert name not in self.world.tickets
        if partner:
            stays = ticket["state"] == "offered" and before.alive(partner, at) and not is_bot(before.tickets[partner])
            assert (partner in self.world.tickets) == stays

    # Sockets and workers.

    @rule(worker=workers, kept=st.integers(0, 31))
    def renew(self, worker: str, kept: int) -> None:
        """A renewed ticket has a whole lease; those that are gone or elsewhere are named."""
        names = sorted(ticket.id for ticket in self.newest.values())
        names = [name for number, name in enumerate(names) if kept >> number & 1]
        before, until = self.world, self.now + TERMS.lease_ms
        gone = self.do(self.room.renew(worker, names))
        assert gone == [name for name in names if name not in before.leases and f"{worker}|{name}" not in before.owned]
        assert self.world.workers[worker] == until
        assert all(self.world.leases[name] == until for name in names if name in before.leases)

    @precondition(lambda self: self.pick(0, "waiting", "offered", "active", bots=False))
    @rule(number=picks, worker=workers)
    def attach(self, number: int, worker: str) -> None:
        """A new socket takes the live ticket over, wherever it is; a dead one it does not get."""
        name, before = self.pick(number, "waiting", "offered", "active", bots=False), self.world
        caller = before.tickets[name]["caller"]
        live = before.tickets[name]["state"] == "active" or before.alive(name, self.now)
        epoch, held = self.do(self.room.attach(caller, worker), (worker, name))
        assert epoch > self.epochs[caller]
        self.epochs[caller] = epoch
        assert (held is not None) == live
        if held:
            self.newest[caller] = replace(self.newest[caller], id=name, epoch=epoch, worker=worker)
            assert held[0] == name
            assert not lost(self.world.tickets[name])

    @precondition(lambda self: self.pick(0, "waiting", "offered", "active", bots=False))
    @rule(number=picks, grace=st.sampled_from([3_000, 15_000]))
    def detach(self, number: int, grace: int) -> None:
        """A call whose socket is lost has a grace; nothing else changes."""
        name, at = self.pick(number, "waiting", "offered", "active", bots=False), self.now
        self.do(self.room.detach(name, grace))
        assert self.world.tickets[name]["lost_until"] == at + grace

    # Time and ruin.

    @rule(step=st.sampled_from([500, 30_000, 4_000_000]))
    def step_back(self, step: int) -> None:
        """The clock is set back: no age shrinks, and time goes on."""
        before = self.world.clock
        self.clock.advance(-step / 1000)
        assert self.do(self.room.now_ms()) >= before
        assert self.now == self.world.clock + 1

    @rule(pause=pauses, kept=st.booleans())
    def sweep(self, pause: int, kept: bool) -> None:
        """Sweeps come to rest, and then nothing is overdue; an offer that ran out kept only the living that took it."""
        self.clock.advance(pause / 1000)
        for worker in [*WORKERS, BOTS] if kept else ():
            self.do(self.room.renew(worker, list(self.world.tickets), bot=worker == BOTS))
        before, at = self.world, self.now
        self.do(self.room.sweep())
        offered = {name: ticket for name, ticket in before.tickets.items() if ticket["state"] == "offered"}
        for name, ticket in offered.items():
            call, partner = ticket["call"], before.partner(name)
            if before.calls[call]["deadline"] <= at and call not in self.world.calls:
                if ticket["acked"] and before.alive(name, at) and not is_bot(ticket):
                    assert name in self.world.tickets
                elif before.alive(partner, at):  # when the partner died, it was no fault of one's own
                    assert name not in self.world.tickets
        for _ in range(20):
            at = self.now
            if self.do(self.room.sweep()) == 0:
                break
        else:
            raise AssertionError("sweeps do not come to rest")
        assert all(until >= at for until in (*self.world.leases.values(), *self.world.workers.values()))
        assert all(when > at for when in self.world.due.values())
        for name in self.world.waiting:
            ticket = self.world.tickets[name]
            assert ticket["rung"] == sum(delay <= at - ticket["joined"] for delay, _ in ladder(ticket))
        self.check_people_are_offered(at)

    @when("active")
    @rule(number=picks, restored=st.integers(0, 2))
    def lose_everything(self, number: int, restored: int) -> None:
        """Redis restarts empty, its clock corrected: only the workers know the calls."""
        self.clock.advance((self.now - self.clock.now_ms()) / 1000)
        tickets = {ticket.id: ticket for ticket in (*self.newest.values(), *self.bots.values())}
        calls = {name: ticket for name, ticket in self.world.tickets.items() if ticket["state"] == "active"}
        self.lost_calls = [(tickets[name], record) for name, record in calls.items() if name in tickets]
        self.view.known.clear()
        self.view.free.clear()
        self.met.clear()
        self.do(self.redis.flushall())
        for side in range(restored if self.lost_calls else 0):
            self.restore(number + side)

    @precondition(lambda self: self.lost_calls)
    @rule(number=picks)
    def restore(self, number: int) -> None:
        """A side of a lost call is put back once, and fits the other side."""
        ticket, record = self.lost_calls[number % len(self.lost_calls)]
        caller, at = self.world.callers.get(ticket.caller, {"epoch": 0, "ticket": ""}), self.now
        self.seen.add(record["call"])
        restoring = self.room.restore(
            ticket,
            record["call"],
            record["side"],
            connected_ms=record["connected"] or 0,
            partner_is=record["partner"],
            bot=is_bot(record),
        )
        if caller["epoch"] > ticket.epoch:
            assert self.do(restoring) == Gone("superseded")
            return
        placed = self.do(restoring, (ticket.worker, ticket.id))
        if not caller["ticket"]:
            assert placed == Active(record["call"], record["side"], placed.partner, record["connected"] or 0)  # type: ignore[union-attr]
            partner = self.world.partner(ticket.id)
            if partner and not is_bot(record) and record["partner"] == Partner.HUMAN:
                pair = frozenset((ticket.caller, self.world.tickets[partner]["caller"]))
                self.met[pair] = at + TERMS.recent_ms


def machine(redis: Redis, runner: asyncio.Runner, files: dict[str, str] | None = None) -> type[RoomRules]:
    """Return the machine on a Redis, with other Lua sources where given."""
    return type("Room", (RoomRules,), {"redis": redis, "runner": runner, "files": files})
