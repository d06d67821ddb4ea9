"""The guard before an endpoint."""

import pytest

from bot.engines.errors import BadAnswer, Busy, EngineError, Filtered, Misconfigured, RateLimited, TimedOut, Unavailable
from bot.engines.guard import Guard
from bot.engines.limiter import Limiter
from matcher.breaker import REST_S, STREAK, State


class World:
    """A guard and its time."""

    def __init__(self, start: int = 4) -> None:
        self.now = 0.0
        self.guard = Guard(Limiter(target_s=1, start=start), lambda: self.now)

    def ends_with(self, error: BaseException | None, *, answered: bool = False, times: int = 1) -> None:
        """Let requests end in this way."""
        for _ in range(times):
            if error is None:
                with self.guard.attempt() as attempt:
                    attempt.answered()
                continue
            with pytest.raises(type(error)), self.guard.attempt() as attempt:  # noqa: PT012 -- what ends it
                if answered:
                    attempt.answered()
                raise error


@pytest.mark.parametrize("error", [Unavailable(), TimedOut(), BadAnswer(), RateLimited()])
def test_failures_in_a_row_open_it(error: EngineError) -> None:
    """An endpoint that fails again and again is not asked; the refusal says for how long, and comes at once."""
    world = World()
    world.ends_with(error, times=STREAK)

    with pytest.raises(Busy) as caught, world.guard.attempt():
        pytest.fail("it was let in")
    assert caught.value.retry_after_s == REST_S
    assert world.guard.open
    assert world.guard.limiter.in_flight == 0


def test_a_wrong_key_opens_it_at_once() -> None:
    """What no other try would change is tried once."""
    world = World()
    world.ends_with(Misconfigured())
    assert world.guard.open


def test_what_is_withheld_for_its_content_is_no_failure() -> None:
    """The endpoint is well, whatever was said to it."""
    world = World()
    world.ends_with(Filtered(), times=STREAK * 2)
    assert not world.guard.open


def test_retry_after_is_kept() -> None:
    """One rate limit keeps everybody away for as long as it says."""
    world = World()
    world.ends_with(RateLimited(retry_after_s=3))
    assert world.guard.open
    world.now = 3
    assert not world.guard.open


def test_an_interruption_is_no_failure() -> None:
    """Barge-in, however often, says nothing against an endpoint."""
    world = World()
    world.ends_with(GeneratorExit(), times=STREAK * 2)
    world.ends_with(GeneratorExit(), times=STREAK * 2, answered=True)
    assert not world.guard.open
    assert world.guard.limiter.in_flight == 0


@pytest.mark.parametrize(("answered", "state"), [(True, State.CLOSED), (False, State.OPEN)])
def test_an_interrupted_trial_tells_what_it_saw(answered: bool, state: State) -> None:
    """A first token is proof enough; without one the next request is the trial, at once."""
    world = World()
    world.ends_with(Misconfigured())
    world.now = REST_S
    world.ends_with(GeneratorExit(), answered=answered)
    assert world.guard.breaker.state is state
    assert not world.guard.open


def test_one_trial_at_a_time() -> None:
    """While one finds out, the others are refused."""
    world = World()
    world.ends_with(Misconfigured())
    world.now = REST_S
    with world.guard.attempt(), pytest.raises(Busy), world.guard.attempt():
        pytest.fail("it was let in")
    assert world.guard.breaker.state is State.CLOSED


def test_the_limit_refuses_at_once() -> None:
    """Nobody queues: a budget of less than a second is better spent elsewhere. A refusal is no failure."""
    world = World(start=1)
    with world.guard.attempt(), pytest.raises(Busy), world.guard.attempt():
        pytest.fail("it was let in")
    world.ends_with(None)
    assert world.guard.limiter.in_flight == 0


def test_overload_shrinks_the_limit() -> None:
    """A time-out is a sign of overload as a slow answer is."""
    world = World(start=10)
    world.ends_with(TimedOut())
    assert world.guard.limiter.limit == 7


def test_each_answer_of_a_conversation_has_its_own_time() -> None:
    """What the caller says before it is not the endpoint's; quick answers give it more conversations."""
    world = World(start=1)
    with world.guard.attempt() as attempt:
        for _ in range(3):
            world.now += 60
            attempt.asked()
            world.now += 0.5
            attempt.answered()
            world.now += 10
            attempt.answered()  # goes on
    assert world.guard.limiter.limit == 2


def test_a_trial_that_lasts_keeps_nobody_waiting() -> None:
    """Its first token closes the breaker; what fails later counts as a failure."""
    world = World()
    world.ends_with(Misconfigured())
    world.now = REST_S
    with world.guard.attempt() as attempt:
        assert world.guard.open
        attempt.answered()
        assert not world.guard.open
