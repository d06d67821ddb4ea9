"""Ordered, complete delivery over a channel that loses, delays, repeats and reorders. Pure.

Time is passed in, frames are handed out by `poll`. `web/src/call/reliable.ts` is its twin;
`tests/vectors/reliable.json` holds the two together.

The channel delivers at most once and keeps nothing for a late joiner. Therefore:
- each end names itself by a random epoch and says hello, with back-off, until it has heard the other's;
- messages are numbered from 1; a frame carries the highest number received in order and every unacknowledged message;
- acknowledgements and messages count only in frames that name the receiver's epoch;
- a new epoch of the peer knows nothing: it is sent everything again, and its numbers begin at 1;
- frames of an epoch that was replaced are late, not new, and are ignored.
"""

import json
import math
import re
from collections import deque
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct

# The longest frame, in characters of compact JSON, and the most messages in one.
MAX_FRAME_CHARS = 16384
WINDOW = 32

RESEND_MS = 300.0
RESEND_MAX_MS = 2000.0
ACK_MS = 80
COALESCE_MS = 20
MAX_RETIRED = 8
# Frames that may go out at once, and the time after which each counts no more: a partner cannot make us flood.
BURST = 20
PACE_MS = 100

_KIND = re.compile(r"[a-z_]{1,24}")


class Message(NamedTuple):
    """What one end tells the other."""

    kind: str
    data: dict[str, Any]


Entry = tuple[Annotated[int, Meta(ge=1)], str, dict[str, Any]]


class Frame(Struct, frozen=True, forbid_unknown_fields=True):
    """One broadcast payload.

    `e` own epoch, `p` the peer's (or empty), `w` 1: please answer, `a` cumulative acknowledgement, `m` the messages.
    """

    e: Annotated[str, Meta(pattern=r"\A[0-9a-f]{16}\Z")]
    p: Annotated[str, Meta(pattern=r"\A([0-9a-f]{16})?\Z")]
    w: Annotated[int, Meta(ge=0, le=1)]
    a: Annotated[int, Meta(ge=0)]
    m: Annotated[list[Entry], Meta(max_length=WINDOW)]


def _chars(value: object) -> float:
    """Return the characters of compact JSON; beyond all limits where nesting is too deep to be written."""
    try:
        return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    except RecursionError:
        return math.inf


def read_frame(payload: object) -> Frame | None:
    """Return the frame in a payload from the channel, or None where it does not have the form."""
    try:
        frame = msgspec.convert(payload, Frame, strict=True)
    except msgspec.ValidationError:
        return None
    if _chars(payload) > MAX_FRAME_CHARS or not all(_KIND.fullmatch(kind) for _, kind, _ in frame.m):
        return None
    return frame


class Reliable:
    """One end of the session.

    Args:
        epoch: 64 random bits as 16 hexadecimal digits.
        random: From 0 to below 1; spreads the resends.
    """

    def __init__(self, epoch: str, random: Callable[[], float]) -> None:
        self.epoch = epoch
        self._random = random
        self._joined = False
        self._peer = ""
        self._retired: deque[str] = deque(maxlen=MAX_RETIRED)
        self._sent: list[Message] = []
        self._acked = 0
        self._received = 0
        self._early: dict[int, Message] = {}
        self._wants = False
        self._due: int | None = None
        self._resend_at: int | None = None
        self._resend_ms = RESEND_MS
        self._paced_ms = 0  # when all frames sent so far count no more

    @property
    def settled(self) -> bool:
        """Whether the peer has acknowledged everything."""
        return self._peer != "" and self._acked == len(self._sent)

    @property
    def deadline(self) -> int | None:
        """When `poll` has a frame to hand out next, in ms, or None: nothing is due."""
        if not self._joined:
            return None
        wanted = min((at for at in (self._due, self._resend_at) if at is not None), default=None)
        return None if wanted is None else max(wanted, self._paced_ms - BURST * PACE_MS)

    def join(self, now_ms: int) -> None:
        """Note that the channel carries frames, for the first time or again."""
        self._joined = True
        self._wants = True
        self._resend_ms = RESEND_MS
        self._due = now_ms

    def part(self) -> None:
        """Note that the channel carries nothing for now."""
        self._joined = False

    def send(self, kind: str, data: dict[str, Any], now_ms: int) -> None:
        """Give a message to the session; it is kept until the peer has acknowledged it."""
        self._sent.append(Message(kind, data))
        if self._peer:
            self._flush_by(now_ms + COALESCE_MS)

    def receive(self, payload: object, now_ms: int) -> list[Message]:
        """Take a payload from the channel; return the messages that are now deliverable, in order."""
        frame = read_frame(payload)
        if frame is None or frame.e == self.epoch or frame.e in self._retired:
            return []
        if frame.e != self._peer:
            self._meet(frame.e, now_ms)
        if frame.w == 1 or frame.p != self.epoch:
            self._flush_by(now_ms)
        if frame.p != self.epoch:
            return []
        self._acknowledge(frame.a, now_ms)
        for number, kind, data in frame.m:
            if self._received < number <= self._received + WINDOW:
                self._early[number] = Message(kind, data)
        if frame.m:
            self._flush_by(now_ms + ACK_MS)
        return self._deliverable()

    def poll(self, now_ms: int) -> dict[str, Any] | None:
        """Return the frame that is due at this time, ready for JSON, if one is."""
        deadline = self.deadline
        if deadline is None or now_ms < deadline:
            return None
        if self._resend_at is not None and now_ms >= self._resend_at:
            self._resend_ms = min(RESEND_MAX_MS, self._resend_ms * 1.6)
        wants = 1 if self._wants or not self._peer else 0
        frame = {"e": self.epoch, "p": self._peer, "w": wants, "a": self._received, "m": self._tail()}
        self._wants = False
        self._due = None
        self._paced_ms = max(self._paced_ms, now_ms) + PACE_MS
        self._resend_at = None if self.settled else now_ms + self._spread()
        return frame

    def _meet(self, epoch: str, now_ms: int) -> None:
        if self._peer:
            self._retired.append(self._peer)
        self._peer = epoch
        self._acked = self._received = 0
        self._early.clear()
        self._resend_ms = RESEND_MS
        self._flush_by(now_ms)

    def _acknowledge(self, up_to: int, now_ms: int) -> None:
        if not self._acked < up_to <= len(self._sent):
            return
        self._acked = up_to
        self._resend_ms = RESEND_MS
        self._resend_at = None if self.settled else now_ms + self._spread()

    def _deliverable(self) -> list[Message]:
        messages = []
        while (message := self._early.pop(self._received + 1, None)) is not None:
            self._received += 1
            messages.append(message)
        return messages

    def _tail(self) -> list[list[Any]]:
        """As many unacknowledged messages as one frame holds, oldest first."""
        entries: list[list[Any]] = []
        if not self._peer:
            return entries
        room: float = MAX_FRAME_CHARS - 256
        for number, message in enumerate(self._sent[self._acked : self._acked + WINDOW], self._acked + 1):
            entry = [number, message.kind, message.data]
            room -= _chars(entry) + 1
            if room < 0:
                break
            entries.append(entry)
        return entries

    def _flush_by(self, ms: int) -> None:
        self._due = ms if self._due is None else min(self._due, ms)

    def _spread(self) -> int:
        return int(self._resend_ms * (0.8 + 0.4 * self._random()))
