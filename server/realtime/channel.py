"""One topic joined by one socket: its rights, and the timer that ends them."""

import asyncio
from collections.abc import Callable

from server.realtime.authorize import Claims
from server.realtime.framing import Frame, Version, encode
from server.realtime.hub import PREFIX, Hub
from server.realtime.messages import Broadcast, Join
from server.realtime.tokens import Denied

# Sooner than any clock drifts or steps far.
RECHECK_S = 300.0


class Channel:
    """A member of a room from `open` to `close`.

    Args:
        hub: Where the rooms are.
        version: The socket's serialization.
        put: Queues a frame for the socket.
        topic: The topic, without the wire's prefix.
        join_ref: The reference of the join, on every frame about this channel.
        join: What the client asked for.
        dropped: Told when the channel is closed from this side.
    """

    def __init__(
        self,
        hub: Hub,
        version: Version,
        put: Callable[[Frame], None],
        topic: str,
        join_ref: str | None,
        join: Join,
        dropped: Callable[["Channel"], None],
    ) -> None:
        self.version = version
        self.put = put
        self.topic = topic
        self.join_ref = join_ref
        self.side: object = None
        self.ack = join.ack
        self.echo = join.echo
        self.access_token = join.access_token
        self._hub = hub
        self._dropped = dropped
        self._timer: asyncio.TimerHandle | None = None

    def open(self, claims: Claims) -> None:
        """Enter the room, until the claims expire."""
        self.side = claims.side
        self._hub.join(self.topic, self)
        self.renew(claims)

    def renew(self, claims: Claims) -> None:
        """Stay until these claims expire, instead of the former ones."""
        self._stop_timer()
        left_s = claims.exp - self._hub.clock.now_ms() / 1000
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(0.0, min(left_s, RECHECK_S)), self._check_expiry, claims)

    def close(self) -> None:
        """Leave the room, silently."""
        self._stop_timer()
        self._hub.leave(self.topic, self)

    def kick(self, message: str) -> None:
        """Close from this side: a system error that says why, then the close. Clients do not rejoin after it."""
        payload = {"extension": "system", "status": "error", "message": message, "channel": self.topic}
        self.put(encode(self.version, PREFIX + self.topic, "system", payload, None, self.join_ref))
        self.say_closed()
        self.close()
        self._dropped(self)

    def say_closed(self) -> None:
        """Queue the close for the client."""
        self.put(encode(self.version, PREFIX + self.topic, "phx_close", {}, self.join_ref, self.join_ref))

    def publish(self, broadcast: Broadcast) -> None:
        """Send a broadcast to the others."""
        self._hub.publish(self.topic, broadcast, self)

    def _check_expiry(self, claims: Claims) -> None:
        try:
            self._hub.tokens.check_expiry(claims)
        except Denied as expired:
            self.kick(expired.message)
        else:
            self.renew(claims)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
