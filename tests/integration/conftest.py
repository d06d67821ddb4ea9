"""What tests of the waiting room begin with."""

import pytest
from redis.asyncio import Redis

from matcher.jobs import Jobs
from tests.integration.waiting import Room


@pytest.fixture
def room(redis: Redis) -> Room:
    """An empty room."""
    return Room(redis)


@pytest.fixture
def jobs(redis: Redis) -> Jobs:
    """What a bot's worker reads."""
    return Jobs(redis, "test", "bots")
