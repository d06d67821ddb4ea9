"""A process that dies of a bug leaves an event, and nothing of what it knew."""

import json
import subprocess
import sys

import pytest

SECRET = "203.0.113.77"
START = "import sys; from matcher import crash, logs; logs.configure('server', 'debug'); crash.contain(); "


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own that is set up as ours are."""
    command = [sys.executable, "-X", "dev", "-c", f"{START}{code}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("code", "event", "status"),
    [
        (f"raise ValueError('{SECRET}')", "process.crashed", 1),
        (f"import threading\nthreading.Thread(target=lambda: int('{SECRET}')).start()", "process.thread_crashed", 0),
        (f"\nclass A:\n  def __del__(self): int('{SECRET}')\nA()\n", "process.fault_unraisable", 0),
        (f"import warnings; warnings.warn('{SECRET}', stacklevel=1)", "library.log", 0),
        (f"import socket; a = socket.socket(); a.bind(('127.0.0.1', 0)); a = '{SECRET}'", "library.log", 0),
    ],
    ids=["exception", "thread", "finalizer", "warning", "open socket"],
)
def test_last_words_quote_nothing(code: str, event: str, status: int) -> None:
    """One event with the fault's type and place; no traceback, no text, no address."""
    done = run(code)

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == [event]
    assert done.returncode == status
    assert SECRET not in done.stderr + done.stdout
    assert "127.0.0.1" not in done.stderr


def test_no_core_file_is_written() -> None:
    """The limit is zero whatever the shell allows."""
    done = run("import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])")

    assert done.stdout == "0\n"
