"""Why a caller waits, in terms of what it chose. Pure."""

from matcher.domain import Hitch
from matcher.wire import Prefs


def understands(prefs: Prefs, bot_language: str) -> bool:
    """Say whether a caller speaks the bots' language, which is without country and script."""
    return bot_language in prefs.languages


def hitch(found: Hitch | None, prefs: Prefs, *, bots: bool, bot_language: str) -> Hitch | None:
    """Return what a page is told.

    Args:
        found: What the waiting room says: it knows whether a bot may come to this caller, and not why.
        prefs: What the caller chose.
        bots: Whether the service has any.
        bot_language: What they speak.
    """
    match found:
        case Hitch.NO_BOT | Hitch.PEOPLE_ONLY if not bots:
            return None  # there is nothing of bots to be told of
        case Hitch.BOTS_ONLY | Hitch.PEOPLE_ONLY if prefs.bots and not understands(prefs, bot_language):
            return Hitch.BOT_LANGUAGE
        case Hitch.PEOPLE_ONLY if prefs.bots:
            return None  # the mode is new, and the next sweep sees to a bot
    return found
