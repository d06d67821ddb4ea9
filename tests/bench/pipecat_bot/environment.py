"""Where pipecat is installed: an environment of its own, made when it is needed first, and kept."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from infra.run.tether import end_with_parent
from matcher.wire import IceServer
from tests.conftest import free_port, wait_until
from tests.e2e.stack import ROOT, Stack

PIPECAT = "1.14.0"
FOLDER = ROOT / ".run" / "pipecat"
INSTALL_S = 900


def _requirements() -> str:
    """Return pipecat, and what our engines need: of the versions that we use ourselves."""
    ours = (f"{name}=={version(name)}" for name in ("aioice", "aiortc", "msgspec", "pocketsphinx"))
    return "\n".join([f"pipecat-ai[webrtc]=={PIPECAT}", *ours])


def python() -> Path | None:
    """Return the interpreter of the environment; make that first if it is not there. None: it could not be made."""
    interpreter, made_of = FOLDER / "bin" / "python", FOLDER / "requirements.txt"
    if made_of.exists() and made_of.read_text(encoding="utf-8") == _requirements():
        return interpreter
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.parent.mkdir(mode=0o700, exist_ok=True)
    quiet = ("--quiet", "--disable-pip-version-check")
    install = [str(interpreter), "-m", "pip", "install", *quiet, *_requirements().split()]
    print(f"installing pipecat {PIPECAT} into {FOLDER}", flush=True)
    try:
        for command in ([sys.executable, "-m", "venv", str(FOLDER)], install):
            subprocess.run(command, check=True, timeout=INSTALL_S)
    except (OSError, subprocess.SubprocessError) as fault:
        print(f"pipecat is not measured: {type(fault).__name__}", flush=True)
        return None
    made_of.write_text(_requirements(), encoding="utf-8")
    return interpreter


@contextmanager
def running(interpreter: Path, ice_server: IceServer, folder: Path) -> Iterator[tuple[str, int]]:
    """Run the bot; gives the URL of the page that it is called from, and the process's id.

    Args:
        interpreter: That of the environment.
        ice_server: A relay with credentials that last.
        folder: Where its log and its language model go.
    """
    port = free_port()
    relay = {"urls": list(ice_server.urls), "username": ice_server.username, "credential": ice_server.credential}
    command = [str(interpreter), "-m", "tests.bench.pipecat_bot", str(port), json.dumps(relay), str(folder)]
    stack = Stack(f"http://127.0.0.1:{port}", folder / "log", {})
    with stack.log.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, preexec_fn=end_with_parent)
        try:
            wait_until(lambda: stack.get("/")[0] == 200, "the bot on pipecat", 120)
            yield stack.url, process.pid
        finally:
            process.terminate()
            process.wait(20)
