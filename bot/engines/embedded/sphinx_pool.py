"""Recognisers that are ready before somebody calls: one process for one call, never for a second.

A call that ends takes its process with it, and what that has learnt of a voice; the pool starts another. Starting one
takes some tenths of a second of a processor, so that they are started one after another.
"""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.dialogue.script import Script
from bot.engines.embedded.language_model import prepare
from bot.engines.embedded.sphinx_pipe import RecogniserPipe
from bot.engines.errors import Busy, EngineError, Unavailable
from bot.engines.once import end

START_S = 10.0
# After a process that did not come up; who waits is told at once.
RETRY_S = 1.0

Coming = asyncio.Future[RecogniserPipe]


class SphinxPool:
    """Recognisers for many calls. An async context manager: none outlives it.

    Args:
        script: What callers may say.
        size: For how many calls at once.
        spare: How many wait, ready; about 24 MB each.
        cache: A folder for what is made of the script, for the next start; None: it is made anew.
    """

    def __init__(self, script: Script, *, size: int, spare: int = 1, cache: Path | None = None) -> None:
        self._script = script
        self._size = size
        self._spare = spare
        self._cache = cache
        self._stack = AsyncExitStack()
        self._spares: list[RecogniserPipe] = []
        self._taken: set[Coming] = set()
        self._waiting: list[Coming] = []
        self._running: set[RecogniserPipe] = set()
        self._wanted = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Make the language model and start the spare processes.

        Raises:
            Misconfigured: pocketsphinx is not installed, or cannot hear every word of the script.
            EngineError: Something else is wrong; nothing is left running.
        """
        async with AsyncExitStack() as stack:
            cache = self._cache or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            self._model = await asyncio.to_thread(prepare, self._script, cache)
            stack.push_async_callback(self._end_all)
            while len(self._spares) < self._spare:
                self._keep_spare(await self._started())
            keeper = asyncio.get_running_loop().create_task(self._keep())
            stack.push_async_callback(end, keeper)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End all processes."""
        await self._stack.aclose()

    @property
    def free(self) -> int:
        """For how many more calls there is room."""
        return self._size - len(self._taken)

    @property
    def pids(self) -> frozenset[int]:
        """All processes."""
        return frozenset(pipe.pid for pipe in self._running if pipe.pid is not None)

    def take(self) -> Coming:
        """Return a recogniser for a call: there already, or, where none is to spare, as soon as it is up.

        Raises:
            Busy: There are as many calls as there may be.
        """
        if not self.free:
            raise Busy
        coming: Coming = asyncio.get_running_loop().create_future()
        self._taken.add(coming)
        if self._spares:
            coming.set_result(self._spares.pop(0))
        else:
            self._waiting.append(coming)
        self._wanted.set()
        return coming

    def give_back(self, coming: Coming) -> RecogniserPipe | None:
        """End a recogniser that was taken, or that is still to come; return the one that is ending now."""
        self._taken.discard(coming)
        if coming in self._waiting:
            self._waiting.remove(coming)
        self._wanted.set()
        if not coming.done():
            coming.cancel()
            return None
        if coming.cancelled() or coming.exception():
            return None
        pipe = coming.result()
        pipe.kill()
        return pipe

    async def _keep(self) -> None:
        """Start what is wanted, for ever."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._waiting or len(self._spares) < min(self._spare, self.free):
                try:
                    pipe = await self._started()
                except EngineError:
                    while self._waiting:
                        self._waiting.pop(0).set_exception(Unavailable())
                    await asyncio.sleep(RETRY_S)
                    continue
                if self._waiting:
                    self._waiting.pop(0).set_result(pipe)
                else:
                    self._keep_spare(pipe)

    async def _started(self) -> RecogniserPipe:
        pipe = await RecogniserPipe.start(self._model)
        self._running.add(pipe)
        pipe.ended.add_done_callback(lambda _: self._running.discard(pipe))
        try:
            await pipe.ready(asyncio.get_running_loop().time() + START_S)
        except BaseException:
            pipe.kill()
            raise
        return pipe

    def _keep_spare(self, pipe: RecogniserPipe) -> None:
        self._spares.append(pipe)
        pipe.ended.add_done_callback(lambda _: self._replace(pipe))

    def _replace(self, pipe: RecogniserPipe) -> None:
        if pipe in self._spares:
            self._spares.remove(pipe)
            self._wanted.set()

    async def _end_all(self) -> None:
        for pipe in tuple(self._running):
            await pipe.aclose()
        self._spares.clear()
