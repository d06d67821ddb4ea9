"""The supervisor: programs rise in stages, and fall together in the opposite order. Real processes, real signals."""

import asyncio
import os
import signal
from pathlib import Path

from infra.run.supervisor import Program, Supervisor
from tests.conftest import until

SERVES = "trap 'echo {0} bye >> log; exit 0' TERM; echo {0} up >> log; touch {0}.ready; while :; do sleep 0.02; done"


def program(folder: Path, name: str, script: str = SERVES) -> Program:
    """Build a program that notes in the folder when it rises and falls."""
    return Program(name, f"cd {folder}; {script.format(name)}", (folder / f"{name}.ready").exists)


def log(folder: Path) -> list[str]:
    """Read what the programs noted."""
    path = folder / "log"
    return path.read_text().splitlines() if path.exists() else []


async def test_stages_rise_in_order_and_fall_in_reverse(tmp_path: Path) -> None:
    """What serves starts after its ground is ready, and has said goodbye before its ground goes. No fault is told."""
    told: list[str] = []
    stages = [[program(tmp_path, "ground")], [program(tmp_path, "server")]]
    supervisor = Supervisor(stages, os.environ, lambda _, __: None, lambda: told.append("ready"))
    running = asyncio.create_task(supervisor.run())
    await until(lambda: bool(told), "readiness")
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == ""
    assert told == ["ready"]
    assert log(tmp_path) == ["ground up", "server up", "server bye", "ground bye"]


async def test_one_that_ends_takes_all_down_with_its_name(tmp_path: Path) -> None:
    """When a program ends by itself the others are stopped, and the sentence names it and its exit code."""
    stages = [[program(tmp_path, "ground")], [program(tmp_path, "server", "touch {0}.ready; echo last words; exit 3")]]
    heard: list[tuple[str, bytes]] = []
    fault = await Supervisor(stages, os.environ, lambda *line: heard.append(line), lambda: None).run()
    assert fault.startswith("server ended with exit code 3")
    assert ("server", b"last words\n") in heard
    assert log(tmp_path) == ["ground up", "ground bye"]


async def test_one_that_is_not_needed_may_end(tmp_path: Path) -> None:
    """It is missed in a line, and the others go on; nothing is said of one that ends with all."""
    told: list[str] = []
    heard: list[tuple[str, bytes]] = []
    extra = Program("extra", "exit 3", lambda: True, needed=False)
    late = Program("late", f"cd {tmp_path}; {SERVES.format('late')}", (tmp_path / "late.ready").exists, needed=False)
    stages = [[program(tmp_path, "ground"), extra, late]]
    supervisor = Supervisor(stages, os.environ, lambda *line: heard.append(line), lambda: told.append("ready"))
    running = asyncio.create_task(supervisor.run())
    await until(lambda: bool(told and heard), "readiness, and the end of the one")
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == ""
    missed = [(name, line) for name, line in heard if b"goes on" in line]
    assert missed == [("extra", b"ended with exit code 3; everything else goes on without it\n")]
    assert set(log(tmp_path)) == {"ground up", "late up", "late bye", "ground bye"}


async def test_one_that_never_gets_ready_is_named(tmp_path: Path) -> None:
    """A program that is not ready in time ends the start: the sentence names it, and nobody is told to come in."""
    told: list[str] = []
    stages = [[program(tmp_path, "ground"), program(tmp_path, "server", "exec sleep 60")], [program(tmp_path, "page")]]
    supervisor = Supervisor(stages, os.environ, lambda _, __: None, lambda: told.append("ready"), start_s=2.0)
    assert (await supervisor.run()).startswith("server was not ready after 2 s")
    assert told == []
    assert log(tmp_path) == ["ground up", "ground bye"]


async def test_a_second_signal_ends_patience(tmp_path: Path) -> None:
    """A program that ignores SIGTERM is killed at once when the user asks twice."""
    stubborn = "trap '' TERM; touch {0}.ready; while :; do sleep 0.02; done"
    told: list[str] = []
    supervisor = Supervisor(
        [[program(tmp_path, "server", stubborn)]], os.environ, lambda _, __: None, lambda: told.append("ready")
    )
    running = asyncio.create_task(supervisor.run())
    await until(lambda: bool(told), "readiness")
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.wait([running], timeout=0.2)
    assert not running.done()
    os.kill(os.getpid(), signal.SIGINT)
    async with asyncio.timeout(10):
        assert await running == ""


async def test_a_signal_while_it_rises_stops_what_rose(tmp_path: Path) -> None:
    """A signal before readiness leaves nothing behind and starts nothing further."""
    stages = [[program(tmp_path, "ground", "echo {0} up >> log; exec sleep 60")], [program(tmp_path, "server")]]
    running = asyncio.create_task(Supervisor(stages, os.environ, lambda _, __: None, lambda: None).run())
    await until(lambda: log(tmp_path) == ["ground up"], "the first program")
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await running == ""
    assert log(tmp_path) == ["ground up"]
