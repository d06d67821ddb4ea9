"""Where the hub's endpoints lie, below `/realtime/v1`."""

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route, WebSocketRoute

from server.realtime.rest import broadcast_batch, broadcast_one
from server.realtime.socket import realtime_socket

# The token in the header authorises, no cookie exists: any page may ask, as with Supabase.
CORS = [Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["POST"], allow_headers=["*"])]
METHODS = ["POST", "OPTIONS"]  # OPTIONS is answered by the middleware


def realtime_routes() -> list[BaseRoute]:
    """Return the hub's routes, to be mounted at `/realtime/v1`, with their state."""
    return [
        WebSocketRoute("/websocket", realtime_socket),
        Route("/api/broadcast", broadcast_batch, methods=METHODS, middleware=CORS),
        Route("/api/broadcast/{topic}/events/{event}", broadcast_one, methods=METHODS, middleware=CORS),
    ]
