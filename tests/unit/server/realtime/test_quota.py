"""Broadcasts over REST are counted by topic."""

from server.limits import Row
from server.realtime.quota import TopicQuota

ROW = Row(burst=2, per_s=1.0, fails_open=False)


def test_each_topic_has_a_bucket_of_its_own() -> None:
    """One topic's sender cannot use up another's."""
    quota = TopicQuota(ROW)
    assert [quota.take("a", 0) for _ in range(3)] == [True, True, False]
    assert quota.take("b", 0)
    assert [quota.take("a", 1000), quota.take("a", 1000)] == [True, False]


def test_only_so_many_topics_are_remembered() -> None:
    """The longest unused one is forgotten first."""
    quota = TopicQuota(ROW, max_topics=2)
    for topic in ("a", "a", "b", "b", "a", "c"):
        quota.take(topic, 0)
    assert not quota.take("a", 0)
    assert quota.take("b", 0)
