"""The whole service as the bench runs it, and callers with sockets of their own in front of it."""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from matcher.settings import Secret
from server.sessions import SessionTokens
from tests.bench.callers import HEARTBEAT, Crowd, Page
from tests.conftest import running_coturn, running_valkey, until
from tests.e2e.stack import Stack, running

PATIENCE_S = 30.0
HEARTBEAT_S = 5.0


@contextmanager
def running_service() -> Iterator[tuple[Stack, Secret]]:
    """Start the whole service behind a proxy that names addresses; gives the key of its sessions too."""
    key = f"bench:{secrets.token_hex(32)}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        coturn, valkey = stack.enter_context(running_coturn()), stack.enter_context(running_valkey())
        further = {"SOTTO_SESSION_KEYS": key, "SOTTO_TRUSTED_HOPS": "1", "SOTTO_LOG_LEVEL": "warning"}
        yield stack.enter_context(running(valkey, coturn, folder, further)), Secret(key)


@asynccontextmanager
async def pages(
    service: Stack, key: Secret, count: int, crowd: Crowd, languages: Sequence[str]
) -> AsyncIterator[list[Page]]:
    """Open so many pages, with credentials in hand; they go on saying that they live.

    Args:
        service: Where.
        key: Signs their sessions.
        count: So many.
        crowd: Which they belong to.
        languages: Spoken by one after the other, over and over.
    """
    port, tokens = int(service.url.rpartition(":")[2]), SessionTokens(key, 3600)
    there: list[Page] = []

    async def live() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            for page in there:
                page.socket.send(HEARTBEAT)

    for number in range(count):
        page = Page(crowd, port, languages[number % len(languages)])
        await page.opens(tokens.mint()[0])
        there.append(page)
    await until(lambda: all(page.prepared for page in there), "everybody's relay credentials", PATIENCE_S)
    living = asyncio.create_task(live())
    try:
        yield there
    finally:
        living.cancel()
        await asyncio.wait([living])
        for page in there:
            page.socket.close()
