"""What stands between ICE and DTLS."""

import asyncio

from bot.peer import LEAST_BYTES, MAX_WAITING, Link


def test_what_nobody_reads_does_not_pile_up() -> None:
    """There is room for a second of sound; what comes after that is lost, as on any way."""

    async def flood() -> list[bytes]:
        link = Link()
        for number in range(MAX_WAITING + 100):
            link.take(number.to_bytes(LEAST_BYTES, "big"))
        return [await link._recv() for _ in range(MAX_WAITING)]

    assert asyncio.run(flood()) == [number.to_bytes(LEAST_BYTES, "big") for number in range(MAX_WAITING)]


def test_what_is_too_short_is_nothing() -> None:
    """aiortc would take an empty datagram for the end of the call."""

    async def feed() -> bytes:
        link = Link()
        for size in range(LEAST_BYTES + 1):
            link.take(bytes(size))
        return await link._recv()

    assert asyncio.run(feed()) == bytes(LEAST_BYTES)


def test_without_a_path_what_is_sent_is_lost() -> None:
    """Whoever sends meanwhile goes on."""
    asyncio.run(Link()._send(b"sound"))
