"""All that a waiting room keeps in Redis, read at one moment, and what must be true of it."""

from dataclasses import dataclass
from typing import Any

import msgspec
from redis.asyncio import Redis

from matcher import modes
from matcher.keys import Keys
from matcher.modes import Matching, Mode

Record = dict[str, Any]


@dataclass(frozen=True)
class World:
    """Redis as it is now, decoded."""

    tickets: dict[str, Record]
    callers: dict[str, Record]
    calls: dict[str, Record]
    leases: dict[str, float]
    workers: dict[str, float]
    due: dict[str, float]
    waiting: dict[str, float]
    index: frozenset[str]
    talkers: frozenset[str]
    owned: frozenset[str]
    clock: int  # the latest time seen
    ahead: int  # how far it is ahead of Redis's, after that was set back
    mode: Mode

    def alive(self, ticket_id: str, now: int) -> bool:
        """Say whether a waiting or offered ticket's lease has not run out."""
        return self.leases.get(ticket_id, 0) >= now

    def waiting_alive(self, now: int) -> list[str]:
        """Return the tickets that wait and are alive."""
        return [name for name in self.waiting if self.alive(name, now)]

    def partner(self, ticket_id: str) -> str:
        """Return the other ticket of the call that a ticket is in; '' where it is not known."""
        ticket = self.tickets[ticket_id]
        return str(self.calls[ticket["call"]]["b" if ticket["side"] == "a" else "a"])

    def untold(self, ticket_id: str) -> bool:
        """Say whether a ticket's worker is told soon whether a person is free, because it may not know."""
        return f"a{ticket_id}" in self.due

    @property
    def people_meet(self) -> bool:
        """Whether people are matched with one another now."""
        return self.mode.matching in (Matching.HUMANS, Matching.FALLBACK)

    @property
    def bots_come(self) -> bool:
        """Whether a bot may take somebody now."""
        return self.mode.matching in (Matching.BOTS, Matching.FALLBACK)

    def check(self) -> None:
        """Assert that everything fits together, with nothing too many and nothing missing."""
        self._check_callers()
        self._check_waiting()
        self._check_calls()
        self._check_talkers()
        assert {entry for entry in self.due if entry[0] not in "sa"} == self._expected_due()

    def _check_callers(self) -> None:
        holders = {caller: entry["ticket"] for caller, entry in self.callers.items() if entry["ticket"]}
        people = {name: ticket for name, ticket in self.tickets.items() if not is_bot(ticket)}
        assert holders == {ticket["caller"]: name for name, ticket in people.items()}
        for name, ticket in people.items():
            assert self.callers[ticket["caller"]]["epoch"] == ticket["epoch"], name

    def _check_waiting(self) -> None:
        queued = {name: ticket for name, ticket in self.tickets.items() if ticket["state"] == "waiting"}
        assert not any(is_bot(ticket) for ticket in queued.values())
        assert self.waiting == {name: ticket["joined"] for name, ticket in queued.items()}
        assert self.index == {
            f"{bucket}|{ticket['joined']:013d}|{name}" for name, ticket in queued.items() for bucket in begun(ticket)
        }
        assert self.leases.keys() == {name for name, ticket in self.tickets.items() if ticket["state"] != "active"}

    def _check_talkers(self) -> None:
        hearing = {name: ticket for name, ticket in self.tickets.items() if hears_bot(ticket)}
        assert self.talkers == {
            f"{bucket}|{ticket['joined']:013d}|{name}" for name, ticket in hearing.items() for bucket in begun(ticket)
        }
        looked = {entry[1:] for entry in self.due if entry[0] == "s"}
        assert looked | {entry[1:] for entry in self.due if entry[0] == "a"} <= hearing.keys()
        for name, ticket in hearing.items():
            pending = ticket["rung"] < len(ladder(ticket)) or ticket.get("free") or ticket.get("quiet", 0) > self.clock
            assert name in looked or not pending or self.untold(name)

    def _check_calls(self) -> None:
        seats = []
        for call, sides in self.calls.items():
            present = [(side, sides[side]) for side in "ab" if sides[side]]
            states = set()
            for side, name in present:
                ticket = self.tickets[name]
                assert (ticket["call"], ticket["side"]) == (call, side)
                met = self.tickets[sides["b" if side == "a" else "a"]] if len(present) == 2 else None
                assert met is None or ticket["partner"] == ("bot" if is_bot(met) else "human")
                states.add(ticket["state"])
                other = sides["b" if side == "a" else "a"]
                assert ticket["holder"][1] == other if ticket["state"] == "offered" else "holder" not in ticket
                seats.append(name)
            assert states in ({"offered"}, {"active"})
            assert len(present) == 2 or states == {"active"}
        assert sorted(seats) == sorted(name for name, ticket in self.tickets.items() if ticket["state"] != "waiting")
        held = {name for name, ticket in self.tickets.items() if ticket["state"] == "active" and not lost(ticket)}
        assert self.owned == {f"{self.tickets[name]['worker']}|{name}" for name in held}
        assert {self.tickets[name]["worker"] for name in held} <= self.workers.keys()

    def _expected_due(self) -> set[str]:
        due = {f"u{caller}" for caller, entry in self.callers.items() if not entry["ticket"]}
        for name, ticket in self.tickets.items():
            if ticket["state"] == "waiting" and ticket["rung"] < len(ladder(ticket)):
                due.add(f"t{name}")
            if ticket["state"] == "waiting" and ticket["bots"] and self.bots_come:
                due.add(f"b{name}")
            if ticket["state"] == "active" and lost(ticket):
                due.add(f"t{name}")
        for call, sides in self.calls.items():
            tickets = [self.tickets[sides[side]] for side in "ab" if sides[side]]
            if len(tickets) == 1 or tickets[0]["state"] == "offered":
                due.add(f"c{call}")
        return due


def ladder(ticket: Record) -> list[tuple[int, list[str]]]:
    """Return a ticket's rungs."""
    return msgspec.json.decode(ticket["rungs"], type=list[tuple[int, list[str]]])


def begun(ticket: Record) -> set[str]:
    """Return the buckets of the rungs that have begun for a ticket."""
    return {bucket for _, buckets in ladder(ticket)[: ticket["rung"]] for bucket in buckets}


def last(ticket: Record) -> set[str]:
    """Return the buckets of the last rung, once it has begun."""
    rungs = ladder(ticket)
    return set(rungs[-1][1]) if ticket["rung"] == len(rungs) else set()


def lost(ticket: Record) -> bool:
    """Say whether a ticket's socket is lost."""
    return "lost_until" in ticket


def is_bot(ticket: Record) -> bool:
    """Say whether it is a bot's own ticket."""
    return bool(ticket.get("bot"))


def hears_bot(ticket: Record) -> bool:
    """Say whether it is a caller's who hears a bot."""
    return bool(ticket["state"] == "active" and ticket["partner"] == "bot" and ticket["connected"])


async def read_world(redis: Redis, keys: Keys) -> World:
    """Read everything in one transaction."""
    async with redis.pipeline(transaction=True) as pipe:
        for name in ("tickets", "callers", "calls"):
            pipe.execute_command("HGETALL", keys.static(name))
        for name in ("leases", "workers", "due", "waiting"):
            pipe.execute_command("ZRANGE", keys.static(name), 0, -1, "WITHSCORES", withscores=True)
        for name in ("index", "talkers", "owned"):
            pipe.execute_command("ZRANGE", keys.static(name), 0, -1)
        pipe.execute_command("GET", keys.static("clock"))
        pipe.execute_command("GET", keys.static("mode"))
        found: list[Any] = await pipe.execute()
    tickets, callers, calls = (
        {name.decode(): msgspec.msgpack.decode(packed) for name, packed in table.items()} for table in found[:3]
    )
    leases, workers, due, waiting = ({name.decode(): score for name, score in table} for table in found[3:7])
    index, talkers, owned = (frozenset(name.decode() for name in table) for table in found[7:10])
    clock, ahead = map(int, (found[10] or b"0 0").split())
    mode = modes.read(found[11].decode() if found[11] else None)
    return World(tickets, callers, calls, leases, workers, due, waiting, index, talkers, owned, clock, ahead, mode)
