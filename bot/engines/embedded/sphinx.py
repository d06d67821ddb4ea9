"""Ears that need no network: pocketsphinx, which understands the sentences of the script, and little else."""

import asyncio
from contextlib import suppress

from bot.engines.embedded.sphinx_pipe import RecogniserPipe
from bot.engines.embedded.sphinx_pool import Coming, SphinxPool
from bot.engines.embedded.sphinx_process import RATE_HZ, Kind
from bot.engines.errors import EngineError, TimedOut, Unavailable
from bot.engines.protocols import Audio, Hypothesis

# How much sound waits for a recogniser that is not up yet, or does not keep up.
MAX_WAITING_BYTES = 20 * RATE_HZ * 2
# A partial answer takes a few ms; whoever asks decides about a silence, and takes what is known.
PARTIAL_S = 0.05

NOTHING = Hypothesis("")


class SphinxStt:
    """Understands English by pocketsphinx, each call in a process of its own.

    Args:
        pool: Where the processes come from.
    """

    def __init__(self, pool: SphinxPool) -> None:
        self._pool = pool

    def open(self) -> "SphinxStream":
        """Return the ears for one call; the call closes them.

        Raises:
            Busy: There are as many calls as there may be.
        """
        return SphinxStream(self._pool)


class SphinxStream:
    """The ears of one call. When its process dies, the turn is lost and the call goes on with another process."""

    def __init__(self, pool: SphinxPool) -> None:
        self._pool = pool
        self._coming: Coming | None = pool.take()
        self._waiting = bytearray()
        self._heard = False  # a process has sound of this turn
        self._lost = False  # a process died with sound of this turn
        self._known = NOTHING

    def push(self, audio: Audio) -> None:
        """Take 16 kHz audio; of what the recogniser cannot take yet the last 20 s are kept.

        Raises:
            ValueError: The rate is another one.
        """
        if audio.rate_hz != RATE_HZ:
            raise ValueError(f"{RATE_HZ} Hz are understood, no other rate")
        pipe = self._pipe()
        if self._coming is None or self._lost:
            return
        self._waiting += audio.pcm
        beyond = len(self._waiting) - MAX_WAITING_BYTES
        if beyond > 0:
            self._waiting[:beyond] = bytes(beyond)
            del self._waiting[:beyond]
        if pipe is not None and not pipe.congested:
            self._send(pipe)

    async def partial(self) -> Hypothesis:
        """Return what is known of this turn."""
        pipe = self._pipe()
        if pipe is not None:
            self._send(pipe)
            if self._heard and not self._lost:
                with suppress(EngineError):
                    self._known = await pipe.ask(Kind.PARTIAL, asyncio.get_running_loop().time() + PARTIAL_S)
        return self._known

    def reset(self) -> None:
        """Note that the turn goes on, as it does here anyway."""

    async def finish(self, deadline: float) -> Hypothesis:
        """Return what was said, how sure that is, and begin the next turn.

        Raises:
            TimedOut: It was not known by then.
            Unavailable: The process died in this turn. As after TimedOut, the next turn has another one.
        """
        try:
            pipe = self._pipe()
            if self._lost:
                raise Unavailable
            if not (self._heard or self._waiting):
                return Hypothesis("", stable=True)
            if pipe is None:
                pipe = await self._arrived(deadline)
            self._send(pipe)
            return await self._finished(pipe, deadline)
        finally:
            self._begin_turn()

    async def aclose(self) -> None:
        """End the process of this call, and overwrite what it has not been sent."""
        coming, self._coming = self._coming, None
        self._begin_turn()
        if coming is not None and (pipe := self._pool.give_back(coming)):
            await pipe.aclose()

    def _pipe(self) -> RecogniserPipe | None:
        """Return this call's process, where there is one already; ask for another after one that died."""
        if self._coming is None or not self._coming.done():
            return None
        if not self._coming.exception() and self._coming.result().alive:
            return self._coming.result()
        self._lost = self._lost or self._heard
        self._replace()
        return self._coming.result() if self._coming.done() and not self._coming.exception() else None

    def _replace(self) -> None:
        if self._coming is not None:
            self._pool.give_back(self._coming)
            self._coming = self._pool.take()

    async def _arrived(self, deadline: float) -> RecogniserPipe:
        if self._coming is None:
            raise Unavailable
        loop = asyncio.get_running_loop()
        await asyncio.wait({self._coming}, timeout=max(0.0, deadline - loop.time()))
        if not self._coming.done():
            raise TimedOut
        return self._coming.result()

    async def _finished(self, pipe: RecogniserPipe, deadline: float) -> Hypothesis:
        try:
            known = await pipe.ask(Kind.FINISH, deadline)
        except TimedOut:
            # Stuck, or so far behind that the next turn would be late as well.
            self._replace()
            raise
        return Hypothesis(known.text, known.confidence, stable=True)

    def _send(self, pipe: RecogniserPipe) -> None:
        if self._waiting and not self._lost:
            pipe.hear(self._waiting)
            self._waiting[:] = bytes(len(self._waiting))
            self._waiting.clear()
            self._heard = True

    def _begin_turn(self) -> None:
        self._waiting[:] = bytes(len(self._waiting))
        self._waiting.clear()
        self._heard = self._lost = False
        self._known = NOTHING
