"""Runs the stateful search on a real Redis."""

import asyncio

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from redis.asyncio import Redis

from tests.integration.room_rules import machine


def search(valkey_socket: str, examples: int, files: dict[str, str] | None = None) -> None:
    """Let so many random histories happen to a waiting room; the same ones each time.

    Args:
        valkey_socket: Redis's unix socket.
        examples: Number of histories.
        files: Lua sources to search instead of our own; then the first fault found is not made smaller.

    Raises:
        AssertionError: A rule was broken; other errors where a script failed.
    """
    with asyncio.Runner() as runner:
        redis = Redis(unix_socket_path=valkey_socket)
        try:
            run_state_machine_as_test(
                machine(redis, runner, files),
                settings=settings(
                    max_examples=examples,
                    stateful_step_count=40,
                    deadline=None,
                    database=None,
                    derandomize=True,
                    report_multiple_bugs=False,
                    phases=(Phase.generate,) if files else (Phase.generate, Phase.shrink),
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(redis.aclose())
