"""From preferences to rungs, and from recent waits to an estimate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.policy import Rung, estimate_s, rungs
from matcher.wire import Prefs


def test_shared_interests_come_first_then_the_language_then_partners_just_met() -> None:
    """Three rungs, each in every language."""
    assert rungs(Prefs(("en", "de"), ("music", "books"))) == (
        Rung(0, ("1:de:books", "1:de:music", "1:en:books", "1:en:music")),
        Rung(5_000, ("2:de", "2:en")),
        Rung(15_000, ("3:de", "3:en")),
    )


def test_without_interests_the_language_counts_at_once() -> None:
    """There is nothing to wait for."""
    assert rungs(Prefs(("en",))) == (Rung(0, ("2:en",)), Rung(15_000, ("3:en",)))


languages = st.lists(st.sampled_from(["en", "de", "fr"]), min_size=1, max_size=3).map(tuple)
interests = st.lists(st.sampled_from(["music", "books"]), max_size=3).map(tuple)


@given(languages, interests, languages, interests)
def test_two_ladders_share_a_bucket_exactly_when_a_language_is_shared(
    one: tuple[str, ...], likes: tuple[str, ...], other: tuple[str, ...], likes_too: tuple[str, ...]
) -> None:
    """Interests decide when, never whether; and the last rungs always meet then."""
    mine, theirs = rungs(Prefs(one, likes)), rungs(Prefs(other, likes_too))
    shared = {bucket for rung in mine for bucket in rung.buckets} & {
        bucket for rung in theirs for bucket in rung.buckets
    }
    assert bool(shared) == bool(set(one) & set(other))
    assert bool(set(mine[-1].buckets) & set(theirs[-1].buckets)) == bool(shared)
    for ladder in (mine, theirs):
        assert [rung.delay_ms for rung in ladder] == sorted(rung.delay_ms for rung in ladder)
        assert not any("|" in bucket or " " in bucket for rung in ladder for bucket in rung.buckets)


@pytest.mark.parametrize(
    ("waited_ms", "waits_ms", "expected"),
    [
        (0, [], None),
        (0, [0, 0, 0, 0], None),
        (0, [1_000, 2_000], None),
        (0, [1_000, 2_000, 9_000], 2.0),
        (1_500, [1_000, 2_000, 9_000, 3_500], 2.0),
        (9_000, [1_000, 2_000, 9_000], None),
    ],
)
def test_the_estimate_is_what_those_waited_who_waited_as_long(
    waited_ms: int, waits_ms: list[int], expected: float | None
) -> None:
    """The median of the rest of their waits; nothing where too few did."""
    assert estimate_s(waited_ms, waits_ms) == expected
