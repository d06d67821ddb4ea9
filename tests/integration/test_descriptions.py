"""What two pages need to connect comes with their match, through whichever processes hold their sockets."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.conftest import Coturn
from tests.integration.door import Message, Page, page, serving, settings_for

FINGERPRINT = ":".join(["AB"] * 32)


def description(ufrag: str) -> Message:
    """Return what a page says of its connection."""
    parameters = {
        "generation": 0,
        "ufrag": ufrag,
        "pwd": "p" * 24,
        "fingerprint": FINGERPRINT,
        "payload_type": 111,
        "yields": True,
    }
    return {"parameters": parameters, "candidates": [{"generation": 0, "ip": "198.51.100.7", "port": 50_001}]}


async def waits(one: Page, **ready: Any) -> None:
    """Bring a page into the queue."""
    await one.greets()
    await one.hears("relay")
    await one.says("ready", **ready)
    await one.hears("waiting")


async def comes(one: Page, **ready: Any) -> None:
    """Bring a page to the one that waits."""
    await one.greets()
    await one.hears("relay")
    await one.says("ready", **ready)


async def learns(one: Page) -> tuple[Message, Message]:
    """Return a page's match, and what it is told of its partner's connection, in the match or after it."""
    match = await one.is_matched()
    return match, match.get("description") or (await one.hears("described"))["description"]


async def learns_nothing(one: Page) -> Message:
    """Return a page's match, after which it is told nothing of its partner's connection."""
    match = await one.is_matched()
    assert "description" not in match
    await one.says("heartbeat")
    assert (await one.hears("described", "heartbeat"))["type"] == "heartbeat"
    return match


@pytest.mark.parametrize("processes", [1, 2])
async def test_each_page_is_told_its_partners_description(valkey_socket: str, coturn: Coturn, processes: int) -> None:
    """Just as it was said, within one process and across two; the match names the own one that was told."""
    settings = settings_for(valkey_socket, coturn)
    async with AsyncExitStack() as stack:
        doors = [await stack.enter_async_context(serving(settings)) for _ in range(processes)]
        one, other = [await stack.enter_async_context(page(door)) for door in (doors[0], doors[-1])]
        await one.greets()
        assert (await one.hears("relay"))["describe"]
        await one.says("ready", description=description("one1"))
        await one.hears("waiting")
        await comes(other, description=description("two2"))

        (first, theirs), (second, ours) = await asyncio.gather(learns(one), learns(other))

        assert (theirs, ours) == (description("two2"), description("one1"))
        assert (first["ufrag"], second["ufrag"]) == ("one1", "two2")
        if processes == 1:
            assert "description" in second, "there was nothing to wait for"
            await other.says("heartbeat")
            assert (await other.hears("described", "heartbeat"))["type"] == "heartbeat", "told twice"


async def test_a_connection_made_while_waiting_replaces_the_one_before(valkey_socket: str, coturn: Coturn) -> None:
    """The partner is told the newest; the page keeps its place."""
    async with serving(settings_for(valkey_socket, coturn)) as door, page(door) as one, page(door) as other:
        await waits(one, description=description("old1"))
        await one.says("ready", description=description("new1"))
        # Handled in order: when this is answered, the newer one counts.
        await one.says("heartbeat")
        await one.hears("heartbeat")
        await comes(other, description=description("two2"))

        (first, _), (_, ours) = await asyncio.gather(learns(one), learns(other))

        assert (first["ufrag"], ours) == ("new1", description("new1"))


async def test_a_page_that_describes_nothing_is_matched_all_the_same(valkey_socket: str, coturn: Coturn) -> None:
    """Its partner is told nothing, and it is told what its partner says: the channel has the rest."""
    async with serving(settings_for(valkey_socket, coturn)) as door, page(door) as one, page(door) as other:
        await waits(one)
        await comes(other, description=description("two2"))

        (first, theirs), second = await asyncio.gather(learns(one), learns_nothing(other))

        assert "ufrag" not in first
        assert theirs == description("two2")
        assert second["ufrag"] == "two2"


async def test_where_parameters_go_by_channel_nothing_is_passed_on(valkey_socket: str, coturn: Coturn) -> None:
    """The server asks for no description and forgets one that comes."""
    settings = settings_for(valkey_socket, coturn, parameters_via="channel")
    async with serving(settings) as door, page(door) as one, page(door) as other:
        await one.greets()
        assert "describe" not in await one.hears("relay")
        await one.says("ready", description=description("one1"))
        await one.hears("waiting")
        await comes(other, description=description("two2"))

        for match in await asyncio.gather(learns_nothing(one), learns_nothing(other)):
            assert "ufrag" not in match


async def test_a_description_serves_one_match(valkey_socket: str, coturn: Coturn) -> None:
    """Neither the one of a call that failed nor one that crossed with the match is told to the next partner."""
    async with serving(settings_for(valkey_socket, coturn)) as door, page(door) as one, page(door) as next_one:
        async with page(door) as other:
            await waits(one, description=description("one1"))
            await comes(other)
            await one.is_matched()
            await one.says("ready", description=description("late"))
            await one.says("heartbeat")
            await one.hears("heartbeat")
            await other.is_matched()
            await other.says("heartbeat")
            await other.hears("heartbeat")
        assert (await one.hears("ended"))["requeued"]
        await one.hears("relay")
        await one.says("ready")
        await one.hears("waiting")
        await comes(next_one, description=description("two2"))

        second, _ = await asyncio.gather(learns(one), learns_nothing(next_one))

        assert "ufrag" not in second[0]
