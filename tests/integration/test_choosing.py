"""`python -m server mode` as an operator types it."""

import subprocess
import sys

import pytest
from redis.asyncio import Redis

from matcher.modes import Matching
from matcher.waiting_room import WaitingRoom
from tests.conftest import free_port


def types(*words: str, redis_url: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-m", "server", *words]
    environ = {"SOTTO_REDIS_URL": redis_url, "SOTTO_POOL": "test", "PATH": ""}
    return subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=False)


async def test_an_operator_chooses_who_is_matched(redis: Redis, valkey_socket: str) -> None:
    """What is chosen holds, and is said; so is what holds when nothing is chosen."""
    url = f"unix://{valkey_socket}"
    assert types("mode", redis_url=url).stdout == "fallback 8\n"
    assert types("mode", "paused", redis_url=url).stdout == "paused\n"
    assert types("mode", "fallback", "2.5", redis_url=url).stdout == "fallback 2.5\n"

    mode = await WaitingRoom(redis, "test").mode()
    assert (mode.matching, mode.after_ms) == (Matching.FALLBACK, 2_500)


@pytest.mark.parametrize(
    ("words", "says"),
    [(["mode", "people"], "a mode is humans"), (["mode", "fallback", "soon"], "a mode is"), (["modes"], "usage:")],
)
def test_wrong_words_are_one_sentence(words: list[str], says: str, valkey_socket: str) -> None:
    """And nothing is changed."""
    answer = types(*words, redis_url=f"unix://{valkey_socket}")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr.startswith(says)
    assert answer.stderr.count("\n") == 1


def test_without_redis_it_says_so() -> None:
    """One sentence again."""
    answer = types("mode", redis_url=f"redis://127.0.0.1:{free_port()}")
    assert answer.returncode == 1
    assert answer.stderr.startswith("Redis cannot be reached")
    assert answer.stderr.count("\n") == 1
