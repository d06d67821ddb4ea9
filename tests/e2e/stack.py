"""The whole service on loopback: Valkey, coturn, one server, one matcher."""

import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from infra.run.tether import end_with_parent
from tests.conftest import Coturn, free_port, wait_until
from tests.network.udp_proxy import UdpProxy, proxied

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Stack:
    """A running service."""

    url: str
    log: Path
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)  # server, matcher, bot1, bot2, …

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
def running(
    valkey: str, coturn: Coturn, folder: Path, further: Mapping[str, str] | None = None, *, bots: int = 0
) -> Iterator[Stack]:
    """Start server and matcher, and so many bots' processes; ready on entry, ended on exit.

    Args:
        valkey: Path of Valkey's unix socket.
        coturn: The relay.
        folder: Where the processes' log goes.
        further: More settings, or other ones.
    """
    environ = os.environ | {
        "SOTTO_HOST": "127.0.0.1",
        "SOTTO_PORT": str(free_port()),
        "SOTTO_REDIS_URL": f"unix://{valkey}",
        "SOTTO_POOL": f"e2e-{secrets.token_hex(4)}",
        "SOTTO_SESSION_KEYS": f"test:{secrets.token_hex(32)}",
        "SOTTO_REALTIME_SIGNING_KEY": secrets.token_hex(32),
        "SOTTO_COTURN_PORT": str(coturn.port),
        "SOTTO_COTURN_SECRET": coturn.secret,
        "SOTTO_LOG_LEVEL": "debug",
        **(further or {}),
    }
    url = f"http://{environ['SOTTO_HOST']}:{environ['SOTTO_PORT']}"
    environ |= {"SOTTO_SERVER_URL": url, "SOTTO_BOT_KEY": secrets.token_hex(32), "SOTTO_BOT_DRAIN_S": "0"}
    stack = Stack(url, folder / "log", environ)
    modules = {"server": "server", "matcher": "matcher", **{f"bot{number}": "bot" for number in range(1, bots + 1)}}
    with stack.log.open("wb") as log:
        processes = stack.processes
        processes |= {
            name: subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=ROOT,
                env=environ,
                stdout=log,
                stderr=log,
                # A test run that is killed leaves nobody behind.
                preexec_fn=end_with_parent,
            )
            for name, module in modules.items()
        }
        try:
            # Until a relay has answered it, a server sends callers away. One without coturn is not to have any.
            ready = "/healthz" if environ.get("SOTTO_RELAYS") else "/readyz"
            wait_until(lambda: stack.get(ready)[0] == 200, "the server", 60)
            wait_until(lambda: stack.log.read_bytes().count(b"bot.ready") == bots, "the bots", 60)
            yield stack
        finally:
            for process in processes.values():
                process.terminate()
            for process in processes.values():
                process.wait(20)


@contextmanager
def behind_proxy(
    valkey: str, coturn: Coturn, folder: Path, further: Mapping[str, str] | None = None
) -> Iterator[tuple[Stack, UdpProxy]]:
    """Start a service whose relay is reached through a network that can be slow, lossy or broken."""
    port = free_port()
    with (
        proxied(coturn.port, port) as proxy,
        running(valkey, Coturn(port, coturn.secret), folder, further) as service,
    ):
        yield service, proxy
