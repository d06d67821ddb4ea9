"""How much memory processes hold, from Linux's own books (proc(5))."""

from collections.abc import Iterable

from tests.processes import PROC


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
