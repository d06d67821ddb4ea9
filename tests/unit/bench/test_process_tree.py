"""What processes use together."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.bench.process_tree import processes_of, tree_bytes, tree_cpu_s

# A child that burns a fifth of a second and ends, then one that stays, and is up.
PROGRAM = """
import subprocess, sys
subprocess.run([sys.executable, '-c', 'import time\\nwhile time.process_time() < 0.2: pass'])
stays = [sys.executable, '-c', 'print(flush=True); input()']
child = subprocess.Popen(stays, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print('there', flush=True)
input()
child.communicate()
"""


@pytest.fixture
def pid() -> Iterator[int]:
    """A process with a child, and one that has ended."""
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "there\n"
        yield process.pid
        process.communicate("\n")


def test_descendants_count_with_those_that_have_ended(pid: int) -> None:
    """As long as somebody waited for them, which a program does."""
    assert len(processes_of(pid)) == 2
    assert pid in processes_of(os.getpid())
    assert tree_cpu_s(pid) > 0.15
    assert tree_bytes(pid) > tree_bytes(processes_of(pid)[1]) > 10**6
