"""`python -m server mode [MODE]`: read or choose who is matched with whom, for all processes at once."""

import asyncio
import sys

from redis.exceptions import RedisError

from matcher import modes, redis_client
from matcher.modes import BadMode, Mode
from matcher.settings import BadSetting, RedisSettings, load
from matcher.waiting_room import WaitingRoom

USAGE = "python -m server [mode [humans | fallback [SECONDS] | bots | paused]]"


def choose(words: list[str]) -> int:
    """Print the mode that holds, after choosing it where words are given.

    Returns:
        0; 1 when Redis cannot be reached; 2 for words or settings that are wrong. Each fault is one sentence.
    """
    if words[0] != "mode":
        sys.stderr.write(f"usage: {USAGE}\n")
        return 2
    try:
        wanted = modes.parse(words[1:]) if words[1:] else None
        mode = asyncio.run(_choose(load(RedisSettings), wanted))
    except (BadMode, BadSetting) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    except RedisError:
        sys.stderr.write("Redis cannot be reached: is Sotto running, and is SOTTO_REDIS_URL right?\n")
        return 1
    sys.stdout.write(f"{mode}\n")
    return 0


async def _choose(settings: RedisSettings, wanted: Mode | None) -> Mode:
    async with redis_client.connect(settings) as redis:
        room = WaitingRoom(redis, settings.pool)
        return await (room.set_mode(wanted) if wanted else room.mode())
