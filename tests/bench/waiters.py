"""Tickets for the measurements: those who meet, and crowds that fit nobody."""

import asyncio
import secrets

from redis.asyncio import Redis

from matcher.policy import rungs
from matcher.waiting_room import Terms, Ticket, WaitingRoom
from matcher.wire import Prefs

BATCH = 50  # below the client's number of connections
# Nobody renews the crowd's leases while it is measured what its mere presence costs.
LONG = Terms(lease_ms=3_600_000)
# Everything that a ticket may ever look for is in the index by then.
OLD_MS = 60_000


def a_ticket(prefs: Prefs, worker: str = "bench", joined_ms: int = 0) -> Ticket:
    """Return a ticket of somebody new."""
    return Ticket(secrets.token_urlsafe(16), secrets.token_urlsafe(16), 1, joined_ms, worker, rungs(prefs))


def speaking(language: str) -> Prefs:
    """Return the wish to meet whoever speaks one language, which need not be real."""
    return Prefs((language,))


async def crowd(redis: Redis, pool: str, size: int, first: int = 0) -> list[str]:
    """Let so many wait, for an hour, each for a language that nobody else speaks; return their tickets' ids."""
    room = WaitingRoom(redis, pool, terms=LONG)
    joined_ms = await room.now_ms() - OLD_MS
    ids = []
    for start in range(first, first + size, BATCH):
        numbers = range(start, min(start + BATCH, first + size))
        tickets = [a_ticket(speaking(f"only-{number}"), "crowd", joined_ms) for number in numbers]
        await asyncio.gather(*map(room.enter, tickets))
        ids += [ticket.id for ticket in tickets]
    return ids
