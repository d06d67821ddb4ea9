"""What a process and all that it has started use (proc(5))."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from tests.bench.load import TICKS, uss_bytes

T = TypeVar("T")

# utime, stime, and those of the children that have ended and been waited for; after the name, which may hold anything.
_PARENT, _TIMES = 1, slice(11, 15)


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _each(pids: Iterable[int], read: Callable[[int], T]) -> Iterator[tuple[int, T]]:
    """Yield what is read of processes; of those that end meanwhile there is nothing to read."""
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            yield pid, read(pid)


def processes_of(pid: int) -> list[int]:
    """Return a process and its descendants, those that are there now."""
    everybody = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
    children: dict[int, list[int]] = defaultdict(list)
    for one, stat in _each(everybody, _stat):
        children[int(stat[_PARENT])].append(one)
    found = [pid]
    for one in found:
        found += children[one]
    return found


def tree_cpu_s(pid: int) -> float:
    """Return the CPU time of all of them so far, with what those have used that have ended since, s."""
    return sum(int(ticks) for _, stat in _each(processes_of(pid), _stat) for ticks in stat[_TIMES]) / TICKS


def tree_bytes(pid: int) -> int:
    """Return the memory that each of them shares with nobody."""
    return sum(size for _, size in _each(processes_of(pid), uss_bytes))
