"""The times of one call."""

from matcher.domain import EndReason, Side
from server.queue.call import CallWatch


def watch() -> CallWatch:
    """A call matched at 1 s, with 25 s to connect and 60 s to talk."""
    return CallWatch("c", Side.A, 1_000, setup_s=25, call_s=60)


def test_a_call_without_audio_fails_after_the_set_up_time() -> None:
    """The server's own limit stands behind the page's."""
    call = watch()

    assert call.overdue(26_000) is None
    assert call.overdue(26_001) is EndReason.FAILED


def test_a_connected_call_ends_at_its_length() -> None:
    """Counted from the first audio, and only the first report of it counts."""
    call = watch()
    call.connect(5_000)
    call.connect(50_000)

    assert call.connected
    assert call.setup_s == 4
    assert call.overdue(65_000) is None
    assert call.overdue(65_001) is EndReason.MAX_LENGTH
