"""What a process and all that it has started use (proc(5))."""

from collections import defaultdict
from pathlib import Path

from tests.bench.load import TICKS, uss_bytes

# utime, stime, and those of the children that have ended and been waited for; after the name, which may hold anything.
_PARENT, _TIMES = 1, slice(11, 15)


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def processes_of(pid: int) -> list[int]:
    """Return a process and its descendants, those that are there now."""
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            children[int(_stat(int(folder.name))[_PARENT])].append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = [pid]
    for one in found:
        found += children[one]
    return found


def tree_cpu_s(pid: int) -> float:
    """Return the CPU time of all of them so far, with what those have used that have ended since, s."""
    return sum(int(ticks) for one in processes_of(pid) for ticks in _stat(one)[_TIMES]) / TICKS


def tree_bytes(pid: int) -> int:
    """Return the memory that each of them shares with nobody."""
    return sum(uss_bytes(one) for one in processes_of(pid))
