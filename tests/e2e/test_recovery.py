"""What breaks under a person, and what the page makes of it."""

import os
import re
import secrets
import signal
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import WebSocketRoute, expect

from tests.conftest import Coturn, free_port
from tests.e2e.conftest import Arrive
from tests.e2e.people import Person, Voice, hear_each_other, present
from tests.e2e.stack import running

KEEP_MICROPHONES = """
(() => {
  const devices = navigator.mediaDevices, real = devices.getUserMedia.bind(devices);
  window.microphones = [];
  devices.getUserMedia = async (constraints) => {
    const stream = await real(constraints);
    window.microphones.push(stream.getAudioTracks()[0]);
    return stream;
  };
})();
"""
# RFC 4787 REQ-5 wants two minutes; many routers forget a silent binding after thirty seconds.
NAT_FORGETS_MS = 30_000
# Pauses longer than any of the queue's own take two seconds.
HURRY = """
(() => {
  const real = window.setTimeout;
  window.pauses = [];
  window.setTimeout = (act, ms, ...rest) => {
    if (ms < 20_000 || ms === undefined) return real(act, ms, ...rest);
    window.pauses.push(ms);
    return real(act, 2000, ...rest);
  };
})();
"""
MADE_AND_OPEN = """
() => [
  window.connections.length,
  window.connections.filter(([connection]) => connection.connectionState !== 'closed').length,
]
"""
LOSE_MICROPHONE = """
() => {
  const track = window.microphones.at(-1);
  track.stop();
  track.dispatchEvent(new Event('ended'));
}
"""


def test_a_connection_that_has_waited_long_still_works(voices: Mapping[str, Voice], arrive: Arrive) -> None:
    """Firefox's idle connection is replaced before a NAT forgets it; the call then runs over a later one."""
    other = arrive("chromium")
    other.sees("waiting")
    other.presses("Cancel")
    with present(Person(voices["firefox"], other.page.url)) as one:
        one.context.add_init_script(HURRY)
        one.page.reload()
        one.arrives()
        one.sees("waiting")
        one.polls(lambda: one.page.evaluate(MADE_AND_OPEN), lambda counts: counts[0] >= 5, "fifth connection")
        # The one in use, the one before it, for a match that crosses with its end, and the one in the making.
        assert one.page.evaluate(MADE_AND_OPEN)[1] <= 3
        assert min(one.page.evaluate("() => window.pauses")) < NAT_FORGETS_MS
        assert one.state() == "waiting"

        other.presses("Connect")

        hear_each_other(one, other)
        one.polls(lambda: one.page.evaluate(MADE_AND_OPEN), lambda counts: counts[1] == 1, "end of the old ones")


def test_a_lost_microphone_is_opened_again(voices: Mapping[str, Voice], arrive: Arrive) -> None:
    """When the device goes away in a call, the page takes the default one, and the partner hears on."""
    other = arrive("firefox")
    with present(Person(voices["chromium"], other.page.url)) as one:
        one.context.add_init_script(KEEP_MICROPHONES)
        one.page.reload()
        one.arrives()
        other.hears(one.voice.hz)

        one.page.evaluate(LOSE_MICROPHONE)

        one.polls(lambda: one.page.evaluate("() => window.microphones.length"), lambda n: n == 2, "second microphone")
        other.hears(one.voice.hz)
        assert one.state() == "talking"


def test_a_call_whose_signaling_fails_gives_both_their_place_back(
    voices: Mapping[str, Voice], valkey_socket: str, coturn: Coturn, tmp_path: Path
) -> None:
    """Whoever cannot join the channel, and has no other way, goes back to the queue, and so does the partner."""

    def swallow(route: WebSocketRoute) -> None:
        route.on_message(lambda _: None)

    with (
        running(valkey_socket, coturn, tmp_path, {"SOTTO_PARAMETERS_VIA": "channel"}) as service,
        present(Person(voices["chromium"], service.url)) as one,
    ):
        one.arrives().sees("waiting")
        with present(Person(voices["chromium2"], service.url)) as deaf:
            deaf.page.route_web_socket(re.compile("/realtime/v1/websocket"), swallow)
            deaf.page.reload()
            deaf.arrives()
            one.sees("connecting")
            one.sees("waiting")
            expect(one.page.locator("main")).to_contain_text("You keep your place in the queue.")
        with present(Person(voices["firefox"], service.url)) as other:
            other.arrives()
            one.hears(other.voice.hz, seconds=40)


def test_a_dead_path_is_shown_and_comes_back(voices: Mapping[str, Voice], valkey_socket: str, tmp_path: Path) -> None:
    """While the relay is silent the page says that it reconnects; when it speaks again the call goes on."""
    relay = Coturn(free_port())
    process = subprocess.Popen(
        ["turnserver", "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={relay.port}",
         "--no-tls", "--no-dtls", "--no-tcp-relay", "--use-auth-secret", f"--static-auth-secret={relay.secret}",
         "--realm=sotto.test", "--fingerprint", "--lt-cred-mech", "--allow-loopback-peers", "--no-cli",
         "--min-port=51000", "--max-port=51999", "--no-stdout-log", f"--log-file={tmp_path}/log", "--simple-log",
         f"--pidfile={tmp_path}/pid", f"--userdb={tmp_path}/db"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with (
            running(valkey_socket, relay, tmp_path) as service,
            present(Person(voices["chromium"], service.url).arrives()) as one,
            present(Person(voices["firefox"], service.url).arrives()) as other,
        ):
            one.hears(other.voice.hz)
            os.kill(process.pid, signal.SIGSTOP)
            one.sees("reconnecting")
            other.sees("reconnecting")
            os.kill(process.pid, signal.SIGCONT)
            one.sees("talking")
            other.sees("talking")
            one.hears(other.voice.hz)
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.terminate()
        process.wait(10)


def test_a_server_that_restarts_keeps_the_call_and_the_place(
    voices: Mapping[str, Voice], valkey_socket: str, coturn: Coturn, tmp_path: Path
) -> None:
    """Two talk and one waits while the server restarts: nobody notices more than a banner."""
    same = {
        "SOTTO_PORT": str(free_port()),
        "SOTTO_POOL": "restart",
        "SOTTO_SESSION_KEYS": f"test:{secrets.token_hex(32)}",
        "SOTTO_REALTIME_SIGNING_KEY": secrets.token_hex(32),
    }
    with ExitStack() as people:
        with running(valkey_socket, coturn, tmp_path, same) as service:
            one, other, third = (
                people.enter_context(present(Person(voices[name], service.url)))
                for name in ("chromium", "firefox", "chromium2")
            )
            one.arrives()
            other.arrives()
            one.hears(other.voice.hz)
            third.arrives().sees("waiting")
        banner = one.page.locator("main").get_by_text("Sotto cannot be reached right now.")
        expect(banner).to_be_visible(timeout=20_000)
        one.hears(other.voice.hz)
        with running(valkey_socket, coturn, tmp_path, same):
            expect(banner).to_have_count(0, timeout=20_000)
            one.stays("talking", seconds=2)
            third.stays("waiting", seconds=1)
            other.hears(one.voice.hz)

            one.presses("Next")

            third.hears(one.voice.hz)
            other.sees("ended")
