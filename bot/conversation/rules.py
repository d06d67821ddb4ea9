"""What a caller said to an engine that holds the call, and a hard rule answers as soon as nobody speaks."""

from bot.dialogue.script import Effect
from bot.engines.embedded.mind import Mind
from bot.engines.protocols import Context, Speaker
from bot.turns.words import sentences


class Rules:
    """The hard rules of one call.

    Args:
        mind: Knows them.
        context: Is told of what none of them answers in the end.
    """

    def __init__(self, mind: Mind, context: Context) -> None:
        self._mind = mind
        self._context = context
        self.waiting = ""  # for its answer

    def hear(self, text: str) -> bool:
        """Take what the caller said, and say whether a rule answers that, together with what waits already."""
        if text and self._parting and not self._mind.answer(self._context, text).hard:
            # Who goes on after a goodbye stays.
            self._context.add(Speaker.CALLER, self.take())
            return False
        said = sentences(self.waiting, text)
        hard = self._mind.answer(self._context, said).hard
        if hard:
            self.waiting = said
        return hard

    def put_off(self, text: str) -> None:
        """Let something wait again, of which the answer has not begun."""
        self.waiting = sentences(text, self.waiting)

    def take(self) -> str:
        """Return what waits, which is to be answered now."""
        text, self.waiting = self.waiting, ""
        return text

    @property
    def _parting(self) -> bool:
        return self._mind.answer(self._context, self.waiting).effect is Effect.FAREWELL
