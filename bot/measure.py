"""Measures what `bot.admission` decides by: how late the event loop is, and how busy the processor."""

import asyncio
import time
from pathlib import Path

from bot.admission import Meter

PERIOD_S = 0.05
CPU_EVERY = 20
CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def cores(quota: Path = CGROUP_QUOTA) -> float:
    """Return how much of a core the event loop may use, up to 1: it is one thread.

    A container may be allowed less (cgroup v2, `cpu.max`: microseconds per period, or `max`).
    """
    try:
        microseconds, period = quota.read_text().split()
        return min(1.0, float(microseconds) / float(period))
    except (OSError, ValueError):
        return 1.0  # no such file, or no quota


async def measure(meter: Meter) -> None:
    """Keep a meter up to date until cancelled."""
    loop = asyncio.get_running_loop()
    used_s, since_s = time.process_time(), loop.time()
    while True:
        for _ in range(CPU_EVERY):
            due_s = loop.time() + PERIOD_S
            await asyncio.sleep(PERIOD_S)
            meter.late((loop.time() - due_s) * 1000)
        now_s, now_used_s = loop.time(), time.process_time()
        meter.busy((now_used_s - used_s) / (now_s - since_s) / meter.cores, now_s - since_s)
        used_s, since_s = now_used_s, now_s
