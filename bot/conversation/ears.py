"""From the caller's sound to frames of 20 ms, judged: when a voice begins and ends. No I/O, no clock.

Sound comes in pieces of any length, and at times not at all: packets are lost, the caller mutes, the path breaks. What
does not come is silence, on the same clock. It tells nothing about how loud the caller's room is.
"""

import math
import operator
from array import array
from collections import deque
from collections.abc import Callable
from typing import Protocol

from bot.turns.events import Unvoiced, Voiced
from bot.turns.voice import FRAME_MS, Frame, Voice, hear

RATE_HZ = 16_000
FRAME_BYTES = 2 * RATE_HZ * FRAME_MS // 1000
# What was said before the voice was noticed: the beginning of its first word.
PRE_ROLL_FRAMES = 240 // FRAME_MS
# No packet for so long: packets are late by less, and come then all at once.
GAP_MS = 300
# Below any room and any microphone: muted, or made up by whoever sends it.
MUTED_DBFS = -85.0

_FULL_SCALE = 32_768


class Judge(Protocol):
    """Tells voices from noise, one frame after the other; it is this call's alone."""

    def judge(self, frame: bytes) -> tuple[bool, bool]:
        """Say of 20 ms at RATE_HZ whether they are a voice: to webrtcvad's mode 2, and to its mode 3."""
        ...


class Ears:
    """The caller's sound.

    Args:
        judge: Tells voices from noise.
        now_ms: The time, ms, on the turn machine's clock.
    """

    def __init__(self, judge: Judge, now_ms: int) -> None:
        self._judge = judge
        self._voice = Voice()
        self._rest = bytearray()  # less than a frame
        self._recent: deque[bytes] = deque(maxlen=PRE_ROLL_FRAMES)
        self._began = False  # sound has come; before it there is no silence either
        self._came_ms = now_ms  # the newest packet
        self._until_ms = now_ms  # the end of the newest frame
        # Told of each frame that was judged, before what it means.
        self.listener: Callable[[bytes], None] | None = None

    @property
    def pre_roll(self) -> bytes:
        """The last 240 ms."""
        return b"".join(self._recent)

    def hear(self, pcm: bytes, now_ms: int, bot_ms: int | None) -> list[Voiced | Unvoiced]:
        """Take sound as it comes, 16 bit mono at RATE_HZ.

        Args:
            pcm: The samples, whole ones.
            now_ms: The time.
            bot_ms: For how long the bot has been sounding without a pause, ms; None: it is silent.
        """
        self._began = True
        self._came_ms = now_ms
        self._rest += pcm
        happened = []
        while len(self._rest) >= FRAME_BYTES:
            frame = bytes(self._rest[:FRAME_BYTES])
            del self._rest[:FRAME_BYTES]
            # Its last sample came as much before now as there is sound behind it.
            behind_ms = len(self._rest) * 1000 // (2 * RATE_HZ)
            happened += self._take(frame, max(self._until_ms, now_ms - behind_ms), bot_ms)
        return happened

    def wait(self, now_ms: int, bot_ms: int | None) -> list[Voiced | Unvoiced]:
        """Note that the time has come, with or without sound: after 300 ms without there is silence."""
        happened: list[Voiced | Unvoiced] = []
        if not self._began:
            self._until_ms = self._came_ms = now_ms
        if now_ms - self._came_ms < GAP_MS:
            return happened
        self._rest.clear()
        while self._until_ms + FRAME_MS <= now_ms:
            happened += self._take(bytes(FRAME_BYTES), self._until_ms + FRAME_MS, bot_ms)
        return happened

    def forget(self) -> None:
        """Drop all sound."""
        self._recent.clear()
        self._rest[:] = bytes(len(self._rest))
        self._rest.clear()

    def _take(self, frame: bytes, at_ms: int, bot_ms: int | None) -> list[Voiced | Unvoiced]:
        self._until_ms = at_ms
        self._recent.append(frame)
        if self.listener is not None:
            self.listener(frame)
        self._voice, happened = hear(self._voice, self._judged(frame, at_ms, bot_ms))
        return [happened] if happened else []

    def _judged(self, frame: bytes, at_ms: int, bot_ms: int | None) -> Frame:
        level_dbfs = dbfs(frame)
        if level_dbfs > MUTED_DBFS:
            soft, hard = self._judge.judge(frame)
            return Frame(at_ms, soft, hard, level_dbfs, bot_ms)
        # As loud as is known already: neither the room nor the echo has become quieter.
        level_dbfs = self._voice.noise_dbfs if bot_ms is None else self._voice.echo_dbfs
        return Frame(at_ms, voiced_2=False, voiced_3=False, dbfs=level_dbfs, bot_ms=bot_ms)


def dbfs(pcm: bytes) -> float:
    """Return the RMS level of 16 bit samples; 0 for full scale, -100 for none or nothing."""
    samples = array("h", pcm)
    power = sum(map(operator.mul, samples, samples)) / max(1, len(samples))
    return 20 * math.log10(math.sqrt(power) / _FULL_SCALE) if power else -100.0
