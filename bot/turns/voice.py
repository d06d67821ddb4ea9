"""From frames of 20 ms to `Voiced` and `Unvoiced`. Pure.

Two detectors judged each frame: webrtcvad in mode 2, which catches a soft onset, and in mode 3, which lets go soon.
Single frames lie: keyboards, breath, the bot's own echo. Therefore:
- a frame counts only when it is louder than the noise by 6 dB, and not at all in the first 500 ms, in which webrtcvad
  takes any steady noise for a voice;
- while the bot sounds it must also be louder than the echo by 6 dB, by 12 dB in the first 300 ms: the caller's echo
  canceller is still adapting. Echo comes late, so that all this holds for 300 ms after the bot has fallen silent;
- a voice begins with 3 of 5 frames in mode 3, over the bot's with 2 of 3 in mode 2; it ends with 2 of 3 without.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from bot.turns.events import Unvoiced, Voiced

FRAME_MS = 20
IGNORED_FRAMES = 25

ONSET = (3, 5)  # of the last frames
BARGE_IN = (2, 3)
ENDING = (2, 3)

GATE_DB = 6.0
ECHO_DB = 6.0
EARLY_ECHO_DB = 12.0
EARLY_ECHO_MS = 300
ECHO_TAIL_MS = 300

# The noise floor falls to a quieter frame within some frames, and rises slowly: 1 dB/s, below a voice a quarter of it.
NOISE_DBFS = -55.0
NOISE_RANGE = (-75.0, -35.0)
FALL = 0.2
RISE_DB = 0.02
RISE_VOICED_DB = 0.005

# Where the echo is before any has been heard: a voice near its microphone is louder than that by 12 dB and more.
ECHO_DBFS = -45.0
ECHO_RANGE = (-75.0, -25.0)
ECHO_ALPHA = 0.1


class Frame(NamedTuple):
    """20 ms of the caller's audio, judged.

    `at_ms` is when its last sample came, on the machine's clock; `dbfs` its RMS level, 0 for full scale. `bot_ms` is
    for how long the bot has been sounding without a pause, None: it is silent.
    """

    at_ms: int
    voiced_2: bool
    voiced_3: bool
    dbfs: float
    bot_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """The caller's voice, as far as the frames have told."""

    voiced: bool = False
    frames: int = 0
    noise_dbfs: float = NOISE_DBFS
    echo_dbfs: float = ECHO_DBFS
    soft: tuple[bool, ...] = ()  # mode 2, the last 5 frames, oldest first
    hard: tuple[bool, ...] = ()  # mode 3
    voiced_ms: int = 0  # the end of the last frame that counted
    bot_until_ms: int | None = None  # the end of the last frame in which the bot sounded


def hear(voice: Voice, frame: Frame) -> tuple[Voice, Voiced | Unvoiced | None]:
    """Return the voice after one frame more, and what has begun or ended with it."""
    echoes = _echoes(voice, frame)
    level_dbfs = voice.noise_dbfs + GATE_DB
    if echoes:
        early = frame.bot_ms is not None and frame.bot_ms < EARLY_ECHO_MS
        level_dbfs = max(level_dbfs, voice.echo_dbfs + (EARLY_ECHO_DB if early else ECHO_DB))
    loud = frame.dbfs >= level_dbfs and voice.frames >= IGNORED_FRAMES
    hard = (*voice.hard, loud and frame.voiced_3)[-ONSET[1] :]
    soft = (*voice.soft, loud and frame.voiced_2)[-ONSET[1] :]
    counted = hard if voice.voiced or not echoes else soft
    voice = replace(
        _levels(voice, frame, echoes=echoes, caller=voice.voiced or counted[-1]),
        frames=min(voice.frames + 1, IGNORED_FRAMES),
        soft=soft,
        hard=hard,
        voiced_ms=frame.at_ms if counted[-1] else voice.voiced_ms,
        bot_until_ms=voice.bot_until_ms if frame.bot_ms is None else frame.at_ms,
    )
    if voice.voiced:
        ended = _enough(hard, ENDING, lambda was_voiced: not was_voiced)
        return (replace(voice, voiced=False, soft=(), hard=()), Unvoiced(voice.voiced_ms)) if ended else (voice, None)
    needed = BARGE_IN if echoes else ONSET
    if not _enough(counted, needed, bool):
        return voice, None
    recent = counted[-needed[1] :]
    began_ms = frame.at_ms - FRAME_MS * (len(recent) - recent.index(True))
    # Its end is judged by what comes from now on.
    return replace(voice, voiced=True, soft=(), hard=(), voiced_ms=frame.at_ms), Voiced(began_ms)


def _echoes(voice: Voice, frame: Frame) -> bool:
    if frame.bot_ms is not None:
        return True
    return voice.bot_until_ms is not None and frame.at_ms - voice.bot_until_ms <= ECHO_TAIL_MS


def _enough(frames: tuple[bool, ...], needed: tuple[int, int], counts: Callable[[bool], bool]) -> bool:
    least, among = needed
    return sum(map(counts, frames[-among:])) >= least


def _levels(voice: Voice, frame: Frame, *, echoes: bool, caller: bool) -> Voice:
    """Track the noise where the bot is silent, and the echo where it is not and the caller is silent."""
    if not echoes:
        gap_db = frame.dbfs - voice.noise_dbfs
        step_db = FALL * gap_db if gap_db < 0 else min(gap_db, RISE_VOICED_DB if caller else RISE_DB)
        return replace(voice, noise_dbfs=_within(voice.noise_dbfs + step_db, NOISE_RANGE))
    if caller or frame.bot_ms is None:
        return voice
    return replace(voice, echo_dbfs=_within(voice.echo_dbfs + ECHO_ALPHA * (frame.dbfs - voice.echo_dbfs), ECHO_RANGE))


def _within(dbfs: float, bounds: tuple[float, float]) -> float:
    return min(max(dbfs, bounds[0]), bounds[1])
