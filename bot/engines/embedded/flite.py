"""A voice by way of flite, in this process: English, on any machine that has Debian's libflite1.

http://www.festvox.org/flite. The library synthesises a whole text before it returns, but gives its sound away as it
comes, and asks each time whether to go on. It keeps global state: one text at a time in a process. It runs on a thread
of its own and does not hold the interpreter's lock.
"""

import asyncio
import ctypes
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from functools import cache
from typing import Any, Self

from bot.engines.embedded.pieces import ascii_pieces
from bot.engines.embedded.silence import Trimmer
from bot.engines.errors import Unavailable
from bot.engines.once import to_its_end
from bot.engines.protocols import Audio

VOICES = ("slt", "rms", "awb")
# Sound is handed over every 100 ms of it, which takes 3 ms to make: the first comes early, and the event loop is not
# woken more often than it need be.
CHUNK_SAMPLES = 1600
_GO_ON, _STOP = 0, -1

_one_text = threading.Lock()


class _Wave(ctypes.Structure):
    """`cst_wave` of cst_wave.h."""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.c_void_p),
    )


# wave, first sample, how many, whether these are the last, the `_Streaming` itself
_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(_Wave), ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_void_p
)


class _Streaming(ctypes.Structure):
    """`cst_audio_streaming_info` of cst_audio.h."""

    _fields_ = (
        ("min_buffsize", ctypes.c_int),
        ("asc", _Callback),
        ("utt", ctypes.c_void_p),
        ("item", ctypes.c_void_p),
        ("userdata", ctypes.c_void_p),
    )


class _Voice(ctypes.Structure):
    """The beginning of `cst_voice` of cst_voice.h."""

    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


@cache
def _library() -> Any:
    """Load flite, once.

    Raises:
        OSError: It is not installed; Debian calls it libflite1.
    """
    # What a voice refers to, it finds in libraries that were loaded before, for all.
    library = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
    for name in ("libflite_cmulex.so.1", "libflite_usenglish.so.1"):
        ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "flite_init": (ctypes.c_int, []),
        "new_audio_streaming_info": (ctypes.POINTER(_Streaming), []),
        "audio_streaming_info_val": (pointer, [ctypes.POINTER(_Streaming)]),
        "feat_set": (None, [pointer, text, pointer]),
        "flite_text_to_speech": (ctypes.c_float, [text, ctypes.POINTER(_Voice), text]),
    }
    for name, (returned, taken) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = returned, taken
    library.flite_init()
    return library


@cache
def speaker(name: str) -> "Speaker":
    """Return a voice, loaded once: the library keeps it until the process ends, and this keeps what it calls back."""
    return Speaker(name)


class Speaker:
    """One voice of the library."""

    def __init__(self, name: str) -> None:
        library = _library()
        register = getattr(ctypes.CDLL(f"libflite_cmu_us_{name}.so.1"), f"register_cmu_us_{name}")
        register.restype, register.argtypes = ctypes.POINTER(_Voice), [ctypes.c_char_p]
        self._voice = register(None)
        self._callback = _Callback(self._spoken)
        streaming = library.new_audio_streaming_info()
        streaming.contents.min_buffsize = CHUNK_SAMPLES
        streaming.contents.asc = self._callback
        library.feat_set(self._voice.contents.features, b"streaming_info", library.audio_streaming_info_val(streaming))
        self._listener: Listener | None = None

    def say(self, piece: str, listener: "Listener") -> None:
        """Synthesise a piece; the listener is given its sound from this thread."""
        with _one_text:
            self._listener = listener
            if not listener.gone:
                _library().flite_text_to_speech(piece.encode("ascii"), self._voice, b"none")
            self._listener = None

    def _spoken(self, wave: Any, first: int, count: int, _last: int, _streaming: int) -> int:
        listener = self._listener
        if listener is None or listener.gone:
            return _STOP
        if count > 0:
            pcm = ctypes.string_at(wave.contents.samples + 2 * first, 2 * count)
            return listener.take(Audio(pcm, wave.contents.sample_rate))
        return _GO_ON


class Listener:
    """Carries sound from the thread to who waits for it. What it holds is bounded by the length of a piece."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[Audio | None] = asyncio.Queue()
        self.gone = False

    def take(self, audio: Audio | None) -> int:
        """Take sound, or None at its end, from any thread; say whether to go on."""
        try:
            self._loop.call_soon_threadsafe(self._heard.put_nowait, audio)
        except RuntimeError:  # the event loop is closed: nobody listens any more
            return _STOP
        return _GO_ON

    async def next(self) -> Audio | None:
        """Wait for sound; None when there is no more."""
        return await self._heard.get()


class FliteTts:
    """Speaks English; an async context, which ends its thread.

    Args:
        voice: One of VOICES.

    Raises:
        OSError: flite is not installed.
        ValueError: There is no such voice.
    """

    def __init__(self, voice: str = "slt") -> None:
        if voice not in VOICES:
            raise ValueError(f"flite has the voices {', '.join(VOICES)}")
        self._speaker = speaker(voice)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="flite")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await to_its_end(self._close())

    async def _close(self) -> None:
        # Behind all that was begun, so that the thread is idle when it is waited for.
        await asyncio.wrap_future(self._thread.submit(lambda: None))
        self._thread.shutdown()

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        """Stream the sound of a clause, 16 kHz; nothing comes of a text with nothing to say.

        A piece of a long text is made when the one before was taken, so that several calls take turns.

        Raises:
            Unavailable: The engine is closed.
        """
        for piece in ascii_pieces(text):
            async with aclosing(self._say(piece)) as sound:
                async for audio in sound:
                    yield audio

    async def _say(self, piece: str) -> AsyncGenerator[Audio, None]:
        listener = Listener()
        try:
            made: Future[None] = self._thread.submit(self._speaker.say, piece, listener)
        except RuntimeError:
            raise Unavailable from None
        made.add_done_callback(lambda _: listener.take(None))
        trimmer, rate_hz = None, 0
        try:
            while audio := await listener.next():
                rate_hz = audio.rate_hz
                trimmer = trimmer or Trimmer(rate_hz)
                if pcm := trimmer.feed(audio.pcm):
                    yield Audio(pcm, rate_hz)
            made.result()
            if trimmer and (pcm := trimmer.end()):
                yield Audio(pcm, rate_hz)
        finally:
            # What has begun stops at its next sound, and what has not does not begin; nobody waits for that.
            listener.gone = True
