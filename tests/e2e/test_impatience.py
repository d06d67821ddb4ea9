"""People who press twice, press at once, press at the wrong moment, and leave in the middle."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.lines import Line
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack

LIVE = """
() => [
  window.connections.filter(([connection]) => connection.connectionState !== 'closed').length,
  window.microphones.filter((track) => track.readyState !== 'ended').length,
]
"""
# Every track that the page was given or cloned.
KEEP_TRACKS = """
(() => {
  window.microphones = [];
  const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    window.microphones.push(...stream.getTracks());
    return stream;
  };
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () {
    const track = clone.call(this);
    window.microphones.push(track);
    return track;
  };
})();
"""


@pytest.fixture
def caller(voices: Mapping[str, Voice], stack: Stack) -> Iterator[Callable[[str], Person]]:
    """Somebody who has opened the page in a browser by its name, and has not pressed anything yet."""
    with ExitStack() as stack_of_people:

        def come(name: str) -> Person:
            person = Person(voices[name], stack.url)
            stack_of_people.callback(person.leaves)
            return person

        yield come


@pytest.mark.parametrize("name", ["chromium", "firefox"])
@pytest.mark.claim("gone-when-closed")
def test_nothing_stays_open_after_the_end(caller: Callable[[str], Person], arrive: Arrive, name: str) -> None:
    """After a call, and after a wait, every connection is closed and the microphone is off."""
    one = caller(name)
    one.context.add_init_script(KEEP_TRACKS)
    one.page.reload()
    one.arrives()
    other = arrive("chromium2")
    one.sees("talking")
    other.sees("talking")

    one.presses("End")

    one.sees("ended")
    one.polls(lambda: one.page.evaluate(LIVE), lambda live: live == [0, 0], "silence of connections and microphone")
    one.presses("Next")
    one.sees("waiting")
    one.presses("Cancel")
    one.sees("start")
    one.polls(lambda: one.page.evaluate(LIVE), lambda live: live == [0, 0], "silence of connections and microphone")


def test_a_reload_ends_the_call_and_begins_anew(arrive: Arrive) -> None:
    """The partner is told at once; the page that comes back is somebody new, with nobody of before."""
    one, other = arrive("chromium"), arrive("chromium2")
    one.sees("talking")
    other.sees("talking")

    one.page.reload()

    other.sees("ended", seconds=5)
    one.sees("rules")
    one.arrives()
    one.sees("waiting")
    third = arrive("firefox")
    one.hears(third.voice.hz)


def test_cancel_and_connect_ten_times_is_one_caller(arrive: Arrive) -> None:
    """However fast somebody changes their mind, in the end they are one caller, whom the next person meets."""
    one = arrive("chromium")
    one.page.evaluate("""async () => {
      for (let round = 0; round < 10; round++) {
        for (const name of ['Cancel', 'Connect']) {
          [...document.querySelectorAll('button')].find((button) => button.textContent === name).click();
          // No longer than the page takes to draw itself.
          await new Promise((done) => setTimeout(done));
        }
      }
    }""")
    one.sees("waiting")

    other = arrive("firefox")

    one.hears(other.voice.hz)
    other.hears(one.voice.hz)


@pytest.mark.parametrize("button", ["Next", "End"])
def test_a_double_click_presses_once(arrive: Arrive, button: str) -> None:
    """The second half of a double click never lands on what the first half brought up."""
    one, other = arrive("chromium"), arrive("chromium2")
    one.sees("talking")
    other.sees("talking")

    one.page.get_by_role("button", name=button, exact=True).dblclick()

    if button == "End":
        one.sees("ended")
        one.stays("ended", seconds=1)
    else:
        one.sees("waiting")
        one.stays("waiting", seconds=1)


def test_both_press_next_at_once(arrive: Arrive) -> None:
    """Both look on, neither is stuck, and each meets the one who waits or waits."""
    one, other = arrive("chromium"), arrive("chromium2")
    one.sees("talking")
    other.sees("talking")
    press = "() => [...document.querySelectorAll('button')].find((b) => b.textContent === 'Next').click()"

    one.page.evaluate(press)
    other.page.evaluate(press)

    one.sees("waiting", "ended")
    other.sees("waiting", "ended")
    third = arrive("firefox")
    third.sees("talking")


@pytest.mark.parametrize("button", ["Next", "End", "Block"])
def test_whoever_leaves_while_the_line_is_down_does_not_come_back(
    caller: Callable[[str], Person], arrive: Arrive, button: str
) -> None:
    """What the service could not be told in time counts all the same: no way back to the one who was left."""
    one = caller("chromium")
    line = Line(one)
    one.arrives()
    other = arrive("chromium2")
    one.hears(other.voice.hz)

    line.cut()
    expect(one.page.locator("main")).to_contain_text("Sotto cannot be reached right now.")
    if button == "Block":
        one.blocks()
    else:
        one.presses(button)
    if button != "Next":
        one.sees("ended")
        one.presses("Next")
    line.mend()

    one.sees("waiting")
    one.stays("waiting", seconds=1)
    other.sees("ended")
    # A block is said again, should the call still run.
    assert ("call_id" in line.said("hello")[-1]) is (button == "Block")
    third = arrive("firefox")
    one.hears(third.voice.hz)
