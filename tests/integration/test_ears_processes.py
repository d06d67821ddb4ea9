"""The processes of the embedded ears: how they die, what they hold, and that none is left."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.engines.embedded.language_model import prepare
from bot.engines.embedded.sphinx import SphinxStream
from bot.engines.embedded.sphinx_pool import SphinxPool
from bot.engines.errors import TimedOut, Unavailable
from tests.conftest import until, wait_until
from tests.integration.own_ears import SCRIPT, ears, say, soon, understood
from tests.processes import PROC, descendants
from tests.voices import spoken

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the language model is kept."""
    return tmp_path_factory.mktemp("models")


def exists(pid: int) -> bool:
    """Say whether there is such a process, a dead one that nobody has waited for included."""
    return (PROC / str(pid)).exists()


def told(pid: int, what: str) -> bytes:
    """Return what the system says of a process."""
    return (PROC / str(pid) / what).read_bytes()


def files_of(pid: int) -> dict[str, str]:
    """Return the open files of a process, by descriptor."""
    return {path.name: str(path.readlink()) for path in (PROC / str(pid) / "fd").iterdir()}


async def process_of(pool: SphinxPool, before: frozenset[int]) -> int:
    """Return the process that has come since."""
    await until(lambda: bool(pool.pids - before), "another process")
    (pid,) = pool.pids - before
    return pid


@asynccontextmanager
async def stuck(cache: Path) -> AsyncIterator[tuple[SphinxPool, SphinxStream, int]]:
    """Give a caller who speaks to a process that does nothing any more; the next turn is understood."""
    async with ears(cache) as (pool, stt):
        (pid,) = pool.pids
        stream = stt.open()
        os.kill(pid, signal.SIGSTOP)
        say(stream, spoken("hello there"))
        yield pool, stream, pid
        assert await understood(stream, "what is your name") == "what is your name"
        await stream.aclose()


async def test_no_call_has_the_process_of_another(cache: Path) -> None:
    """What was learnt of a voice ends with the call, because all that could know it does."""
    async with ears(cache, size=1, spare=1) as (pool, stt):
        seen: set[int] = set()
        for _ in range(3):
            await until(lambda: bool(pool.pids - seen), "a fresh process")
            stream = stt.open()
            (pid,) = pool.pids - seen
            await understood(stream, "i am tired")
            await stream.aclose()
            assert not exists(pid)
            seen.add(pid)


async def test_a_process_that_dies_costs_one_turn(cache: Path) -> None:
    """The turn is lost, and said to be; the next one is understood by another process."""
    async with ears(cache) as (pool, stt):
        (pid,) = pool.pids
        stream = stt.open()
        say(stream, spoken("hello there"))
        os.kill(pid, signal.SIGKILL)
        await until(lambda: pid not in pool.pids, "the end of the process")
        say(stream, spoken("hello there"))
        assert (await stream.partial()).text == ""
        with pytest.raises(Unavailable):
            await stream.finish(soon())
        assert await understood(stream, "what is your name") == "what is your name"
        await stream.aclose()


async def test_a_process_that_dies_while_it_is_asked(cache: Path) -> None:
    """Whoever waits is told at once."""
    async with ears(cache) as (pool, stt):
        (pid,) = pool.pids
        stream = stt.open()
        say(stream, spoken("hello there"))
        os.kill(pid, signal.SIGSTOP)
        finishing = asyncio.create_task(stream.finish(soon()))
        await asyncio.sleep(0)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(Unavailable):
            await finishing
        assert await understood(stream, "what is your name") == "what is your name"
        await stream.aclose()


async def test_a_process_that_dies_between_turns_costs_nothing(cache: Path) -> None:
    """The next turn has another one."""
    async with ears(cache) as (pool, stt):
        (pid,) = pool.pids
        stream = stt.open()
        assert await understood(stream, "hello there") == "hello there"
        os.kill(pid, signal.SIGKILL)
        await until(lambda: pid not in pool.pids, "the end of the process")
        assert await understood(stream, "what is your name") == "what is your name"
        await stream.aclose()


async def test_a_process_that_is_stuck_is_replaced(cache: Path) -> None:
    """Partial answers come without it, the turn ends at its deadline, and the process is ended."""
    async with stuck(cache) as (_, stream, pid):
        assert (await stream.partial()).text == ""
        with pytest.raises(TimedOut):
            await stream.finish(soon(0.1))
        await until(lambda: not exists(pid), "the end of the process")


async def test_a_spare_process_that_dies_is_replaced(cache: Path) -> None:
    """Nobody calls to find it dead."""
    async with ears(cache) as (pool, stt):
        (pid,) = pool.pids
        os.kill(pid, signal.SIGKILL)
        assert await process_of(pool, frozenset({pid})) != pid
        stream = stt.open()
        assert await understood(stream, "hello there") == "hello there"
        await stream.aclose()


async def test_a_process_knows_nothing_and_holds_nothing(cache: Path) -> None:
    """It has no environment, and no open file but its pipes."""
    os.environ["SOTTO_TEST_SECRET"] = "told to nobody"
    try:
        async with ears(cache) as (pool, _):
            (pid,) = pool.pids
            assert told(pid, "environ") == b""
            files = files_of(pid)
            assert {files.pop("0")[:5], files.pop("1")[:5]} == {"pipe:"}
            assert set(files.values()) == {"/dev/null"}, files
            assert b"Max core file size        0 " in told(pid, "limits")
    finally:
        del os.environ["SOTTO_TEST_SECRET"]


async def test_a_recogniser_that_does_not_come_up_fails_the_start(tmp_path: Path) -> None:
    """It is said so, and nothing is left running."""
    model = prepare(SCRIPT, tmp_path)
    model.language.write_text("no model")
    with pytest.raises(Unavailable):
        async with ears(tmp_path):
            pass
    assert not [pid for pid in descendants() if b"sphinx_process" in told(pid, "cmdline")]


async def test_a_call_whose_process_cannot_be_replaced_is_told_so(tmp_path: Path) -> None:
    """Turn by turn and before any deadline, until one comes up again."""
    async with ears(tmp_path) as (pool, stt):
        stream = stt.open()
        await until(lambda: len(pool.pids) == 2, "the next call's process")
        language = prepare(SCRIPT, tmp_path).language
        words = language.rename(tmp_path / "kept")
        for process in pool.pids:
            os.kill(process, signal.SIGKILL)
        await until(lambda: not pool.pids, "the end of all processes")
        for _ in range(2):
            say(stream, spoken("hello there"))
            with pytest.raises(Unavailable):
                await stream.finish(soon())
        words.rename(language)
        await until(lambda: bool(pool.pids), "another process")
        assert await understood(stream, "what is your name") == "what is your name"
        await stream.aclose()


async def test_calls_that_come_and_go_leave_nothing(cache: Path) -> None:
    """However soon they go: before their process is up, while it hears, while it answers."""
    async with ears(cache, size=3, spare=1) as (pool, stt):
        for steps in range(12):
            stream = stt.open()
            say(stream, spoken("hello there"))
            finishing = asyncio.create_task(stream.finish(soon()))
            for _ in range(steps):
                await asyncio.sleep(0)
            finishing.cancel()
            await asyncio.wait({finishing})
            await stream.aclose()
        assert pool.free == 3
        await until(lambda: len(pool.pids) == 1, "one process to spare and no other")


def test_no_process_outlives_a_bot_that_was_killed(cache: Path) -> None:
    """It ends with its pipe."""
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from bot.dialogue.script import load; from bot.engines.embedded.sphinx_pool import SphinxPool\n"
        "async def main():\n"
        "    async with SphinxPool(load('en'), size=2, spare=2, cache=Path(sys.argv[1])) as pool:\n"
        "        print(*pool.pids, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, cache], stdout=subprocess.PIPE, cwd=ROOT) as bot:
        assert bot.stdout is not None
        pids = bot.stdout.readline().split()
        assert len(pids) == 2
        bot.kill()
    wait_until(lambda: not any(exists(int(pid)) for pid in pids), "the end of the processes")


async def test_what_nobody_wants_to_know_is_forgotten(cache: Path) -> None:
    """However far the process is behind: it is not waited for, and stays."""
    async with stuck(cache) as (pool, stream, pid):
        await stream.drop()
        os.kill(pid, signal.SIGCONT)
        assert await understood(stream, "hello there") == "hello there"
        assert pid in pool.pids
