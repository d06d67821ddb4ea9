"""`python -m server`: one server process; `python -m server mode [MODE]`: who is matched with whom."""

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import uvicorn

from matcher import crash, logs
from matcher.settings import BadSetting, load
from server.app import create_app
from server.choosing import choose
from server.flood import BoundedWebSocket
from server.settings import ServerSettings


def main(words: list[str]) -> int:
    """Serve until a signal ends it, or do what the words say; a wrong setting is one sentence and exit code 2."""
    if words:
        return choose(words)
    try:
        settings = load(ServerSettings)
        app = create_app(settings)
    except BadSetting as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    logs.configure("server", settings.log_level, settings.log_format)
    crash.contain()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    uvicorn.Server(uvicorn.Config(app, host=settings.host, port=settings.port, **serving_options())).run()
    return 0


def serving_options() -> dict[str, Any]:
    """Return how uvicorn serves, wherever it listens."""
    return {
        "loop": "uvloop",
        "http": "httptools",
        "ws": BoundedWebSocket,
        # Deflate doubles the memory of a socket, and what it would compress are a few hundred bytes.
        "ws_per_message_deflate": False,
        "ws_max_size": 131_072,  # the hub's frames; the queue's own limit is checked by wire.decode
        "ws_ping_interval": 20,
        "ws_ping_timeout": 20,
        "backlog": 4096,
        # Paths and query strings hold keys and topics; our middleware counts by route template instead.
        "access_log": False,
        # Client addresses are taken by our own rule (trusted_hops), never from headers by the framework.
        "proxy_headers": False,
        "server_header": False,
        "timeout_graceful_shutdown": 10,
        "log_config": None,
        "lifespan": "on",
    }


def _stop(_: int, __: FrameType | None) -> NoReturn:
    """End in order: uvicorn raises the signal that stopped it once more when it is done."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
