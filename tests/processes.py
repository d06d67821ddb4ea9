"""The processes that descend from this one, from Linux's own books (proc(5))."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROC = Path("/proc")


def descendants() -> set[int]:
    """Return the processes that descend from this one."""
    parents: dict[int, int] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                # The second field, a name in brackets, may hold anything.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            parents[int(entry.name)] = int(fields[1])
    family = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family - {os.getpid()}


def running(program: str) -> set[int]:
    """Return the descendants that run a program with this in its path."""
    found = set()
    for pid in descendants():
        try:
            if program in str((PROC / str(pid) / "exe").readlink()):
                found.add(pid)
        except OSError:
            continue
    return found


@contextmanager
def asleep(program: str) -> Iterator[None]:
    """Stop the descendants that run a program with this in its path, and let them go on in the end."""
    pids = running(program)
    assert pids, program
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
