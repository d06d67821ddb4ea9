"""The sweeper: moves time on in the waiting room. Any number may run; each does what the others have not."""

import asyncio

import structlog
from redis.exceptions import RedisError

from matcher.modes import Mode
from matcher.waiting_room import WaitingRoom

log = structlog.get_logger()

PERIOD_S = 0.25
# While Redis is away.
PAUSE_S = 1.0
LIMIT = 50


async def sweep_for_ever(room: WaitingRoom, period_s: float = PERIOD_S) -> None:
    """Sweep each `period_s`, and on and on while there is more to do; a Redis that is away is waited for.

    One that comes back without its memory is told the mode that was chosen: callers must not meet after a pause.
    """
    away = False
    mode: Mode | None = None
    while True:
        try:
            mode = await room.keep_mode(mode)
            while await room.sweep(LIMIT) >= LIMIT:
                pass
        except RedisError as fault:
            if not away:
                log.warning("sweep.unavailable", exc_info=fault)
            away = True
            await asyncio.sleep(PAUSE_S)
            continue
        if away:
            log.info("sweep.resumed")
            away = False
        await asyncio.sleep(period_s)
