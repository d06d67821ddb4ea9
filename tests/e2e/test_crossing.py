"""A match that crosses with a new connection: the partner was told about the one before, and that one serves."""

import json
import re
from collections.abc import Mapping

from playwright.sync_api import WebSocketRoute

from tests.e2e.conftest import Arrive
from tests.e2e.microphones import Microphone
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack

# Chromium's connection is replaced soon, once; the one before is kept for as long as a busy machine may take.
CROSS = """
(() => {
  const real = window.setTimeout, other = new Map([[270_000, 500], [5000, 60_000]]);
  window.setTimeout = (act, ms, ...rest) => {
    const changed = other.get(ms) ?? ms;
    if (ms === 270_000) other.delete(ms);
    return real(act, changed, ...rest);
  };
})();
"""


def test_the_one_before_has_the_new_microphone(voices: Mapping[str, Voice], arrive: Arrive, stack: Stack) -> None:
    """A microphone lost and replaced in the meantime is heard over the connection that the server still knows of."""
    ready: list[str] = []
    matched: list[str] = []
    one = Person(voices["chromium"], stack.url)

    def cross(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def upwards(frame: str | bytes) -> None:
            if json.loads(frame)["type"] == "ready":
                ready.append(str(frame))
                if len(ready) > 1:
                    return  # still on its way when the match comes
            server.send(frame)

        def downwards(frame: str | bytes) -> None:
            if json.loads(frame)["type"] == "matched":
                matched.append(str(frame))
            socket.send(frame)

        socket.on_message(upwards)
        server.on_message(downwards)

    one.page.route_web_socket(re.compile("/v1/queue"), cross)
    one.context.add_init_script(CROSS)
    microphone = Microphone(one)
    one.arrives()
    one.sees("waiting")
    one.polls(lambda: len(ready), lambda number: number == 2, "second connection")

    microphone.ends()
    one.polls(lambda: (len(microphone.opened()), microphone.live()), lambda n: n[0] == 2 and n[1] > 1, "microphone")
    other = arrive("chromium2")

    other.hears(one.voice.hz)
    one.hears(other.voice.hz)
    assert len(matched) == 1
    one.leaves()
