"""The rooms of one process: who has joined which topic, and delivery between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol, Self

from msgspec import Struct
from redis.asyncio import Redis

from matcher.clock import Clock, Stopwatch, SystemClock
from server.limits import Row
from server.realtime.authorize import ANONYMOUS, Claims, authorize
from server.realtime.fanout import Fanout
from server.realtime.framing import Frame, Version, encode_broadcast
from server.realtime.messages import Broadcast
from server.realtime.quota import TopicQuota
from server.realtime.tokens import ChannelTokens, Denied

PREFIX = "realtime:"  # what clients put before a topic on the wire


class HubLimits(Struct, frozen=True):
    """What one client may take.

    Args:
        messages: Token bucket of the frames from one socket, and of the broadcasts to one topic over REST.
        payload_bytes: Longest user payload.
        channels: Topics joined by one socket.
        members: Sockets of one side in one topic on this process: one, and what its reconnects have left behind. One
            more takes the place of the oldest.
        refusals: Token bucket of the frames beyond `messages`: a socket that sends still more is closed.
        outbox_frames: Frames that may wait for one slow reader.
        outbox_bytes: Sum of their lengths.
        silence_s: A socket that sends nothing for so long is closed; clients send heartbeats every 25 s.
        idle_s: A socket that has joined nothing for so long is closed.
        send_s: A write that takes so long ends the socket.
        sockets: Sockets of this process.
        backoff_s: How long the answer to a refused connection or join is held back, so that retries cost time.
    """

    messages: Row = Row(burst=60, per_s=20.0, fails_open=False)
    refusals: Row = Row(burst=60, per_s=1.0, fails_open=False)
    payload_bytes: int = 65_536
    channels: int = 4
    members: int = 4
    outbox_frames: int = 256
    outbox_bytes: int = 1_048_576
    silence_s: float = 60.0
    idle_s: float = 60.0
    send_s: float = 10.0
    sockets: int = 12_000
    backoff_s: float = 2.0


DEFAULT_LIMITS = HubLimits()
CLOCK = SystemClock()
STOPWATCH = Stopwatch()


class Member(Protocol):
    """One joined channel of one socket."""

    @property
    def version(self) -> Version:
        """The serialization of its socket."""
        ...

    @property
    def side(self) -> object:
        """Which end of the call has joined."""
        ...

    @property
    def echo(self) -> bool:
        """Whether its own broadcasts come back to it."""
        ...

    def put(self, frame: Frame) -> None:
        """Queue a frame for its socket, without waiting."""
        ...

    def kick(self, message: str) -> None:
        """Close it from this side, and leave."""
        ...


class Hub:
    """Private broadcast channels; keeps no message after delivery. Open it with `async with`.

    Args:
        redis: Joins the hubs of a pool's processes; None: this process is alone.
        tokens: Verifies what clients show.
        publishable_key: The key that lets a client connect, as a stranger; not a secret.
        pool: The pool's name.
        limits: What one client may take.
        clock: The time, by which tokens expire.
        stopwatch: Measures how fast clients send.
    """

    def __init__(
        self,
        redis: Redis | None,
        tokens: ChannelTokens,
        publishable_key: str,
        pool: str,
        limits: HubLimits = DEFAULT_LIMITS,
        clock: Clock = CLOCK,
        stopwatch: Clock = STOPWATCH,
    ) -> None:
        self.tokens = tokens
        self.limits = limits
        self.clock = clock
        self.stopwatch = stopwatch
        self.quota = TopicQuota(limits.messages)
        self.sockets = 0
        self._publishable_key = publishable_key
        self._rooms: dict[str, dict[Member, None]] = {}  # the oldest member first
        self._fanout = Fanout(redis, pool, self._deliver) if redis else None

    async def __aenter__(self) -> Self:
        if self._fanout:
            await self._fanout.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fanout:
            await self._fanout.__aexit__(kind, fault, trace)

    @property
    def rooms(self) -> int:
        """Topics that somebody on this process has joined."""
        return len(self._rooms)

    @property
    def joined_others(self) -> bool:
        """Whether this process hears the pool's other processes."""
        return self._fanout is not None and self._fanout.subscribed.is_set()

    @property
    def full(self) -> bool:
        """Whether there is no room for another socket."""
        return self.sockets >= self.limits.sockets

    @contextmanager
    def one_socket(self) -> Iterator[None]:
        """Count one socket for as long as the context is open."""
        self.sockets += 1
        try:
            yield
        finally:
            self.sockets -= 1

    def identify(self, credential: str | None) -> Claims:
        """Return who shows this key or token: with the publishable key alone, a stranger.

        Raises:
            Denied: It is neither the publishable key nor a valid token.
        """
        if not credential:
            raise Denied("Unauthorized", "API key is missing")
        if credential == self._publishable_key:
            return ANONYMOUS
        return self.tokens.verify(credential)

    def admit(self, claims: Claims, topic: str, *, private: bool) -> None:
        """Let only a participant of a call near its topic, and only as a private channel.

        Raises:
            Denied: Anybody and anything else.
        """
        if not private:
            raise Denied("PrivateOnly", "This project only allows private channels")
        if not authorize(claims, topic):
            text = f"You do not have permissions to read from this Channel topic: {topic}"
            raise Denied("Unauthorized", text)

    def make_room(self, topic: str, side: object) -> None:
        """Close a side's oldest member in its topic if it has as many as it may.

        Only its own: it cannot keep the other out. Not the newcomer: the others may be what lost networks left behind.
        """
        own = [member for member in self._rooms.get(topic, ()) if member.side == side]
        if len(own) >= self.limits.members:
            own[0].kick("Too many connected users")

    def join(self, topic: str, member: Member) -> None:
        """Deliver this topic's broadcasts to a member from now on."""
        self._rooms.setdefault(topic, {})[member] = None

    def leave(self, topic: str, member: Member) -> None:
        """Stop delivering to a member."""
        room = self._rooms.get(topic)
        if room is not None:
            room.pop(member, None)
            if not room:
                del self._rooms[topic]

    def publish(self, topic: str, broadcast: Broadcast, sender: Member | None = None) -> None:
        """Deliver a broadcast to a topic's members, here at once and on the pool's other processes through Redis."""
        self._deliver(topic, broadcast, sender)
        if self._fanout:
            self._fanout.send(topic, broadcast)

    def _deliver(self, topic: str, broadcast: Broadcast, sender: Member | None = None) -> None:
        frames: dict[Version, Frame | None] = {}
        for member in self._rooms.get(topic, ()):
            if member is sender and not member.echo:
                continue
            if member.version not in frames:
                frames[member.version] = encode_broadcast(member.version, PREFIX + topic, broadcast)
            frame = frames[member.version]
            if frame is not None:
                member.put(frame)
