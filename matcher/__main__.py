"""`python -m matcher`: one sweeper process, until SIGTERM or SIGINT."""

import asyncio
import signal
import sys

import structlog

from matcher import crash, logs, redis_client
from matcher.settings import BadSetting, RedisSettings, load
from matcher.waiting_room import WaitingRoom
from matcher.worker import sweep_for_ever

log = structlog.get_logger()


async def serve(settings: RedisSettings) -> None:
    """Sweep until a signal ends it."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with redis_client.connect(settings) as redis, asyncio.TaskGroup() as tasks:
        sweeper = tasks.create_task(sweep_for_ever(WaitingRoom(redis, settings.pool)))
        log.info("matcher.ready")
        await stop.wait()
        sweeper.cancel()
    log.info("matcher.stopped")


def main() -> int:
    """Run; a wrong setting is one sentence and exit code 2."""
    try:
        settings = load(RedisSettings)
    except BadSetting as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    logs.configure("matcher", settings.log_level, settings.log_format)
    crash.contain()
    asyncio.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
