"""The whole service on loopback: Valkey, coturn, one server, one matcher."""

import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Coturn, free_port, wait_until

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Stack:
    """A running service."""

    url: str
    log: Path

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of a GET."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310 - loopback only
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()
        except OSError:
            return 0, ""


@contextmanager
def running(valkey: str, coturn: Coturn, folder: Path, further: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """Start server and matcher; ready on entry, ended on exit.

    Args:
        valkey: Path of Valkey's unix socket.
        coturn: The relay.
        folder: Where the processes' log goes.
        further: More settings, or other ones.
    """
    port = int((further or {}).get("SOTTO_PORT", free_port()))
    environ = os.environ | {
        "SOTTO_PORT": str(port),
        "SOTTO_REDIS_URL": f"unix://{valkey}",
        "SOTTO_POOL": f"e2e-{secrets.token_hex(4)}",
        "SOTTO_SESSION_KEYS": f"test:{secrets.token_hex(32)}",
        "SOTTO_REALTIME_SIGNING_KEY": secrets.token_hex(32),
        "SOTTO_COTURN_PORT": str(coturn.port),
        "SOTTO_COTURN_SECRET": coturn.secret,
        "SOTTO_LOG_LEVEL": "debug",
        **(further or {}),
    }
    stack = Stack(f"http://127.0.0.1:{port}", folder / "log")
    with stack.log.open("wb") as log:
        processes = [
            subprocess.Popen([sys.executable, "-m", name], cwd=ROOT, env=environ, stdout=log, stderr=log)
            for name in ("server", "matcher")
        ]
        try:
            wait_until(lambda: stack.get("/healthz")[0] == 200, "the server")
            yield stack
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(20)
