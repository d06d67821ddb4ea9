"""The client that every process opens."""

import asyncio
import logging
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeout

from matcher import redis_client
from matcher.jobs import Job, Jobs
from matcher.settings import RedisSettings
from tests.conftest import until


async def test_a_cancelled_task_stops_wherever_it_is(valkey_socket: str) -> None:
    """While it connects, sends or waits for the answer: no cancellation is swallowed."""
    settings = RedisSettings(redis_url=f"unix://{valkey_socket}")
    for steps in range(60):
        async with redis_client.connect(settings) as redis:

            async def busy() -> None:
                while True:
                    await redis.ping()

            task = asyncio.create_task(busy())
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await until(task.done, f"the task cancelled after {steps} steps", seconds=2)


async def test_a_redis_that_does_not_answer_is_an_error_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It accepts connections and then says nothing; nor does it hold up whoever is done with a job."""
    monkeypatch.setattr(redis_client, "ANSWER_S", 0.2)
    opened: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_unix_server(lambda _, writer: opened.append(writer), tmp_path / "s")
    async with silent, redis_client.connect(RedisSettings(redis_url=f"unix://{tmp_path}/s")) as redis:
        with pytest.raises(RedisTimeout):
            await redis.get("x")
        async with asyncio.timeout(5):
            with pytest.raises(RedisTimeout):
                await Jobs(redis, "test", "bots").done(Job("1-0", "t" * 22, 0))
        for writer in opened:
            writer.close()


async def test_what_is_published_reaches_no_log(valkey_socket: str, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where every library logs all that it can: processes tell each other what pages need to connect."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="push_response")
    async with (
        redis_client.connect(RedisSettings(redis_url=f"unix://{valkey_socket}")) as redis,
        redis.pubsub() as pubsub,
    ):
        await pubsub.subscribe("channel")
        await redis.publish("channel", "198.51.100.7")
        async with asyncio.timeout(5):
            async for message in pubsub.listen():
                if message["type"] == "message":
                    break
    assert message["data"] == b"198.51.100.7"
    assert "198.51.100.7" not in caplog.text


async def test_without_a_url_it_is_the_local_socket(
    valkey_socket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative to the working directory; without one there, the first command says so."""
    monkeypatch.chdir(tmp_path)
    async with redis_client.connect(RedisSettings()) as redis:
        with pytest.raises(RedisConnectionError):
            await redis.ping()
        (tmp_path / ".run").mkdir()
        (tmp_path / ".run" / "valkey.sock").symlink_to(valkey_socket)
        assert await redis.ping()
