"""Serves the plain call: `python -m tests.bench.plain_call.hub PORT TURN_PORT SECRET`."""

import json
import sys
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from matcher.clock import SystemClock
from matcher.settings import Secret
from server.relay.coturn import CoturnRelay


class Meeting:
    """Brings two pages together as soon as both are ready, and passes on what the one says to the other."""

    def __init__(self, relay: CoturnRelay) -> None:
        self._relay = relay
        self._present: list[WebSocket] = []

    async def meet(self, websocket: WebSocket) -> None:
        """Serve one page until it goes; it is in the way of nobody then."""
        await websocket.accept()
        async for text in websocket.iter_text():
            if text == '{"type":"ready"}':
                self._present = [*self._present[-1:], websocket]
                if len(self._present) == 2:
                    await self._begin()
            else:
                for other in self._present:
                    if other is not websocket:
                        await other.send_text(text)
        self._present = [page for page in self._present if page is not websocket]

    async def _begin(self) -> None:
        for number, page in enumerate(self._present):
            credentials = await self._relay.mint(3600)
            servers = msgspec.to_builtins(credentials.ice_servers)
            await page.send_text(
                json.dumps({"type": "matched", "offers": number == 0, "ice_servers": servers}, separators=(",", ":"))
            )


def main(port: int, turn_port: int, secret: str) -> None:
    """Serve on loopback."""
    meeting = Meeting(CoturnRelay("127.0.0.1", turn_port, 0, Secret(secret), SystemClock()))
    page = StaticFiles(directory=Path(__file__).parent, html=True)
    app = Starlette(routes=[WebSocketRoute("/meet", meeting.meet), Mount("/", page)])
    uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", ws="websockets-sansio", log_config=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
