"""What bots and operators do to a waiting room, held against the rules."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from matcher.modes import Matching, Mode
from matcher.waiting_room import Active, Gone, Offered, Ticket
from tests.integration.room_machine import TERMS, RoomMachine
from tests.integration.waiting import an_id

BOTS = "bots"  # the worker that holds the bots

picks = st.integers(0, 9)
chosen = st.sampled_from([Mode(), Mode(), *(Mode(matching, 3_000) for matching in Matching)])


def when(*states: str) -> Callable[[Any], Any]:
    """Let a rule happen only while some ticket is in one of these states."""
    return precondition(lambda self: bool(self.pick(0, *states)))


class BotRules(RoomMachine):
    """The rules of bots and modes, and how an offer is taken."""

    def accept(self, name: str) -> None:
        """Acknowledge the offer that a ticket has."""
        ticket, partner = self.world.tickets[name], self.world.partner(name)
        expected = Active if self.world.tickets[partner]["acked"] else Offered
        placed = self.do(self.room.ack(name, ticket["call"]), (ticket["worker"], name))
        assert isinstance(placed, expected)

    @when("waiting", "offered", "active")
    @rule(
        number=picks,
        late=st.sampled_from([0, 0, 0, 30_000, 30_001]),
        taken=st.sampled_from(["no", "taken", "heard", "heard"]),
    )
    def claim(self, number: int, late: int, taken: str) -> None:
        """A bot gets who waits, lives, would have it and may, and nobody else."""
        name = self.pick(number, "waiting", "offered", "active", bots=False)
        if not name:
            return
        before, at = self.world, self.now
        human = before.tickets[name]
        fits = human["state"] == "waiting" and human["bots"] and before.alive(name, at) and before.bots_come
        bot = an_id(f"b{len(self.joined)}")
        self.joined[bot] = at
        placed = self.do(self.room.claim(name, at - late, bot, BOTS), (BOTS, bot))
        if not fits or late > TERMS.job_ms:
            assert placed == Gone()
            assert self.world.tickets == before.tickets
            return
        assert isinstance(placed, Offered)
        assert self.world.partner(bot) == name
        self.bots[bot] = Ticket(bot, bot, 0, at, BOTS, ())
        assert self.do(self.room.claim(name, at, bot, BOTS)) == placed
        if taken != "no":
            self.accept(name)
            self.accept(bot)
        if taken == "heard":
            self.do(self.room.connected(name, placed.call_id))

    @rule(mode=chosen)
    def choose(self, mode: Mode) -> None:
        """The operator decides; the sweeps after it match whoever may meet by now."""
        self.do(self._choose(mode))

    async def _choose(self, mode: Mode) -> None:
        assert (await self.room.set_mode(mode)).stored == mode.stored
        while await self.room.sweep():
            pass
