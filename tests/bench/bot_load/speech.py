"""What both ends of a call say, over and over, and who tells voices from noise."""

import asyncio
from array import array
from collections.abc import Callable

from webrtcvad import Vad

from bot.media.opus import Encoder
from bot.media.playout import FRAME_BYTES, Playout
from tests.voices import spoken

# One turn of each: the caller asks, and the bot has the rest of the time to answer.
TURN_S = 8.0
# What bots answer that have no ears, for about as long as one that has.
QUESTION, ANSWER = "Tell me a joke.", "Why do bots never get lost? They always follow the script. Do you know another?"
HEARD_BYTES = 2 * 16_000 // 50


def at_48_khz(text: str, voice: str) -> bytes:
    """Return speech, 16 bit mono; good enough to be encoded, if not to be listened to."""
    samples = array("h", spoken(text, voice))
    return array("h", (value for value in samples for _ in range(3))).tobytes()


def frames(text: str, voice: str) -> list[bytes]:
    """Return one turn: speech, then silence, 20 ms each at 48 kHz."""
    pcm = at_48_khz(text, voice).ljust(int(TURN_S * 50) * FRAME_BYTES, b"\0")
    return [pcm[place : place + FRAME_BYTES] for place in range(0, len(pcm), FRAME_BYTES)]


def packets(text: str, voice: str) -> list[bytes]:
    """Return one turn in Opus."""
    with Encoder() as encoder:
        return [encoder.encode(frame) for frame in frames(text, voice)]


async def repeat(playout: Playout, pcm: bytes) -> None:
    """Say something once in each turn, for ever."""
    generation = 0
    while True:
        generation += 1
        playout.begin(generation)
        playout.say(generation, pcm)
        await asyncio.sleep(TURN_S)


def judge() -> Callable[[bytes], None]:
    """Return ears that only tell voices from noise, in both modes that a conversation needs, 20 ms at a time."""
    detectors, rest = (Vad(2), Vad(3)), bytearray()

    def hear(pcm: bytes) -> None:
        rest.extend(pcm)
        while len(rest) >= HEARD_BYTES:
            for detector in detectors:
                detector.is_speech(bytes(rest[:HEARD_BYTES]), 16_000)
            del rest[:HEARD_BYTES]

    return hear
