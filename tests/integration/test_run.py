"""`make run`'s launcher with the real programs: it says when it is ready, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.run.start import answers
from tests.conftest import free_port, wait_until

ROOT = Path(__file__).parent.parent.parent
PROGRAMS = {"valkey-server", "turnserver", "matcher", "server"}
BOT = "bot"


class Launcher:
    """The launcher in a checkout of its own, whose `.run` is empty."""

    def __init__(self, folder: Path) -> None:
        for name in (".venv", "bot", "infra", "matcher", "server", "web"):
            (folder / name).symlink_to(ROOT / name)
        self.folder = folder
        self.port = free_port()
        self.output = folder / "output"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("SOTTO_")}
        environ |= {"SOTTO_PORT": str(self.port), "SOTTO_COTURN_PORT": str(free_port())}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.run"], cwd=folder, env=environ, stdout=output, stderr=subprocess.STDOUT
            )

    def wait_ready(self) -> None:
        """Wait for the line with the URL."""
        line = f"Sotto is ready: open http://127.0.0.1:{self.port}"
        wait_until(lambda: line in self.output.read_text() or self.process.poll() is not None, "the URL", 30)
        assert line in self.output.read_text(), self.output.read_text()

    def programs(self) -> dict[str, int]:
        """Find what runs in the folder: name of each program and its process id."""
        found: dict[str, int] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "cwd").readlink().is_relative_to(self.folder):
                    words = (entry / "cmdline").read_bytes().decode().replace("\0", " ").split()
                    found |= {
                        Path(word).name: int(entry.name) for word in words[:3] if Path(word).name in {*PROGRAMS, BOT}
                    }
            except OSError:
                continue  # it ended while we looked
        return found


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    """A launcher that has said that it is ready."""
    launcher = Launcher(tmp_path)
    try:
        launcher.wait_ready()
        yield launcher
    finally:
        launcher.process.kill()
        launcher.process.wait()
        wait_until(lambda: not launcher.programs(), "the programs to end with their launcher")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything(launcher: Launcher, number: signal.Signals) -> None:
    """Ready means that the page answers; a signal then ends every program, and that is no failure."""
    wait_until(lambda: set(launcher.programs()) == {*PROGRAMS, BOT}, "all programs")
    assert answers("127.0.0.1", launcher.port, "/readyz")
    launcher.process.send_signal(number)
    assert launcher.process.wait(20) == 0
    assert launcher.programs() == {}


def test_a_bot_that_dies_ends_nobody(launcher: Launcher) -> None:
    """People talk on without it, and the lines say what became of it."""
    wait_until(lambda: BOT in launcher.programs(), "the bot")
    os.kill(launcher.programs()[BOT], signal.SIGKILL)
    wait_until(lambda: "ended by SIGKILL; everything else goes on" in launcher.output.read_text(), "its last line")
    assert set(launcher.programs()) == PROGRAMS
    assert answers("127.0.0.1", launcher.port, "/readyz")


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_program_that_dies_ends_the_others(launcher: Launcher, name: str) -> None:
    """When one program is killed the rest is stopped, and the last line names it; the exit code is 1."""
    os.kill(launcher.programs()[name], signal.SIGKILL)
    assert launcher.process.wait(30) == 1
    label = {"valkey-server": "valkey", "turnserver": "coturn"}.get(name, name)
    assert launcher.output.read_text().splitlines()[-1].startswith(f"{label} ended by SIGKILL")
    assert launcher.programs() == {}


def test_a_killed_launcher_takes_everything_with_it(launcher: Launcher) -> None:
    """Not even SIGKILL, which cannot be answered, leaves a program behind."""
    launcher.process.kill()
    launcher.process.wait()
    wait_until(lambda: not launcher.programs(), "the programs to end")


def test_secrets_are_private_and_on_no_command_line(launcher: Launcher) -> None:
    """What `.run` holds with a secret has mode 0600, and no process shows one in its arguments."""
    folder = launcher.folder / ".run"
    secrets = [line.partition("=")[2] for line in (folder / "secrets.env").read_text().splitlines()]
    assert len(secrets) == 4
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in (folder / "secrets.env", folder / "coturn.conf"):
        assert path.stat().st_mode & 0o777 == 0o600
    for process in launcher.programs().values():
        arguments = Path(f"/proc/{process}/cmdline").read_text()
        assert not any(secret in arguments for secret in secrets)
