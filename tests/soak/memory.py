"""How much memory processes hold, from Linux's own books (proc(5))."""

from collections.abc import Iterable

from tests.processes import PROC


def resident_mb(pids: Iterable[int]) -> float:
    """Return what processes have written into memory, in MB; what they share is divided among them (Pss).

    Programs and libraries are left out: how much of those falls to a process depends on who else runs them.
    """
    kilobytes = 0
    for pid in pids:
        try:
            lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
    return kilobytes / 1024
