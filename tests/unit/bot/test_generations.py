"""Which of the partner's parameters are followed."""

import msgspec
import pytest

from bot.generations import MAX_RESTARTS, Forged, Generations, Way
from bot.parameters import Parameters

OWN = ":".join(["AA"] * 32)
THEIRS = ":".join(["BB"] * 32)
FIRST = Parameters(0, "ufrag", "p" * 22, THEIRS, 109, False)


def later(generation: int, **changes: object) -> Parameters:
    """Return the partner's parameters of a restart."""
    return msgspec.structs.replace(FIRST, generation=generation, ufrag=f"ufrag{generation}", **changes)


@pytest.fixture
def generations() -> Generations:
    """What an end has that has heard nothing yet."""
    return Generations(OWN)


@pytest.mark.parametrize("ways", [[Way.SERVER, Way.CHANNEL], [Way.CHANNEL, Way.SERVER]])
def test_the_first_that_come_count(generations: Generations, ways: list[Way]) -> None:
    """Whichever way is first, the other one only agrees."""
    assert [generations.take(FIRST, way) for way in ways] == [True, False]


def test_two_ways_that_disagree_are_forged(generations: Generations) -> None:
    """Where server and channel say something else, one of them lies."""
    generations.take(FIRST, Way.SERVER)
    with pytest.raises(Forged):
        generations.take(msgspec.structs.replace(FIRST, ufrag="other"), Way.CHANNEL)


def test_the_same_way_counts_once(generations: Generations) -> None:
    """What a way says once more is not even compared."""
    generations.take(FIRST, Way.CHANNEL)
    assert not generations.take(msgspec.structs.replace(FIRST, ufrag="other"), Way.CHANNEL)


def test_our_own_certificate_is_reflected(generations: Generations) -> None:
    """Nobody has our certificate but us."""
    with pytest.raises(Forged):
        generations.take(msgspec.structs.replace(FIRST, fingerprint=OWN), Way.CHANNEL)


def test_restarts_are_followed_one_by_one(generations: Generations) -> None:
    """The next generation counts, once, and none before the first is described."""
    assert not generations.take(later(1), Way.CHANNEL)
    generations.take(FIRST, Way.CHANNEL)
    assert [generations.take(later(number), Way.CHANNEL) for number in (2, 1, 1, 2, 4, 3)] == [
        False, True, False, True, False, True,
    ]  # fmt: skip
    assert generations.newest == 3


@pytest.mark.parametrize("change", [{"fingerprint": ":".join(["CC"] * 32)}, {"payload_type": 111}])
def test_a_restart_with_another_partner_is_forged(generations: Generations, change: dict[str, object]) -> None:
    """DTLS goes on through a restart; whoever has another certificate is somebody else."""
    generations.take(FIRST, Way.CHANNEL)
    with pytest.raises(Forged):
        generations.take(later(1, **change), Way.CHANNEL)


def test_there_is_an_end_to_restarts(generations: Generations) -> None:
    """A call costs so many allocations and no more."""
    generations.take(FIRST, Way.CHANNEL)
    taken = [generations.take(later(number), Way.CHANNEL) for number in range(1, MAX_RESTARTS + 3)]
    assert sum(taken) == MAX_RESTARTS


def test_restarts_have_a_pace(generations: Generations) -> None:
    """The first is made at once, those that follow it a second apart."""
    assert [generations.pause_s(now_s) for now_s in (10.0, 10.25, 20.0)] == [0.0, 0.75, 0.0]
