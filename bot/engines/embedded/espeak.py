"""A voice by way of espeak-ng, in a process of its own: a hundred languages, and English where flite is missing.

https://github.com/espeak-ng/espeak-ng. It is at arm's length because its licence (GPL) is not ours. The text goes
through a pipe: what stands on a command line, everybody on the machine can read.
"""

import asyncio
import shutil
import subprocess
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

from bot.engines.embedded.pieces import pieces
from bot.engines.embedded.silence import Trimmer
from bot.engines.errors import Unavailable
from bot.engines.once import to_its_end, within
from bot.engines.openai.wav import PcmReader
from bot.engines.protocols import Audio

PROGRAM = "espeak-ng"
RATE_HZ = 22_050
WORDS_PER_MINUTE = 160
READ_BYTES = 8192
STALL_S = 2.0  # it makes a second of sound in 2 ms
PROBE_S = 5.0
_ENVIRONMENT = {"LC_ALL": "C.UTF-8"}


class EspeakTts:
    """Speaks one language.

    Args:
        language: Code of the voice (BCP 47), such as `de` or `en-us`.
        stall_s: How long is waited for the first piece of sound, and from each to the next.

    Raises:
        OSError: espeak-ng is not installed.
        ValueError: It has no such voice.
    """

    def __init__(self, language: str, stall_s: float = STALL_S) -> None:
        program = shutil.which(PROGRAM)
        if program is None:
            raise FileNotFoundError(f"{PROGRAM} is not installed")
        voice = language.lower()
        if not voice.replace("-", "").isalnum() or voice.startswith("-"):
            raise ValueError(f"{PROGRAM} has no such voice")
        self._command = (program, "--stdout", "--stdin", "-b", "1", "-s", str(WORDS_PER_MINUTE), "-v", voice)
        self._stall_s = stall_s
        self._try()

    def _try(self) -> None:
        """Say nothing, once: whether the voice exists is known at the start, not in the first call."""
        try:
            result = subprocess.run(  # noqa: S603 - the program and its options are ours
                self._command, env=_ENVIRONMENT, input=b".", capture_output=True, timeout=PROBE_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise OSError(f"{PROGRAM} does not answer") from None
        if result.returncode:
            raise ValueError(f"{PROGRAM} has no such voice")

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        """Stream the sound of a clause; nothing comes of a text with nothing to say.

        Raises:
            EngineError: The program failed.
        """
        for piece in pieces(text):
            async with aclosing(self._say(piece)) as sound:
                async for audio in sound:
                    yield audio

    async def _say(self, piece: str) -> AsyncGenerator[Audio, None]:
        reader, trimmer = PcmReader(RATE_HZ), None
        rate_hz = RATE_HZ
        async with self._running(piece) as process:
            while data := await self._read(process):
                if audio := reader.feed(data):
                    rate_hz = audio.rate_hz
                    trimmer = trimmer or Trimmer(rate_hz)
                    if pcm := trimmer.feed(audio.pcm):
                        yield Audio(pcm, rate_hz)
            if await process.wait():
                raise Unavailable
        if trimmer and (pcm := trimmer.end()):
            yield Audio(pcm, rate_hz)

    async def _read(self, process: Process) -> bytes:
        if process.stdout is None:
            return b""
        deadline = asyncio.get_running_loop().time() + self._stall_s
        return await within(deadline, process.stdout.read(READ_BYTES))

    @asynccontextmanager
    async def _running(self, piece: str) -> AsyncIterator[Process]:
        # A start that is cancelled goes on to its end, so that there is a process to kill.
        start = asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_ENVIRONMENT
        )
        starting = asyncio.get_running_loop().create_task(start)
        try:
            process = await asyncio.shield(starting)
            if process.stdin is not None:
                process.stdin.write(piece.encode())
                process.stdin.close()
            yield process
        except OSError:
            raise Unavailable from None
        finally:
            await to_its_end(_end(starting))


async def _end(starting: asyncio.Task[Process]) -> None:
    """Kill a process and wait for it, and for its pipes: only an end that was read closes them."""
    try:
        process = await starting
    except OSError:
        return
    with suppress(ProcessLookupError):
        process.kill()
    if process.stdout is not None:
        while await process.stdout.read(READ_BYTES):
            pass
    await process.wait()
