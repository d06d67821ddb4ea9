"""What a page is told of why its caller waits."""

import pytest

from matcher.domain import Hitch
from matcher.wire import Prefs
from server.queue.hitches import hitch

WANTS = Prefs(languages=("fr", "de"), bots=True)
DECLINES = Prefs(languages=("de",), bots=False)
DUTCH = Prefs(languages=("nl",), bots=True)


@pytest.mark.parametrize(
    ("found", "prefs", "told"),
    [
        (None, WANTS, None),
        (Hitch.PAUSED, DUTCH, Hitch.PAUSED),
        (Hitch.NO_BOT, WANTS, Hitch.NO_BOT),
        (Hitch.PEOPLE_ONLY, DECLINES, Hitch.PEOPLE_ONLY),
        (Hitch.BOTS_ONLY, DECLINES, Hitch.BOTS_ONLY),
        (Hitch.PEOPLE_ONLY, DUTCH, Hitch.BOT_LANGUAGE),
        (Hitch.BOTS_ONLY, DUTCH, Hitch.BOT_LANGUAGE),
        # A mode that has just begun: nobody has asked for a bot yet.
        (Hitch.PEOPLE_ONLY, WANTS, None),
        (Hitch.BOTS_ONLY, WANTS, Hitch.BOTS_ONLY),
    ],
)
def test_who_waits_without_a_bot_is_told_why(found: Hitch | None, prefs: Prefs, told: Hitch | None) -> None:
    """Whether it was their own choice or is a matter of language."""
    assert hitch(found, prefs, bots=True, bot_language="de") == told


@pytest.mark.parametrize("found", [Hitch.NO_BOT, Hitch.PEOPLE_ONLY])
@pytest.mark.parametrize("prefs", [WANTS, DECLINES, DUTCH])
def test_where_there_are_no_bots_nobody_is_told_of_them(found: Hitch, prefs: Prefs) -> None:
    """None comes, and none is to be waited for."""
    assert hitch(found, prefs, bots=False, bot_language="de") is None
