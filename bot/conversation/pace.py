"""How much of its engines a call uses from turn to turn, by how well they keep up."""

import asyncio
from collections.abc import Callable

from bot.conversation.staff import Staff
from bot.engines.errors import EngineError, RateLimited
from bot.engines.levels import Level, Levels, probe_after_s
from bot.turns.actions import Action, Generate, Play


class Pace:
    """The levels of one call, and what they learn from.

    Args:
        staff: The engines.
        dice: From 0 to below 1; spreads the probes of all calls.
    """

    def __init__(self, staff: Staff, dice: Callable[[], float]) -> None:
        self._staff = staff
        self._dice = dice
        self._levels = Levels(staff.best)
        self._late = False  # this turn's answer

    @property
    def level(self) -> Level:
        """What the present turn is made with."""
        return self._levels.present

    def begin_turn(self) -> Level:
        """Return the level of the turn that begins."""
        self._late = False
        for stage in self._staff.open_stages:
            self._levels.opened(stage)
        return self._levels.begin_turn()

    def note(self, action: Action) -> None:
        """Learn whether the turn's answer is in time: it is not when one without network has to be asked for."""
        match action:
            case Generate(embedded=True) if not self._late:
                self._late = True
                self._levels.missed()
            case Play() if not self._late:
                self._levels.met()

    def answered(self, first_s: float) -> None:
        """Note after how long a configured mind began to answer, s."""
        self._levels.answered(first_s)

    def failed(self, error: EngineError) -> None:
        """Note what went wrong with an engine."""
        if isinstance(error, RateLimited):
            self._levels.refused()

    async def probe(self) -> None:
        """Find out now and then whether the configured engines are better than the level that the call is at."""
        while self._staff.probe is not None:
            await asyncio.sleep(probe_after_s(self._dice))
            if self.level <= self._staff.best:
                continue
            try:
                silent = await self._staff.probe()
            except EngineError:
                continue
            self._levels.probed(self._staff.open_stages | silent)
