"""The bot's end of one recogniser: requests go out by one pipe, answers come in by another."""

import asyncio
import itertools
import math
import sys
from pathlib import Path
from typing import cast

from bot.engines.embedded import sphinx_process
from bot.engines.embedded.language_model import Model
from bot.engines.embedded.sphinx_process import ANSWER, MAX_PAYLOAD_BYTES, REQUEST, Kind
from bot.engines.errors import TimedOut, Unavailable
from bot.engines.once import to_its_end
from bot.engines.protocols import Hypothesis

PROGRAM = Path(sphinx_process.__file__)
# The answer that says that the recogniser is ready.
READY = 0
# What nobody says in one turn: whoever answers so much does not follow the protocol.
MAX_TEXT_BYTES = 16_384


class RecogniserPipe(asyncio.SubprocessProtocol):
    """One process, its pipes, and who waits for which answer.

    Attributes:
        ended: Done when the process and all that belonged to it has gone.
        congested: Whether it does not keep up with what it is sent.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self.congested = False
        self._transport: asyncio.SubprocessTransport | None = None
        self._gone = False
        self._numbers = itertools.count(READY + 1)
        # Who waits; None is the answer of a process that has gone.
        self._waiting: dict[int, asyncio.Future[Hypothesis | None]] = {READY: self._loop.create_future()}
        self._received = bytearray()

    @classmethod
    async def start(cls, model: Model) -> "RecogniserPipe":
        """Start a process; it takes audio at once, and `ready` says when it hears it.

        Raises:
            Unavailable: The system starts none.
        """
        # No environment, no session shared with the terminal whose Ctrl-C is for the bot, no file but two pipes.
        try:
            _, pipe = await asyncio.get_running_loop().subprocess_exec(
                cls, sys.executable, "-I", str(PROGRAM), str(model.language), str(model.dictionary),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                env={}, start_new_session=True,
            )  # fmt: skip
        except OSError:
            raise Unavailable from None
        return pipe

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return not self._gone

    @property
    def pid(self) -> int | None:
        """The process, as long as there is one."""
        return self._transport.get_pid() if self._transport and not self._gone else None

    async def ready(self, deadline: float) -> None:
        """Wait until it hears.

        Raises:
            TimedOut: It did not by the event loop's time `deadline`, s.
            Unavailable: It ended.
        """
        await self._answer(READY, deadline)

    def hear(self, pcm: bytearray) -> None:
        """Send sound, 16 bit little-endian mono at 16 kHz. Never blocks: what the pipe does not take yet is kept."""
        for start in range(0, len(pcm), MAX_PAYLOAD_BYTES):
            self._send(Kind.AUDIO, 0, bytes(pcm[start : start + MAX_PAYLOAD_BYTES]))

    def drop(self) -> None:
        """Have it forget the present turn."""
        self._send(Kind.DROP, 0)

    async def ask(self, kind: Kind, deadline: float) -> Hypothesis:
        """Return the answer to a request.

        Raises:
            TimedOut: It was not there by the event loop's time `deadline`, s; it is dropped when it comes.
            Unavailable: The process ended.
        """
        number = next(self._numbers)
        self._waiting[number] = self._loop.create_future()
        self._send(kind, number)
        return await self._answer(number, deadline)

    def kill(self) -> None:
        """End the process, whatever it does, and with it everything that it heard."""
        self._gone = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(None)
        if self._transport:
            self._transport.close()

    async def aclose(self) -> None:
        """End the process, and wait until it has ended."""
        self.kill()
        await to_its_end(asyncio.wait({self.ended}))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note how to reach the process."""
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, _fd: int, data: bytes) -> None:
        """Take answers, or pieces of them."""
        self._received += data
        while len(self._received) >= ANSWER.size and not self._gone:
            number, confidence, length = ANSWER.unpack_from(self._received)
            if length > MAX_TEXT_BYTES:
                self.kill()
                return
            end = ANSWER.size + length
            if len(self._received) < end:
                return
            text = self._received[ANSWER.size : end].decode("utf-8", "replace")
            self._received[:end] = bytes(end)
            del self._received[:end]
            sure = 0.0 if math.isnan(confidence) else min(1.0, max(0.0, confidence))
            self._answered(number, Hypothesis(text, sure))

    def pipe_connection_lost(self, _fd: int, _exc: Exception | None) -> None:
        """End it: without its pipes it is of no use."""
        self.kill()

    def process_exited(self) -> None:
        """Close what it leaves; nobody will answer any more."""
        self.kill()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Take note: everything has gone."""
        if not self.ended.done():
            self.ended.set_result(None)

    def pause_writing(self) -> None:
        """Take note: it does not keep up."""
        self.congested = True

    def resume_writing(self) -> None:
        """Take note: it has caught up."""
        self.congested = False

    def _send(self, kind: Kind, number: int, payload: bytes = b"") -> None:
        if self._gone or self._transport is None:
            return
        stdin = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
        stdin.write(REQUEST.pack(kind, number, len(payload)) + payload)

    async def _answer(self, number: int, deadline: float) -> Hypothesis:
        if self._gone:
            raise Unavailable
        waiting = self._waiting[number]
        try:
            await asyncio.wait({waiting}, timeout=max(0.0, deadline - self._loop.time()))
        finally:
            self._waiting.pop(number, None)
        if not waiting.done():
            raise TimedOut
        answer = waiting.result()
        if answer is None:
            raise Unavailable
        return answer

    def _answered(self, number: int, answer: Hypothesis) -> None:
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)
