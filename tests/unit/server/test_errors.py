"""Errors at the edges: statuses, close codes, problem+json."""

import json

import pytest

from matcher import errors
from matcher.errors import SottoError
from server.errors import close_code_of, message_of, problem, status_of


def every_error() -> list[type[SottoError]]:
    """Return every class of the tree that has a code of its own."""
    found, queue = [], [SottoError]
    while queue:
        kind = queue.pop()
        if "code" in vars(kind):
            found.append(kind)
        queue.extend(kind.__subclasses__())
    return found


def test_codes_are_unique_and_stable_words() -> None:
    """Each error has a code of its own, listed in the tree's docstring."""
    codes = [kind.code for kind in every_error()]

    assert len(set(codes)) == len(codes)
    for kind in every_error():
        assert kind is SottoError or (errors.__doc__ and f" {kind.code} " in errors.__doc__ + " ")


@pytest.mark.parametrize("kind", every_error())
def test_every_error_has_a_status_and_a_close_code(kind: type[SottoError]) -> None:
    """The close code is 4000 plus the status."""
    fault = kind()

    assert 400 <= status_of(fault) < 600
    assert close_code_of(fault) == 4000 + status_of(fault)


def test_a_problem_says_when_to_come_back() -> None:
    """Retry-After holds whole seconds, rounded up; the body holds the exact figure."""
    response = problem(errors.RateLimited(retry_after_s=1.2))

    assert (
        response.status_code,
        response.headers["retry-after"],
        response.headers["content-type"],
    ) == (429, "2", "application/problem+json")
    assert json.loads(bytes(response.body)) == {
        "type": "urn:sotto:rate_limited",
        "title": "Too many tries. Please wait a moment.",
        "status": 429,
        "code": "rate_limited",
        "retry_after": 1.2,
    }


def test_a_socket_error_carries_the_same_code() -> None:
    """One code for one fault, wherever it is met."""
    assert message_of(errors.RelayUnavailable(retry_after_s=5)).code == "relay_unavailable"
