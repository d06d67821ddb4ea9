"""What waits for one socket: in order, and never more than it may."""

import asyncio

import pytest

from server.realtime.outbox import Outbox, Overflow


async def test_frames_come_out_in_order() -> None:
    """First in, first out; a reader waits for the next one."""
    outbox = Outbox(max_frames=3, max_bytes=100)
    outbox.put("a")
    outbox.put(b"b")
    assert [await outbox.get(), await outbox.get()] == ["a", b"b"]
    waiting = asyncio.ensure_future(outbox.get())
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.put("c")
    assert await waiting == "c"


async def test_room_comes_back_as_frames_are_taken() -> None:
    """The bounds are on what waits, not on what ever passed."""
    outbox = Outbox(max_frames=2, max_bytes=10)
    for _ in range(20):
        outbox.put("12345")
        outbox.put(b"12345")
        assert [await outbox.get(), await outbox.get()] == ["12345", b"12345"]


@pytest.mark.parametrize(("frames", "size"), [(2, 1000), (1000, 2)])
async def test_a_frame_that_does_not_fit_ends_it(frames: int, size: int) -> None:
    """Too many or too long: what waited is dropped, and nothing is taken any more."""
    outbox = Outbox(frames, size)
    for frame in ("a", "b", "c", "d"):
        outbox.put(frame)
    for _ in range(2):
        with pytest.raises(Overflow):
            await outbox.get()
