"""The circuit breaker's decisions."""

import pytest

from matcher.breaker import MAX_RETRY_AFTER_S, REST_S, Breaker, State


def played(script: str) -> Breaker:
    """Return a breaker after a script: `.` success, `x` failure, `!` final failure, `a` attempt, `-` abandoned."""
    breaker = Breaker()
    for step in script:
        match step:
            case ".":
                breaker.succeeded()
            case "x":
                breaker.failed(0)
            case "!":
                breaker.failed(0, final=True)
            case "a":
                breaker.attempt()
            case "-":
                breaker.abandoned()
    return breaker


@pytest.mark.parametrize(
    ("script", "state"),
    [
        ("", State.CLOSED),
        ("xxxx", State.CLOSED),
        ("xxxxx", State.OPEN),
        ("xxxx.xxxx", State.CLOSED),
        ("!", State.OPEN),
        (".!", State.OPEN),
        (
            "xxx." * 2 + "xx.." * 3,
            State.CLOSED,
        ),  # 12 of 20 failed, but the last answers are good ones: no failure trips
        ("xx.x." * 4, State.CLOSED),
        ("xx.x." * 4 + "x", State.OPEN),  # 12 of the last 20 with this failure
        ("x." * 10, State.CLOSED),
        ("x." * 10 + "x", State.CLOSED),  # exactly half
        ("x." * 10 + "xx", State.OPEN),  # 11 of 20
        ("!a", State.HALF_OPEN),
        ("!a.", State.CLOSED),
        ("!ax", State.OPEN),
        ("!a!", State.OPEN),
        ("!.", State.OPEN),  # an answer to an attempt from before
        ("a", State.CLOSED),
        ("-", State.CLOSED),
        ("!-", State.OPEN),
        ("!a-", State.OPEN),
        ("!a-a.", State.CLOSED),
        ("xxxxxa.xxxx", State.CLOSED),  # closing forgets what was
    ],
)
def test_states(script: str, state: State) -> None:
    """Five failures in a row, more than half of the last twenty or one final failure open; one good trial closes."""
    assert played(script).state is state


def test_open_rests_then_lets_one_trial_through() -> None:
    """An open breaker refuses for 10 s, then admits one attempt, and refuses others while that one is under way."""
    breaker = played("!")
    assert breaker.wait_s(0) == REST_S
    assert breaker.wait_s(REST_S - 1) == 1
    assert breaker.wait_s(REST_S) == 0
    breaker.attempt()
    assert breaker.wait_s(REST_S) > 0


def test_failed_trial_rests_again() -> None:
    """After a trial that failed the next one comes 10 s later."""
    breaker = played("!")
    breaker.attempt()
    breaker.failed(REST_S)
    assert breaker.wait_s(REST_S) == REST_S


def test_retry_after_is_honoured_while_closed() -> None:
    """A single rate-limited answer keeps us away for as long as it says, without opening."""
    breaker = Breaker()
    breaker.failed(0, retry_after_s=30)
    assert breaker.state is State.CLOSED
    assert breaker.wait_s(0) == 30
    assert breaker.wait_s(30) == 0


def test_retry_after_outlasts_the_rest_but_not_reason() -> None:
    """An opening failure's Retry-After extends the rest; an absurd one is capped."""
    breaker = Breaker()
    breaker.failed(0, final=True, retry_after_s=60)
    assert breaker.wait_s(0) == 60
    breaker = Breaker()
    breaker.failed(0, retry_after_s=1e9)
    assert breaker.wait_s(0) == MAX_RETRY_AFTER_S


def test_a_trial_that_was_given_up_is_followed_by_another() -> None:
    """Nothing was learnt, so that nothing is waited for; a breaker cannot stay half open for ever."""
    breaker = played("!")
    breaker.attempt()
    breaker.abandoned()
    assert breaker.wait_s(REST_S) == 0
