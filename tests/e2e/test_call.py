"""The main job: two strangers hear each other, in every pairing of browsers."""

import pytest

from tests.e2e.conftest import Arrive
from tests.e2e.stack import Stack

PAIRINGS = [("desktop", "chromium"), ("desktop", "firefox"), ("firefox", "desktop"), ("firefox", "firefox2")]


@pytest.mark.parametrize(("first", "second"), PAIRINGS)
@pytest.mark.claim("relay-only")
def test_two_strangers_hear_each_other_through_relays(arrive: Arrive, first: str, second: str) -> None:
    """Each hears exactly the other's tone, and both ends of the selected pair are relays."""
    one = arrive(first)
    one.sees("waiting")
    other = arrive(second)

    one.sees("talking")
    other.sees("talking")
    one.hears(other.voice.hz)
    other.hears(one.voice.hz)
    one.speaks_through_relays(other)
    other.speaks_through_relays(one)


@pytest.mark.parametrize(("first", "second"), [("chromium", "firefox"), ("firefox", "chromium")])
def test_mute_takes_the_voice_away_and_gives_it_back(arrive: Arrive, first: str, second: str) -> None:
    """While one is muted the other hears nothing; the muted one still hears."""
    one, other = arrive(first), arrive(second)
    one.hears(other.voice.hz)
    other.hears(one.voice.hz)

    one.presses("Mute")
    other.hears_nothing()
    one.hears(other.voice.hz)

    one.presses("Unmute")
    other.hears(one.voice.hz)


def test_end_ends_it_for_both(arrive: Arrive) -> None:
    """Both pages say that it is over, and no sound comes any more."""
    one, other = arrive("chromium"), arrive("chromium2")
    one.sees("talking")
    other.sees("talking")

    one.presses("End")

    one.sees("ended")
    other.sees("ended")
    other.hears_nothing()


@pytest.mark.claim("gone-when-closed")
def test_a_partner_who_closes_the_tab_is_noticed_at_once(arrive: Arrive) -> None:
    """The one who stays is told within seconds, not after a timeout."""
    one, other = arrive("chromium"), arrive("firefox")
    one.sees("talking")
    other.sees("talking")

    other.page.close()

    one.sees("ended", seconds=5)


def test_next_finds_the_third_person(arrive: Arrive) -> None:
    """Next leaves the partner and pairs with whoever waits, never with the one just left."""
    one, other = arrive("chromium"), arrive("chromium2")
    one.hears(other.voice.hz)
    third = arrive("firefox")
    third.sees("waiting")

    one.presses("Next")

    other.sees("ended")
    one.hears(third.voice.hz)
    third.hears(one.voice.hz)


@pytest.mark.claim("blocked-stays-blocked")
def test_block_ends_the_call_and_lasts(arrive: Arrive) -> None:
    """After a block the two never meet again, even when nobody else is there and waiting has relaxed all else."""
    one, other = arrive("chromium"), arrive("chromium2")
    one.sees("talking")
    other.sees("talking")

    one.blocks()

    one.sees("ended")
    other.sees("ended")
    one.presses("Next")
    other.presses("Next")
    one.sees("waiting")
    other.sees("waiting")
    # 15 s is when recent partners may meet again; blocked ones still may not.
    one.stays("waiting", seconds=18)
    other.stays("waiting", seconds=0.5)


def test_four_people_pair_up_without_mixing(arrive: Arrive) -> None:
    """Two calls of two: everybody hears one other person, who hears them."""
    everybody = [arrive(name) for name in ("chromium", "firefox", "chromium2", "firefox2")]
    for person in everybody:
        person.sees("talking")

    heard = {person.voice.hz: person.identifies({p.voice.hz for p in everybody}) for person in everybody}

    for listener, speaker in heard.items():
        assert speaker != listener
        assert heard[speaker] == listener


def test_a_healthy_service_says_so(stack: Stack) -> None:
    """`/healthz` and `/readyz` answer 200, with relay and Redis checked for real."""
    assert stack.get("/healthz")[0] == 200
    assert stack.get("/readyz")[0] == 200
