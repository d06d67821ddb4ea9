"""What the caller says: one segment of speech after the other, each through the ears that its turn has.

What is asked is done in order by one task, so that no sound of a segment meets the end of the one before. Ears that
fail cost no words: what they were given is given to the embedded ones.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from bot.conversation.ears import RATE_HZ
from bot.engines.errors import EngineError
from bot.engines.once import to_its_end
from bot.engines.protocols import Audio, Hypothesis, Stt, SttStream

# From the end of a segment. The turn machine waits for 2.5 s, then it takes the words that were known before.
FINISH_S = 2.0
# Beyond that for ears that are given everything at once.
AGAIN_S = 0.4
# Ears that know nothing yet are asked again after so many frames of 20 ms.
ASK_FRAMES = 3

Told = Callable[[int, Hypothesis, bool], None]


class Recogniser:
    """The ears' streams of one call. `run` has to run; all else returns at once.

    Args:
        embedded: The ears that need no network.
        told: Is given a segment's number, its words, and whether these are final.
        failed: Is given what went wrong with other ears.
    """

    def __init__(self, embedded: Stt, told: Told, failed: Callable[[EngineError], None]) -> None:
        self._embedded = embedded
        self._told = told
        self._failed = failed
        self._asked: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._streams: dict[int, SttStream] = {}  # by the identity of their engine
        self._open = False  # as asked, which is not yet done
        self._stt = embedded
        self._sound = bytearray()  # of the segment, where other ears have it
        self._words = ""  # as far as they were known last
        self._wanted: int | None = None  # the segment whose words are to be told as soon as any are known
        self._frames = 0

    def listen(self, stt: Stt, pre_roll: bytes) -> None:
        """Begin a segment."""
        self._open = True
        self._asked.put_nowait(partial(self._listen, stt))
        self._asked.put_nowait(partial(self._push, pre_roll))

    def push(self, frame: bytes) -> None:
        """Take 20 ms of sound; without a segment they are dropped."""
        if self._open:
            self._asked.put_nowait(partial(self._push, frame))

    def take_partial(self, segment: int) -> None:
        """Tell the words of the present segment as soon as any are known, until it goes on."""
        self._asked.put_nowait(partial(self._want, segment))

    def go_on(self) -> None:
        """Note that the caller speaks on in the same segment."""
        if self._open:
            self._asked.put_nowait(self._go_on)

    def finish(self, segment: int) -> None:
        """End the segment and tell its words."""
        self._open = False
        self._asked.put_nowait(partial(self._finish, segment, asyncio.get_running_loop().time() + FINISH_S))

    def forget(self) -> None:
        """End the segment, whose words nobody wants to know."""
        self._open = False
        self._asked.put_nowait(self._forget)

    async def run(self) -> None:
        """Do what is asked, until cancelled; then close all streams, and overwrite what was heard."""
        try:
            while True:
                await (await self._asked.get())()
        finally:
            await to_its_end(self._aclose())

    async def _listen(self, stt: Stt) -> None:
        self._stt, self._words, self._wanted = stt, "", None
        self._drop_sound()

    async def _push(self, pcm: bytes) -> None:
        if self._stt is not self._embedded:
            self._sound += pcm
        try:
            self._stream(self._stt).push(Audio(pcm, RATE_HZ))
        except EngineError as error:
            self._failed(error)
        if self._wanted is not None:
            self._frames += 1
            if self._frames % ASK_FRAMES == 0:
                await self._ask(self._wanted)

    async def _want(self, segment: int) -> None:
        self._wanted, self._frames = segment, 0
        await self._ask(segment)

    async def _ask(self, segment: int) -> None:
        try:
            known = await self._stream(self._stt).partial()
        except EngineError as error:
            self._wanted = None
            self._failed(error)
            return
        if known.text:
            self._wanted, self._words = None, known.text
            self._told(segment, known, False)

    async def _go_on(self) -> None:
        self._wanted = None
        if stream := self._streams.get(id(self._stt)):
            stream.reset()

    async def _finish(self, segment: int, deadline: float) -> None:
        self._wanted = None
        try:
            known = await self._stream(self._stt).finish(deadline)
        except EngineError as error:
            known = await self._again(error, deadline)
        finally:
            self._drop_sound()
        self._told(segment, known, True)

    async def _again(self, error: EngineError, deadline: float) -> Hypothesis:
        """Have the embedded ears hear it; where they fail too, what was known before is all."""
        if self._stt is not self._embedded:
            self._failed(error)
            try:
                stream = self._stream(self._embedded)
                stream.push(Audio(bytes(self._sound), RATE_HZ))
                return await stream.finish(max(deadline, asyncio.get_running_loop().time()) + AGAIN_S)
            except EngineError:
                pass
        return Hypothesis(self._words)

    async def _forget(self) -> None:
        self._wanted = None
        self._drop_sound()
        if stream := self._streams.get(id(self._stt)):
            await stream.drop()

    def _stream(self, stt: Stt) -> SttStream:
        """Return the stream of an engine, opened when it is needed first; that may fail, and be tried again."""
        if id(stt) not in self._streams:
            self._streams[id(stt)] = stt.open()
        return self._streams[id(stt)]

    def _drop_sound(self) -> None:
        self._sound[:] = bytes(len(self._sound))
        self._sound.clear()

    async def _aclose(self) -> None:
        while not self._asked.empty():
            self._asked.get_nowait()  # with the sound of frames that were never pushed
        self._drop_sound()
        self._words = ""
        for stream in self._streams.values():
            await stream.aclose()
