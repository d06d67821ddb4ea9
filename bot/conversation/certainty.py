"""Whether what was recognised counts as said. Pure."""

from bot.dialogue.script import Effect
from bot.dialogue.understanding import Meaning
from bot.engines.protocols import Hypothesis

# Embedded ears that are less sure than this heard noise, unless it means something to the dialogue.
SURE = 0.65
# Half heard, "hi" is "bye": what has an effect on the call has to be heard better than that.
SURE_OF_EFFECT = 0.5
LASTING = {Effect.FAREWELL, Effect.DISMISSAL, Effect.NEXT, Effect.REPORT}


def certain(known: Hypothesis, meaning: Meaning | None) -> bool:
    """Say whether the words count, by how sure the ears are and what the words mean."""
    if meaning and meaning.intent.effect in LASTING:
        return known.confidence >= SURE_OF_EFFECT
    return meaning is not None or known.confidence >= SURE
