"""The times of one call."""

from matcher.domain import EndReason, Partner, Side
from server.queue.call import CallWatch


def watch(partner: Partner = Partner.HUMAN) -> CallWatch:
    """A call matched at 1 s, with 25 s to connect and 60 s to talk."""
    return CallWatch("c", Side.A, partner, 1_000, setup_s=25, call_s=60)


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


def test_only_a_talk_uses_up_the_place() -> None:
    """Whoever heard nobody keeps its place, and so does who heard something of a call that then failed at once."""
    silent, short = watch(), watch()
    short.connect(5_000)

    assert not silent.counts(EndReason.PARTNER_LEFT, 20_000)
    assert short.counts(EndReason.PARTNER_LEFT, 6_000)
    assert not short.counts(EndReason.FAILED, 26_000)
    assert short.counts(EndReason.FAILED, 26_001)


def test_a_bot_that_failed_was_no_talk() -> None:
    """Its caller keeps the place; one that left a bot, or that a bot has taken leave of, does not."""
    call = watch(Partner.BOT)
    call.connect(5_000)

    assert not call.counts(EndReason.PARTNER_LOST, 60_000)
    assert not call.counts(EndReason.FAILED, 60_000)
    assert call.counts(EndReason.PARTNER_LEFT, 60_000)
    assert call.counts(EndReason.HANGUP, 60_000)


def test_a_resumed_call_has_been_a_talk() -> None:
    """However soon after its return it fails."""
    call = watch()
    call.resume(-20_000)

    assert call.connected
    assert call.talked_ms(3_000) == 23_000
    assert call.overdue(40_001) is EndReason.MAX_LENGTH
    assert call.counts(EndReason.FAILED, 3_000)
