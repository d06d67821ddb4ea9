"""Which pages may open sockets."""

import pytest

from server.origins import Origins


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("http://127.0.0.1:8080", True),
        ("https://talk.example.org", True),
        ("https://talk.example.org.evil.example", False),
        ("http://127.0.0.1:8081", False),
        ("null", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_own_host_and_configured_origins_only(origin: str | None, allowed: bool) -> None:
    """Anything else is another site's page."""
    origins = Origins("https://talk.example.org/, https://other.example")

    assert allowed is origins.allows(origin, "127.0.0.1:8080")
