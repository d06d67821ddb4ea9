"""Servers, Redis and sockets are lost under people who talk or wait: who talks goes on, who waits keeps the place."""

import secrets
import signal
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.conftest import Coturn, free_port, start_valkey
from tests.e2e.people import Person, Voice, hear_each_other, present
from tests.e2e.stack import Stack, running
from tests.e2e.watching import Watched
from tests.network.balancer import balanced

# A dead socket is noticed within 15 s, is the promise; a machine that runs other tests beside three browsers may take
# a little longer to draw it.
NOTICED_S = 15
SLACK_S = 3
BACK_MS = 30_000
# No restart of a path is needed: nothing on the way of the voice was lost.
UNBROKEN_MS = 1000

SAME = {"SOTTO_SESSION_KEYS": f"test:{secrets.token_hex(32)}", "SOTTO_REALTIME_SIGNING_KEY": secrets.token_hex(32)}


def three(voices: Mapping[str, Voice], url: str) -> tuple[Watched, Watched, Person]:
    """Two who talk and one who waits."""
    one, other = (Watched(voices[name], url) for name in ("chromium", "firefox"))
    one.arrives()
    other.arrives()
    hear_each_other(one, other)
    third = Person(voices["chromium2"], url).arrives()
    third.sees("waiting")
    for person in (one, other):
        person.longest_silence_ms()
    return one, other, third


def banner(person: Person) -> Locator:
    """What the page says while the service is out of reach."""
    return person.page.locator("main").get_by_text("Sotto cannot be reached right now.")


def talked_on(one: Watched, other: Watched, third: Person) -> None:
    """Check that the call went on all the time, that messages get through again, and that the third had a place."""
    hear_each_other(one, other)
    for person in (one, other):
        assert person.longest_silence_ms() < UNBROKEN_MS
        assert person.state() == "talking"
        assert len(person.said("matched")) == 1
    assert third.state() == "waiting"
    one.presses("Mute")
    expect(other.page.locator("main")).to_contain_text("Muted", timeout=BACK_MS)
    one.presses("Next")
    other.sees("ended")
    hear_each_other(one, third)


def test_a_frozen_server_is_noticed_and_its_return_too(
    voices: Mapping[str, Voice], valkey_socket: str, coturn: Coturn, tmp_path: Path
) -> None:
    """A process that hangs keeps its sockets open: the pages notice the silence, say so, and are back afterwards."""
    with running(valkey_socket, coturn, tmp_path) as service:
        one, other, third = three(voices, service.url)
        with present(one, other, third):
            server = service.processes["server"]
            server.send_signal(signal.SIGSTOP)
            end_s = time.monotonic() + NOTICED_S + SLACK_S
            try:
                for person in (one, other, third):
                    left_ms = max(1, (end_s - time.monotonic()) * 1000)  # 0 would be no limit
                    expect(banner(person)).to_be_visible(timeout=left_ms)
            finally:
                server.send_signal(signal.SIGCONT)

            for person in (one, other, third):
                expect(banner(person)).to_have_count(0, timeout=BACK_MS)
            talked_on(one, other, third)


def test_a_rolling_restart_of_two_is_hardly_noticed(
    voices: Mapping[str, Voice], valkey_socket: str, coturn: Coturn, tmp_path: Path
) -> None:
    """First the one goes and comes back, then, killed, the other: somebody serves all the time."""
    ports = [free_port(), free_port()]
    door = free_port()

    def serve(place: int, stays: ExitStack) -> Stack:
        folder = tmp_path / secrets.token_hex(4)
        folder.mkdir()
        further = {**SAME, "SOTTO_POOL": "rolling", "SOTTO_PORT": str(ports[place])}
        return stays.enter_context(running(valkey_socket, coturn, folder, further))

    with ExitStack() as first, ExitStack() as second, ExitStack() as later:
        serve(0, first)
        killed = serve(1, second)
        later.enter_context(balanced(door, ports))
        one, other, third = three(voices, f"http://127.0.0.1:{door}")
        with present(one, other, third):
            first.close()
            for person in (one, other, third):
                expect(banner(person)).to_have_count(0, timeout=BACK_MS)
            serve(0, later)
            killed.processes["server"].kill()
            for person in (one, other, third):
                expect(banner(person)).to_have_count(0, timeout=BACK_MS)
            talked_on(one, other, third)


def test_redis_may_be_gone_for_a_while(voices: Mapping[str, Voice], coturn: Coturn, tmp_path: Path) -> None:
    """It comes back empty: calls have gone on, and a place in the queue is the old one; who waits is told."""
    # A short path: a unix socket's may have 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="sotto-") as folder:
        path = Path(folder) / "valkey.sock"
        valkey = start_valkey(path)
        try:
            with running(str(path), coturn, tmp_path) as service:
                one, other, third = three(voices, service.url)
                with present(one, other, third):
                    valkey.kill()
                    valkey.wait()
                    one.stays("talking", seconds=3)
                    expect(third.page.get_by_role("main")).to_contain_text("can match nobody at the moment")
                    valkey = start_valkey(path)
                    talked_on(one, other, third)
        finally:
            valkey.kill()
            valkey.wait()
