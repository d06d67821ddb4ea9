"""The protocol of one socket: frames in, frames out. Knows no network."""

import asyncio
from collections.abc import Callable
from typing import Any

from matcher.errors import BadMessage
from server.limits import LocalBucket
from server.realtime.authorize import Claims
from server.realtime.channel import Channel
from server.realtime.framing import Frame, Message, Version, decode, encode
from server.realtime.hub import PREFIX, Hub
from server.realtime.messages import Broadcast, Join, Refresh
from server.realtime.tokens import Denied

# Tokens with this prefix are API keys, which clients send where they have no token yet.
API_KEY_PREFIX = "sb_"


class Connection:
    """What one socket has joined.

    Args:
        hub: Where the rooms are.
        version: The socket's serialization.
        claims: Who connected, by the API key.
        put: Queues a frame for the socket.
    """

    def __init__(self, hub: Hub, version: Version, claims: Claims, put: Callable[[Frame], None]) -> None:
        self._hub = hub
        self._version = version
        self._claims = claims
        self._put = put
        self._bucket = LocalBucket(hub.limits.messages, hub.stopwatch.now_ms())
        self._refusals = LocalBucket(hub.limits.refusals, hub.stopwatch.now_ms())
        self.flooding = False  # it has been told to slow down, and has not
        self._channels: dict[str, Channel] = {}

    @property
    def idle(self) -> bool:
        """Whether nothing is joined."""
        return not self._channels

    def close(self) -> None:
        """Leave every room: the socket is gone."""
        for channel in list(self._channels.values()):
            channel.close()
        self._channels.clear()

    async def receive(self, frame: Frame) -> None:
        """Act on one frame; what cannot be read is dropped and the socket stays, as upstream."""
        now_ms = self._hub.stopwatch.now_ms()
        if not self._bucket.take(now_ms):
            self.flooding = not self._refusals.take(now_ms)
            for channel in list(self._channels.values()):
                channel.kick("Too many messages per second")
            return
        try:
            message = decode(self._version, frame)
        except BadMessage:
            return
        match message.event, message.body:
            case "heartbeat", _ if message.topic == "phoenix":
                self._reply(message, "ok", {})
            case "phx_join", Join() as join:
                await self._join(message, join)
            case "phx_leave", _:
                self._leave(message)
            case event, body:
                # A missing or stale join_ref is accepted, as upstream.
                joined = self._channels.get(message.topic)
                if joined is None:
                    self._reply(message, "error", {"reason": "unmatched topic"}, joined=False)
                elif isinstance(body, Broadcast):
                    self._broadcast(message, joined, body)
                elif isinstance(body, Refresh):
                    self._refresh(joined, body.access_token)
                elif event == "presence":
                    self._reply(message, "ok", {})

    async def _join(self, message: Message, join: Join) -> None:
        former = self._channels.pop(message.topic, None)
        if former:
            former.close()
            if self._version is Version.V2:
                # The Python client, which speaks 1.0.0, would take it for the close of its new channel.
                former.say_closed()
        topic = message.topic.removeprefix(PREFIX)
        try:
            if not topic or topic == message.topic:
                raise Denied("TopicNameRequired", "You must provide a topic name")
            if len(self._channels) >= self._hub.limits.channels:
                raise Denied("ChannelRateLimitReached", "Too many channels")
            claims = self._identify(join.access_token)
            self._hub.admit(claims, topic, private=join.private)
        except Denied as refusal:
            await asyncio.sleep(self._hub.limits.backoff_s)
            self._reply(message, "error", {"reason": refusal.reason})
            return
        join_ref = message.join_ref or message.ref
        channel = Channel(self._hub, self._version, self._put, topic, join_ref, join, self._forget)
        self._channels[message.topic] = channel
        self._hub.make_room(topic, claims.side)
        channel.open(claims)
        self._reply(message, "ok", {"postgres_changes": []})

    def _leave(self, message: Message) -> None:
        channel = self._channels.pop(message.topic, None)
        self._reply(message, "ok", {})
        if channel:
            channel.close()
            channel.say_closed()

    def _broadcast(self, message: Message, channel: Channel, broadcast: Broadcast) -> None:
        fits = len(broadcast.payload) <= self._hub.limits.payload_bytes
        if fits:
            channel.publish(broadcast)
        if channel.ack and fits:
            self._reply(message, "ok", {})
        elif channel.ack:
            self._reply(message, "error", {"error": "payload_size_exceeded"})

    def _refresh(self, channel: Channel, token: str | None) -> None:
        if not token or token.startswith(API_KEY_PREFIX) or token == channel.access_token:
            return
        try:
            claims = self._hub.identify(token)
            self._hub.admit(claims, channel.topic, private=True)
            channel.renew(claims)
            channel.access_token = token
        except Denied as refusal:
            channel.kick(refusal.message)

    def _identify(self, token: str | None) -> Claims:
        if token and not token.startswith(API_KEY_PREFIX):
            return self._hub.identify(token)
        self._hub.tokens.check_expiry(self._claims)
        return self._claims

    def _forget(self, channel: Channel) -> None:
        self._channels.pop(PREFIX + channel.topic, None)

    def _reply(self, message: Message, status: str, response: dict[str, Any], *, joined: bool = True) -> None:
        payload = {"status": status, "response": response}
        join_ref = message.join_ref if joined else None
        self._put(encode(self._version, message.topic, "phx_reply", payload, message.ref, join_ref))
