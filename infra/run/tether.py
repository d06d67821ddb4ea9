"""Ties a process's life to its parent's, so that a killed parent leaves nothing behind. A no-op outside Linux."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1
# Loaded here because the call itself happens between fork and exec, where little may be done.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent ends; prctl(2), PR_SET_PDEATHSIG."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
