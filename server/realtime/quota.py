"""How many broadcasts a topic may get over REST, where there is no socket to count. Pure: the time is passed in."""

from collections import OrderedDict

from server.limits import LocalBucket, Row

MAX_TOPICS = 4096


class TopicQuota:
    """One bucket for each topic; the longest unused ones are forgotten.

    Args:
        row: Size and refill of each bucket.
        max_topics: Buckets that are kept.
    """

    def __init__(self, row: Row, max_topics: int = MAX_TOPICS) -> None:
        self._row = row
        self._max_topics = max_topics
        self._buckets: OrderedDict[str, LocalBucket] = OrderedDict()

    def take(self, topic: str, now_ms: int) -> bool:
        """Take one token for a topic at `now_ms`; False when there is none."""
        bucket = self._buckets.get(topic)
        if bucket is None:
            bucket = self._buckets[topic] = LocalBucket(self._row, now_ms)
            if len(self._buckets) > self._max_topics:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(topic)
        return bucket.take(now_ms)
