"""Runs the programs of a Procfile as one: they rise in stages, and fall together in the opposite order.

honcho reads the Procfile and prints the lines. Its Manager would stop everything at the same moment; here what serves
callers ends before what it stands on, so that it can still say goodbye.
"""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from infra.run.tether import end_with_parent

STOP_S = 12.0
_LINE_BYTES = 1 << 20
_WORDS = "its last words stand above, or in .run/."


@dataclass(frozen=True)
class Program:
    """One line of the Procfile, and how to tell that it is ready. One that is not `needed` may end, and is missed."""

    name: str
    command: str
    ready: Callable[[], bool]
    needed: bool = True


class Supervisor:
    """The programs of one service.

    Args:
        stages: What to start, each stage after the one before is ready.
        environ: The programs' environment.
        write: Takes a program's name and a line it said.
        announce: Called once, when all is ready.
        start_s: How long each program may take to become ready, s.
    """

    def __init__(
        self,
        stages: Sequence[Sequence[Program]],
        environ: Mapping[str, str],
        write: Callable[[str, bytes], None],
        announce: Callable[[], None],
        start_s: float = 60.0,
    ) -> None:
        self._stages = stages
        self._environ = environ
        self._write = write
        self._announce = announce
        self._start_s = start_s
        self._running: list[list[Process]] = []
        self._stopping = asyncio.Event()
        self._fault = ""

    async def run(self) -> str:
        """Run until a signal comes or a program ends; return what went wrong in one sentence, or nothing."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._signalled)
        async with asyncio.TaskGroup() as tasks:
            rising = tasks.create_task(self._rise(tasks))
            try:
                await self._stopping.wait()
            finally:
                rising.cancel()
                await asyncio.wait([rising])
                for stage in reversed(self._running):
                    await _end(stage)
        return self._fault

    def _signalled(self) -> None:
        if self._stopping.is_set():
            # Asked twice: no more patience.
            for stage in self._running:
                _signal(stage, signal.SIGKILL)
        self._stopping.set()

    def _stop(self, fault: str) -> None:
        if not self._stopping.is_set():
            self._fault = fault
            self._stopping.set()

    async def _rise(self, tasks: asyncio.TaskGroup) -> None:
        for stage in self._stages:
            self._running.append([])
            for program in stage:
                process = await asyncio.create_subprocess_shell(
                    program.command, env=self._environ, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT,
                    limit=_LINE_BYTES, start_new_session=True, preexec_fn=end_with_parent,
                )  # fmt: skip
                self._running[-1].append(process)
                tasks.create_task(self._follow(program, process))
            for program in stage:
                if not await _becomes_ready(program, self._start_s):
                    self._stop(f"{program.name} was not ready after {self._start_s:g} s; {_WORDS}")
                    return
        self._announce()

    async def _follow(self, program: Program, process: Process) -> None:
        assert process.stdout is not None  # noqa: S101  for mypy: it is a pipe
        async for line in process.stdout:
            self._write(program.name, line)
        code = await process.wait()
        how = f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
        if program.needed:
            self._stop(f"{program.name} ended {how}, so everything was stopped; {_WORDS}")
        elif not self._stopping.is_set():
            self._write(program.name, f"ended {how}; everything else goes on without it\n".encode())


async def _becomes_ready(program: Program, start_s: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(start_s):
            while not await asyncio.to_thread(program.ready):  # noqa: ASYNC110  another process tells nobody
                await asyncio.sleep(0.05)
            return True
    return False


async def _end(stage: list[Process]) -> None:
    _signal(stage, signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_S):
            for process in stage:
                await process.wait()
    except TimeoutError:
        _signal(stage, signal.SIGKILL)
        for process in stage:
            await process.wait()


def _signal(stage: list[Process], number: signal.Signals) -> None:
    for process in stage:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
