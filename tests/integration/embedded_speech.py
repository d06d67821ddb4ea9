"""Sound of the embedded voices, and what they leave behind."""

from array import array
from contextlib import aclosing, suppress
from pathlib import Path

from bot.engines.embedded.silence import THRESHOLD
from bot.engines.protocols import Audio, Tts

CLAUSE = "What would you like to talk about?"
LONG = "The canary sang all day long, and nobody in the whole wide world could tell the reason why it did. " * 5


def children() -> set[str]:
    """Return the processes that this one started, dead ones that nobody waited for as well."""
    found: set[str] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # a thread that has ended meanwhile has handed its children over
            found.update((task / "children").read_text().split())
    return found


async def spoken(tts: Tts, text: str = CLAUSE) -> list[Audio]:
    """Return the sound of a text."""
    async with aclosing(tts.speak(text)) as sound:
        return [audio async for audio in sound]


def duration_ms(sound: list[Audio]) -> float:
    """Return how long it lasts."""
    return sum(audio.duration_ms for audio in sound)


def quiet_ms(sound: list[Audio], *, at_end: bool) -> float:
    """Return how long it is silent before the first sound, or after the last one."""
    samples = array("h", b"".join(audio.pcm for audio in sound))
    order = range(len(samples) - 1, -1, -1) if at_end else range(len(samples))
    quiet = next(n for n, place in enumerate(order) if abs(samples[place]) > THRESHOLD * 32_768)
    return quiet * 1000 / sound[0].rate_hz
