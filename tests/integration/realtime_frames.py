"""A participant of a call's channel that speaks the Realtime protocol by hand (vsn 1.0.0, JSON objects)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


class Participant:
    """One side of a call on its channel."""

    def __init__(self, socket: ClientConnection, topic: str) -> None:
        self._socket = socket
        self._topic = f"realtime:{topic}"
        self._ref = 0

    @classmethod
    @asynccontextmanager
    async def join(cls, door: str, match: dict[str, Any]) -> AsyncIterator["Participant"]:
        """Join the channel that a `matched` message names."""
        channel = match["channel"]
        async with connect(f"ws://{door}{channel['url']}/websocket?apikey={channel['key']}&vsn=1.0.0") as socket:
            participant = cls(socket, match["topic"])
            config = {"broadcast": {"ack": True, "self": False}, "private": True}
            reply = await participant._push("phx_join", {"config": config, "access_token": channel["token"]})
            assert reply["status"] == "ok", reply
            yield participant

    async def broadcast(self, payload: dict[str, Any]) -> None:
        """Broadcast one payload and wait for the hub's acknowledgement."""
        reply = await self._push("broadcast", {"type": "broadcast", "event": "s", "payload": payload})
        assert reply["status"] == "ok", reply

    async def hears(self) -> dict[str, Any]:
        """Return the next broadcast payload."""
        payload: dict[str, Any] = (await self._next("broadcast"))["payload"]["payload"]
        return payload

    async def _push(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        self._ref += 1
        frame = {"topic": self._topic, "event": event, "payload": payload, "ref": str(self._ref), "join_ref": "1"}
        await self._socket.send(json.dumps(frame))
        reply: dict[str, Any] = (await self._next("phx_reply"))["payload"]
        return reply

    async def _next(self, event: str) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                frame: dict[str, Any] = json.loads(await self._socket.recv())
                if frame["event"] == event:
                    return frame
