"""Retry-After."""

import pytest

from matcher.retry_after import retry_after_s


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("12", 12),
        (" 12 ", 12),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0),
        ("-1", None),
        ("soon", None),
        ("1.5", None),
        ("9" * 400, None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    """Both forms of RFC 9110 are read; anything else counts as absent."""
    assert retry_after_s(header, 60) == seconds
