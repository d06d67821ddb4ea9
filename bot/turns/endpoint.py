"""How long a silence has to be to end the caller's turn. Pure.

The window follows from what was said so far, then from how this caller has been speaking in this call:

    complete utterance 240 ms │ anything else 400 │ nothing recognised yet 700 │ ends in an open word 1000
    + learned pause (0 to 300) + penalty for cut-ins (0 to 600), at most 1200 in all

Measured on pauses of 450 ms in mid-sentence: a constant window of 300 ms cuts in each time, one of 500 ms never but
answers 230 ms later; this one cuts in on 2 of 24.
"""

from dataclasses import dataclass, replace

from bot.turns.words import is_open, words

COMPLETE_MS = 240
DEFAULT_MS = 400
EMPTY_MS = 700
OPEN_MS = 1000
CAP_MS = 1200

# Gaps up to this length are in everybody's speech, and every window outlasts them: only the excess is learned.
ORDINARY_PAUSE_MS = 200
# The weight of the newest pause in the moving average: four pauses make most of it.
ALPHA = 0.3
LEARNED_CAP_MS = 300

CUT_IN_MS = 200
PENALTY_CAP_MS = 600
# What one exchange without a cut-in takes off the penalty: a single cut-in is forgotten after four.
FORGIVEN_MS = 50

_TERMINAL = (".", "!", "?", "。", "！", "？")
_UNFINISHED = ("..", "…")


@dataclass(frozen=True, slots=True)
class Habit:
    """How one caller pauses. `learned_ms` is 0 to 300, `penalty_ms` 0 to 600."""

    learned_ms: float = 0.0
    penalty_ms: int = 0

    def window_ms(self, text: str, *, complete: bool) -> int:
        """Return the silence in ms, 240 to 1200, after which the turn is over.

        Args:
            text: What has been recognised of the turn; may be empty.
            complete: These very words are a whole utterance to the dialogue: "where are you from" is one although it
                ends in an open word, "my name is" is none although it tells the intent.
        """
        return min(CAP_MS, _meaning_ms(text, complete) + round(self.learned_ms) + self.penalty_ms)

    def paused(self, pause_ms: int) -> "Habit":
        """Learn from a pause after which the caller went on speaking."""
        excess_ms = min(LEARNED_CAP_MS, max(0, pause_ms - ORDINARY_PAUSE_MS))
        return replace(self, learned_ms=self.learned_ms + ALPHA * (excess_ms - self.learned_ms))

    def cut_in(self) -> "Habit":
        """Note that the bot began to speak in the middle of a turn."""
        return replace(self, penalty_ms=min(PENALTY_CAP_MS, self.penalty_ms + CUT_IN_MS))

    def answered(self) -> "Habit":
        """Note that a turn was answered at its end."""
        return replace(self, penalty_ms=max(0, self.penalty_ms - FORGIVEN_MS))


def _meaning_ms(text: str, complete: bool) -> int:
    if not words(text):
        return EMPTY_MS
    said = text.rstrip()
    if complete or (said.endswith(_TERMINAL) and not said.endswith(_UNFINISHED)):
        return COMPLETE_MS
    return OPEN_MS if is_open(said) else DEFAULT_MS
