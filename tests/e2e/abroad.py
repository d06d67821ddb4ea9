"""Callers on hosts of their own: the lab with the service on t, and browsers on a and b."""

import socketserver
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_connection
from threading import Thread

from playwright.sync_api import Playwright

from tests.conftest import free_port
from tests.e2e import people
from tests.e2e.people import Voice
from tests.e2e.stack import Stack, running
from tests.e2e.watching import Watched
from tests.network.namespaces import PRIVATE, PUBLIC, Client, Lab, lab
from tests.network.public_relay import firewall, public_relay
from tests.network.reverse_hop import carry

Travel = Callable[[str, str], Watched]

TONES = {("a", "chromium"): 440, ("b", "chromium"): 1000, ("a", "firefox"): 700, ("b", "firefox"): 1500}


class Abroad:
    """The lab, the service in it, and its browsers, each started when it is first asked for.

    Args:
        lab: The hosts.
        service: The service, on t.
        playwright: The browsers' driver; it stays outside.
        folder: Where scripts and tones go.
        stack: Ends what was started.
    """

    def __init__(self, lab: Lab, service: Stack, playwright: Playwright, folder: Path, stack: ExitStack) -> None:
        self.lab = lab
        self.service = service
        self._playwright = playwright
        self._folder = folder
        self._stack = stack
        self._voices: dict[tuple[str, str], Voice] = {}

    def opens(self, host: str, kind: str) -> Watched:
        """Open the page.

        Args:
            host: `a` or `b`.
            kind: `chromium` or `firefox`.
        """
        key = host, kind
        if key not in self._voices:
            client = {"a": self.lab.a, "b": self.lab.b}[host]
            start = {"chromium": self._chromium, "firefox": self._firefox}[kind]
            self._voices[key] = start(client, TONES[key])
            self._stack.callback(self._voices[key].browser.close)
        return Watched(self._voices[key], self.service.url)

    def _chromium(self, client: Client, hz: int) -> Voice:
        # No TLS here: the page's origin is declared to be as good, without which there is no microphone.
        flags = [
            f"--unsafely-treat-insecure-origin-as-secure={self.service.url}",
            f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {PRIVATE}",
        ]
        program = self._gate(client, "chromium", 'exec {enter} /usr/bin/chromium "$@"')
        return people.chromium(self._playwright, self._folder, hz, str(program), flags)

    def _firefox(self, client: Client, hz: int) -> Voice:
        # The driver talks to a port on the browser's loopback, which is another one than its own.
        port = free_port()
        self._stack.enter_context(bridged(client, port))
        script = """
            for word; do
              shift
              [ "$word" = --remote-debugging-port=0 ] && word=--remote-debugging-port={port}
              set -- "$@" "$word"
            done
            exec {enter} /usr/bin/firefox-esr "$@"
        """.replace("{port}", str(port))
        # Addresses are not veiled as mDNS names: the relay policy alone is what is to hide them.
        prefs: dict[str, str | bool] = {
            "dom.securecontext.allowlist": PRIVATE,
            "media.peerconnection.ice.obfuscate_host_addresses": False,
        }
        return people.firefox(self._playwright, hz, str(self._gate(client, "firefox", script)), prefs)

    def _gate(self, client: Client, name: str, script: str) -> Path:
        """Write a program that runs another one on a host."""
        path = self._folder / f"{name}-{client.name}"
        path.write_text("#!/bin/sh\n" + script.replace("{enter}", f"nsenter --net={client.path} --"))
        path.chmod(0o700)
        return path


@contextmanager
def going_abroad(playwright: Playwright, valkey: str, folder: Path) -> Iterator[Abroad]:
    """Set the hosts up, with a relay on t behind its firewall and the service; `valkey`: path of its unix socket."""
    further = {"SOTTO_HOST": PRIVATE, "SOTTO_COTURN_HOST": PUBLIC}
    with ExitStack() as stack:
        hosts = stack.enter_context(lab())
        relay = stack.enter_context(public_relay(hosts))
        stack.enter_context(firewall(hosts))
        service = stack.enter_context(hosts.t.inside(running(valkey, relay, folder, further)))
        yield Abroad(hosts, service, playwright, folder, stack)


@contextmanager
def bridged(client: Client, port: int) -> Iterator[None]:
    """Carry TCP connections from a port of our loopback to the same port of a host's."""

    class Bridge(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with client.call(create_connection, ("127.0.0.1", port)) as inner:
                carry(self.request, inner)

    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Bridge) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(10)
