"""What waits to be written to one socket, bounded: a slow reader loses its socket, and no sender waits for it."""

import asyncio
from collections import deque

from server.realtime.framing import Frame


class Overflow(Exception):
    """The reader is too slow: what waited is dropped."""


class Outbox:
    """A bounded queue of frames.

    Args:
        max_frames: Frames that may wait.
        max_bytes: Sum of their lengths, in characters or bytes.
    """

    def __init__(self, max_frames: int, max_bytes: int) -> None:
        self._frames: deque[Frame] = deque()
        self._max_frames = max_frames
        self._room = max_bytes
        self._overflowed = False
        self._wake = asyncio.Event()

    def put(self, frame: Frame) -> None:
        """Add a frame; one that does not fit empties the queue for good."""
        if self._overflowed:
            return
        self._room -= len(frame)
        if self._room < 0 or len(self._frames) >= self._max_frames:
            self._overflowed = True
            self._frames.clear()
        else:
            self._frames.append(frame)
        self._wake.set()

    async def get(self) -> Frame:
        """Take the oldest frame, waiting for one.

        Raises:
            Overflow: A frame did not fit.
        """
        await self._wake.wait()
        if self._overflowed:
            raise Overflow
        frame = self._frames.popleft()
        self._room += len(frame)
        if not self._frames:
            self._wake.clear()
        return frame
