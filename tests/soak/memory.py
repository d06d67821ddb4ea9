"""How much memory processes hold, from Linux's own books (proc(5))."""

import os
from collections.abc import Iterable
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


def resident_mb(pids: Iterable[int]) -> float:
    """Return the memory of processes in MB; what they share is divided among those that share it (Pss)."""
    kilobytes = 0
    for pid in pids:
        try:
            lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024
