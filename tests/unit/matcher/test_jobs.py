"""What Redis answers when it is asked for a job."""

from matcher.jobs import Job, _first


def test_the_first_entry_is_the_job() -> None:
    """With its id, to be done by."""
    assert _first([(b"7-0", {b"ticket": b"t", b"at": b"5"}), (b"8-0", {})]) == Job("7-0", "t", 5)


def test_where_there_is_no_entry_there_is_no_job() -> None:
    """None was left by a dead worker, or it was trimmed, of which Redis 6.2 makes nothing and the client two."""
    assert _first([]) is None
    assert _first([(None, None)]) is None
