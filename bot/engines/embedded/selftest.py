"""Whether ears hear at all: what the bot itself has said, understood again."""

from bot.engines.protocols import Audio, Stt


async def heard(stt: Stt, audio: Audio, deadline: float) -> str:
    """Return the words that are understood of a piece of speech, by ears of its own.

    Args:
        stt: The ears.
        audio: Speech, at a rate that they take.
        deadline: The event loop's time, s, by which they must have understood it.

    Raises:
        EngineError: They did not.
    """
    ears = stt.open()
    try:
        ears.push(audio)
        return (await ears.finish(deadline)).text
    finally:
        await ears.aclose()
