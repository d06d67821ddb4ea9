"""What is said to a bot is nowhere once it is said: not in a log at debug level, not in Redis, not on a disk."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Coturn
from tests.e2e.conversing import asks, is_taken, mode
from tests.e2e.people import Voice, present
from tests.e2e.stack import Stack, running
from tests.e2e.stranger import runs
from tests.e2e.talking import Talker
from tests.e2e.test_sweep import in_redis
from tests.processes import PROC

# The caller's words and the bot's answer, by which the search would know them.
CANARIES = ("daniel", "nice to meet", "what do you like to do")


def files_of(pid: int) -> set[str]:
    """Return the files that a process and its children have open for writing."""
    tasks = (PROC / str(pid) / "task").iterdir()
    children = {int(number) for task in tasks for number in (task / "children").read_text().split()}
    found = set()
    for process in {pid, *children}:
        for entry in (PROC / str(process) / "fdinfo").iterdir():
            try:
                flags = next(line for line in entry.read_text().splitlines() if line.startswith("flags"))
                target = str((PROC / str(process) / "fd" / entry.name).readlink())
            except FileNotFoundError:
                continue  # closed meanwhile
            if int(flags.split()[1], 8) & 0o3 and target.startswith("/") and not target.startswith("/dev/"):
                found.add(target)
    return found


@pytest.mark.claim("bot-forgets")
def test_nothing_of_a_conversation_is_kept(
    valkey_socket: str, coturn: Coturn, tmp_path: Path, voices: Mapping[str, Voice], stack: Stack
) -> None:
    """Words that were understood and answered are in no file, log, metric or value."""
    del stack  # it has built the page
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with running(valkey_socket, coturn, tmp_path, {"TMPDIR": str(temporary)}, bots=1) as service:
        mode(service, "fallback", "0")
        before = {path for path in temporary.rglob("*") if path.is_file()}
        one = Talker(voices["chromium"], service.url)
        with present(one):
            is_taken(one)
            one.hears_out(quiet_ms=1000)
            asks(one, "My name is Daniel.", "meet", "daniel")
            # A process that starts, for the next caller's ears, has some open for a moment.
            one.polls(lambda: files_of(service.processes["bot1"].pid), {str(service.log)}.__eq__, "log alone", 5)
            during = runs(lambda: in_redis(valkey_socket), lambda: one.page.wait_for_timeout(50))
            metrics = service.get("/metrics")[1]
        after = runs(lambda: in_redis(valkey_socket), lambda: None)
        left = {path for path in temporary.rglob("*") if path.is_file()}
    assert left <= before
    kept = {"log": service.log.read_bytes(), "metrics": metrics.encode(), "Redis": during + after}
    for place, found in kept.items():
        assert found, place
        assert [word for word in CANARIES if word.encode() in found.lower()] == [], place
