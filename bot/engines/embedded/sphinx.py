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
# So much sound goes to the process at once, 100 ms.
PIECE_BYTES = RATE_HZ * 2 // 10
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
        self._waiting = bytearray()  # sound of this turn that no process has
        self._turn = 0
        self._heard = False  # a process has sound of this turn
        self._lost = False  # a process died with sound of this turn
        self._known = NOTHING
        self._ending = 0  # earlier turns whose sound has to wait for a process, and goes first

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
        # Each piece wakes the process; what is asked for goes to it first anyway.
        if pipe is not None and not pipe.congested and len(self._waiting) >= PIECE_BYTES:
            self._send(pipe)

    async def partial(self) -> Hypothesis:
        """Return what is known of this turn."""
        turn, pipe = self._turn, self._pipe()
        if pipe is not None:
            self._send(pipe)
            if self._heard and not self._lost:
                with suppress(EngineError):
                    known = await pipe.ask(Kind.PARTIAL, asyncio.get_running_loop().time() + PARTIAL_S)
                    if turn == self._turn:
                        self._known = known
        return self._known

    def reset(self) -> None:
        """Note that the turn goes on, as it does here anyway."""

    async def finish(self, deadline: float) -> Hypothesis:
        """Return what was said, and how sure that is. What is pushed from now on belongs to the next turn.

        Raises:
            TimedOut: It was not known by then.
            Unavailable: The process died in this turn. As after TimedOut, the next turn has another one.
        """
        pipe = self._pipe()
        lost, heard, pcm = self._lost, self._heard, self._waiting
        self._begin_turn()
        try:
            if lost:
                raise Unavailable
            if not (heard or pcm):
                return Hypothesis("", stable=True)
            if pipe is None:
                pipe = await self._arrived(deadline)
            pipe.hear(pcm)
        finally:
            _overwrite(pcm)
        try:
            known = await pipe.ask(Kind.FINISH, deadline)
        except TimedOut:
            # Stuck, or so far behind that the next turn would be late as well.
            pipe.kill()
            raise
        return Hypothesis(known.text, known.confidence, stable=True)

    async def drop(self) -> None:
        """Forget this turn; a process that is behind is not waited for."""
        pipe = self._pipe()
        heard, pcm = self._heard, self._waiting
        self._begin_turn()
        _overwrite(pcm)
        if pipe is not None and heard:
            pipe.drop()

    async def aclose(self) -> None:
        """End the process of this call, and overwrite what it has not been sent."""
        coming, self._coming = self._coming, None
        _overwrite(self._waiting)
        self._begin_turn()
        if coming is not None and (pipe := self._pool.give_back(coming)):
            await pipe.aclose()

    def _pipe(self) -> RecogniserPipe | None:
        """Return this call's process, where it may be used; ask for another after one that died."""
        coming = self._coming
        if coming is not None and coming.done() and (coming.exception() or not coming.result().alive):
            self._lost = self._lost or self._heard
            self._pool.give_back(coming)
            self._coming = coming = self._pool.take()
        return coming.result() if coming is not None and coming.done() and not self._ending else None

    async def _arrived(self, deadline: float) -> RecogniserPipe:
        """Wait for a process, while what is pushed waits behind the turn that ends."""
        coming = self._coming
        if coming is None:
            raise Unavailable
        self._ending += 1
        try:
            await asyncio.wait({coming}, timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
        finally:
            self._ending -= 1
        if not coming.done():
            raise TimedOut
        if coming.cancelled():
            raise Unavailable  # the call was closed meanwhile
        return coming.result()

    def _send(self, pipe: RecogniserPipe) -> None:
        if self._waiting and not self._lost:
            pipe.hear(self._waiting)
            _overwrite(self._waiting)
            self._heard = True

    def _begin_turn(self) -> None:
        self._turn += 1
        self._waiting = bytearray()
        self._heard = self._lost = False
        self._known = NOTHING


def _overwrite(pcm: bytearray) -> None:
    pcm[:] = bytes(len(pcm))
    pcm.clear()
