"""Pure ASGI middleware: security headers on every response, and one count per request by its route's template."""

from starlette.datastructures import MutableHeaders
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.metrics import Metrics


def content_security_policy(connect: str) -> str:
    """Return the policy: everything from our own origin only.

    Args:
        connect: Further origins that the page may connect to (a Supabase project's), separated by spaces; may be empty.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",  # the realtime client's heartbeat runs in a worker made from a blob
            f"connect-src 'self' {connect}".strip(),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Adds the headers that every response carries.

    Args:
        app: The application inside.
        connect: See `content_security_policy`.
    """

    def __init__(self, app: ASGIApp, connect: str = "") -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_security_policy(connect),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), display-capture=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


class RequestCount:
    """Counts requests by route template, method and status; paths, which may hold anything, are never looked at."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = scope.get("route")
                template = route.path if isinstance(route, Route) else "other"
                method = scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "OPTIONS"} else "other"
                self._metrics.requests.labels(template, method, str(message["status"])).inc()
            await send(message)

        await self._app(scope, receive, counted)
