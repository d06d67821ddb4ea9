"""The limit of requests at once."""

from hypothesis import given
from hypothesis import strategies as st

from bot.engines.limiter import CALM_S, Limiter


def full(limiter: Limiter) -> Limiter:
    """Take every place."""
    while limiter.take():
        pass
    return limiter


def test_places() -> None:
    """As many as the limit says are let in, and one more for each that is given back."""
    limiter = full(Limiter(target_s=1, start=3))
    assert limiter.in_flight == 3
    limiter.give_back()
    assert limiter.take()
    assert not limiter.take()


def test_the_last_place_is_not_for_speculation() -> None:
    """Somebody who waits for an answer comes before somebody who may need one."""
    limiter = Limiter(target_s=1, start=2)
    assert limiter.take(speculative=True)
    assert not limiter.take(speculative=True)
    assert limiter.take()


def test_quick_answers_raise_the_limit_by_one_a_round() -> None:
    """As many quick answers as there are places make one more, up to the most."""
    limiter = full(Limiter(target_s=1, start=4, most=6))
    for _ in range(5):
        limiter.answered(0.2, 0)
    assert limiter.limit == 5
    full(limiter)
    for _ in range(100):
        limiter.answered(0.2, 0)
    assert limiter.limit == 6


def test_an_idle_endpoint_proves_nothing() -> None:
    """A limit that is not used does not grow."""
    limiter = Limiter(target_s=1, start=4)
    limiter.take()
    for _ in range(100):
        limiter.answered(0.2, 0)
    assert limiter.limit == 4


def test_slow_answers_shrink_the_limit_once() -> None:
    """What was under way when the limit shrank does not shrink it again; what comes later does."""
    limiter = full(Limiter(target_s=1, start=10))
    for _ in range(10):
        limiter.answered(1.5, 0)
    assert limiter.limit == 7
    limiter.overloaded(CALM_S)
    assert limiter.limit == 4


@given(st.lists(st.tuples(st.sampled_from(["take", "give", "quick", "slow"]), st.floats(0, 3)), max_size=200))
def test_one_place_is_always_there(steps: list[tuple[str, float]]) -> None:
    """Whatever happens, the limit is from 1 to the most, and nobody is let in beyond it."""
    limiter, now = Limiter(target_s=1, start=4, most=8), 0.0
    for step, seconds in steps:
        now += seconds
        match step:
            case "take":
                before = limiter.in_flight
                assert limiter.take() == (before < limiter.limit)
            case "give" if limiter.in_flight:
                limiter.give_back()
            case "quick":
                limiter.answered(0.5, now)
            case "slow":
                limiter.answered(1.5, now)
        assert 1 <= limiter.limit <= 8
        assert limiter.in_flight >= 0
