"""Where an engine is, and what goes to it."""

import pytest

from bot.engines.errors import EngineError, Misconfigured, Unavailable
from bot.engines.openai.endpoint import Endpoint, refusal_of
from matcher.settings import Secret


@pytest.mark.parametrize(
    ("base_url", "key"),
    [
        ("", ""),
        ("127.0.0.1:8000", ""),
        ("ftp://host/v1", ""),
        ("http:///v1", ""),
        ("http://user:canary@host/v1", ""),
        ("http://host/v1?key=canary", ""),
        ("http://host/v1#canary", ""),
        ("http://host:99999/v1", ""),
        ("http://[::1/v1", ""),
        ("http://host/v1", "canary\n"),
        ("http://host/v1", "canarÿ"),
    ],
)
def test_what_cannot_be_used_is_refused(base_url: str, key: str) -> None:
    """A wrong address or key is found at the start; the text quotes neither."""
    with pytest.raises(ValueError, match=r"^(an endpoint is|a key consists)") as caught:
        Endpoint(base_url, "m", Secret(key))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("base_url", ["http://host/v1", "http://host/v1/", "https://host:8443/v1"])
def test_addresses(base_url: str) -> None:
    """A slash at the end of the base makes no difference."""
    assert Endpoint(base_url, "m").url("models") == base_url.rstrip("/") + "/models"


def test_the_key_does_not_print() -> None:
    """Neither the key nor what is sent besides is seen in a repr."""
    endpoint = Endpoint("http://host/v1", "m", Secret("canary"), {"user": "canary"})
    assert "canary" not in repr(endpoint)
    assert endpoint.headers() == {"Authorization": "Bearer canary"}
    assert Endpoint("http://host/v1", "m").headers() == {}


def test_extra_members_win() -> None:
    """They add, replace, and by None take away."""
    endpoint = Endpoint("http://host/v1", "m", extra={"seed": 7, "max_tokens": None, "temperature": 0.2})
    assert endpoint.body(max_tokens=5, temperature=1, stream=True) == {
        "model": "m",
        "stream": True,
        "seed": 7,
        "temperature": 0.2,
    }


@pytest.mark.parametrize(("status", "kind"), [(301, Misconfigured), (304, Misconfigured), (599, Unavailable)])
def test_unusual_statuses(status: int, kind: type[EngineError]) -> None:
    """Every status has a meaning."""
    assert type(refusal_of(status, None)) is kind
