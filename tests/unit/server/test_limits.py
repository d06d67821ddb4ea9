"""The local bucket; the one in Redis has its integration test."""

from server.limits import LocalBucket, Row


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    """Two at once, then one per half second; a clock that goes back neither refills nor drains."""
    bucket = LocalBucket(Row(burst=2, per_s=2, fails_open=False), now_ms=0)

    assert [bucket.take(0) for _ in range(3)] == [True, True, False]
    assert bucket.take(500)
    assert not bucket.take(0)
    assert not bucket.take(900)
    assert bucket.take(1_000)
