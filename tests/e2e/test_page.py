"""The page at its edges: what it asks for, what it refuses, what it tells nobody."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect

from tests.conftest import Coturn
from tests.e2e import people
from tests.e2e.conftest import Arrive
from tests.e2e.lines import Line
from tests.e2e.people import REFUSED, Person, Voice
from tests.e2e.stack import Stack, running

# What a browser does without a gesture that it believes in.
REFUSE_TO_PLAY_ONCE = """
(() => {
  const real = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    HTMLMediaElement.prototype.play = real;
    this.pause();
    return Promise.reject(new DOMException('', 'NotAllowedError'));
  };
})();
"""
PLAYED_S = """
() => {
  const { paused, currentTime } = document.querySelector('audio');
  return paused ? 0 : currentTime;
}
"""
# No headless browser keeps a page in its back/forward cache; these are the events of one that does.
LEAVE_AND_RETURN = """
() => {
  for (const type of ['pagehide', 'pageshow']) window.dispatchEvent(new PageTransitionEvent(type, { persisted: true }));
}
"""


@pytest.mark.claim("no-trace")
def test_the_page_keeps_to_itself(voices: Mapping[str, Voice], stack: Stack) -> None:
    """No request to any other host, no cookie, nothing stored, no policy violation, from opening to waiting."""
    person = Person(voices["chromium"], stack.url)
    hosts: set[str] = set()
    complaints: list[str] = []
    person.page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    person.page.on("websocket", lambda socket: hosts.add(socket.url.split("/")[2]))
    person.page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    person.page.reload()

    person.arrives()
    person.sees("waiting")

    assert hosts <= {stack.url.removeprefix("http://")}
    assert complaints == []
    assert person.context.cookies() == []
    stored = person.page.evaluate("() => [localStorage.length, sessionStorage.length, document.cookie]")
    assert stored == [0, 0, ""]
    person.leaves()


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_refused_microphone_is_explained(playwright: Playwright, stack: Stack, browser: str) -> None:
    """The page says what happened and offers another try; nobody is queued."""
    if browser == "chromium":
        # No fake permission prompt: the context's missing permission is a refusal. The headless shell has no prompt.
        engine = playwright.chromium.launch(executable_path=people.CHROMIUM, args=people.CHROMIUM_FLAGS)
    else:
        prefs: dict[str, Any] = people.FIREFOX_PREFS | {
            "media.navigator.permission.disabled": False,
            "permissions.default.microphone": 2,
        }
        engine = playwright.firefox.launch(
            channel="moz-firefox", executable_path="/usr/bin/firefox-esr", firefox_user_prefs=prefs
        )
    person = Person(Voice(engine, 0), stack.url)

    person.arrives()

    person.sees("error")
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("microphone", ignore_case=True)
    expect(person.page.get_by_role("button", name="Connect", exact=True)).to_be_visible()
    person.leaves()
    engine.close()


@pytest.mark.claim("no-relay-no-call")
def test_without_relay_the_page_says_so_before_any_queueing(
    voices: Mapping[str, Voice], valkey_socket: str, coturn: Coturn, tmp_path: Path
) -> None:
    """A provider that does not answer is an explained error, never a place in the queue."""
    broken = {
        "SOTTO_RELAYS": "cloudflare",
        "SOTTO_CLOUDFLARE_KEY_ID": "key",
        "SOTTO_CLOUDFLARE_API_TOKEN": "token",
        "SOTTO_CLOUDFLARE_API_URL": "http://127.0.0.1:9/v1",
    }
    with running(valkey_socket, coturn, tmp_path, broken) as service:
        person = Person(voices["chromium"], service.url)
        seen: list[str] = []
        person.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: seen.append(str(frame))))

        person.arrives()

        person.sees("error")
        expect(person.page.get_by_role("main")).to_contain_text("relay", ignore_case=True)
        assert seen
        assert not any('"waiting"' in frame for frame in seen)
        person.leaves()


def test_a_second_tab_is_told_and_may_take_over(voices: Mapping[str, Voice], stack: Stack) -> None:
    """One person is never two callers by accident: the second tab asks, and taking over ends the first."""
    person = Person(voices["chromium"], stack.url)
    person.arrives()
    person.sees("waiting")
    second = person.context.new_page()
    second.goto(stack.url)
    second.get_by_role("button", name="Accept", exact=True).click()
    second.get_by_role("button", name="Connect", exact=True).click()
    expect(second.locator("main[data-state=error]")).to_be_attached()
    person.stays("waiting", seconds=0.5)

    second.get_by_role("button", name="Connect", exact=True).click()

    expect(second.locator("main[data-state=waiting]")).to_be_attached()
    person.sees("error")
    person.leaves()


@pytest.mark.claim("gone-when-closed")
def test_back_leaves_the_queue(arrive: Arrive, stack: Stack) -> None:
    """Leaving the page by the back button frees the place at once: the next two people meet each other."""
    gone = arrive("chromium")
    gone.sees("waiting")
    gone.page.goto("about:blank")

    one = arrive("chromium2")
    one.sees("waiting")
    gone.page.go_back()
    gone.sees("rules", "start")
    one.stays("waiting", seconds=0.5)


def test_the_whole_way_by_keyboard(voices: Mapping[str, Voice], stack: Stack) -> None:
    """Accept, Connect and Cancel are reached by Tab and pressed by Enter."""
    person = Person(voices["chromium"], stack.url)

    def press_by_keyboard(name: str) -> None:
        button = person.page.get_by_role("button", name=name, exact=True)
        expect(button).to_be_visible()
        for _ in range(60):
            if button.evaluate("(element) => element === document.activeElement"):
                break
            person.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"{name} is not reached by Tab")
        person.page.keyboard.press("Enter")

    press_by_keyboard("Accept")
    press_by_keyboard("Connect")
    person.sees("waiting")
    press_by_keyboard("Cancel")
    person.sees("start")
    person.leaves()


@pytest.mark.parametrize(("name", "partner"), [("chromium", "chromium2"), ("firefox", "chromium")])
def test_a_lost_socket_does_not_touch_the_call(
    voices: Mapping[str, Voice], arrive: Arrive, stack: Stack, name: str, partner: str
) -> None:
    """Without its line to the queue the call goes on and the page says so; with it, the end is heard as ever."""
    one = Person(voices[name], stack.url)
    line = Line(one)
    one.arrives()
    other = arrive(partner)
    one.hears(other.voice.hz)
    banner = one.page.locator("main").get_by_text("The call goes on.")

    line.cut()
    expect(banner).to_be_visible()
    one.stays("talking", seconds=1)
    one.hears(other.voice.hz)
    other.hears(one.voice.hz)
    line.mend()
    expect(banner).to_have_count(0)

    other.presses("End")
    one.sees("ended")
    one.leaves(excused=REFUSED)


@pytest.mark.parametrize(("name", "partner"), [("chromium", "chromium2"), ("firefox", "chromium")])
def test_sound_that_the_browser_holds_back_waits_for_a_tap(
    voices: Mapping[str, Voice], arrive: Arrive, stack: Stack, name: str, partner: str
) -> None:
    """When the browser refuses to play, the page shows a button, and pressing it plays."""
    one = Person(voices[name], stack.url)
    one.context.add_init_script(REFUSE_TO_PLAY_ONCE)
    one.page.reload()
    one.arrives()
    other = arrive(partner)
    one.sees("talking")
    other.sees("talking")
    tap = one.page.get_by_role("button", name="Tap to hear your partner")
    expect(tap).to_be_visible()
    assert one.page.evaluate("() => document.querySelector('audio').paused")

    tap.click()

    expect(tap).to_have_count(0)
    one.polls(lambda: one.page.evaluate(PLAYED_S), lambda seconds: seconds > 0, "playback")
    one.leaves()


def test_a_page_from_the_cache_begins_anew(voices: Mapping[str, Voice], stack: Stack) -> None:
    """Whatever a page was doing when it was left, it is ready for the next wish when the browser brings it back."""
    person = Person(voices["chromium"], stack.url)
    person.presses("Accept")
    person.presses("Check microphone")
    expect(person.page.get_by_role("meter")).to_be_visible()
    person.page.evaluate(LEAVE_AND_RETURN)
    expect(person.page.get_by_role("button", name="Check microphone")).to_be_visible()

    person.presses("Connect")
    person.sees("waiting")
    person.page.evaluate(LEAVE_AND_RETURN)
    person.sees("start")
    person.presses("Connect")
    person.sees("waiting")
    person.leaves()
