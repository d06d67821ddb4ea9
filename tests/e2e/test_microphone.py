"""A microphone that falters in a call: the call goes on, both sides are told, and the voice comes back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest
from playwright.sync_api import Locator, Playwright, expect

from tests.e2e import people
from tests.e2e.conftest import Arrive
from tests.e2e.microphones import Microphone
from tests.e2e.people import Person, Voice
from tests.e2e.stack import Stack

BROWSERS = ["chromium", "firefox"]
COUNT_TONES = """
(() => {
  window.tones = [];
  const real = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    window.tones.push(this.frequency.value);
    return real.apply(this, when);
  };
})();
"""

# Steps through the options faster than any of them can be opened.
CHOOSE = """(select, ids) => {
  for (const id of ids) {
    select.value = id;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }
}"""

Come = Callable[..., Person]


@pytest.fixture
def come(voices: Mapping[str, Voice], stack: Stack) -> Iterator[Come]:
    """Somebody who has opened the page in a browser by its name, and has not pressed anything yet."""
    with ExitStack() as present:

        def open_page(name: str, **options: object) -> Person:
            person = Person(voices[name], stack.url, **options)
            present.callback(person.leaves)
            return person

        yield open_page


def banner(person: Person, words: str) -> Locator:
    """Return the line on a person's page that holds these words."""
    return person.page.locator("main .banner").filter(has_text=words)


def sees_muted(person: Person, muted: bool = True) -> None:
    """Wait until the partner's badge says that he is muted, or no badge does."""
    expect(person.page.locator(".voice .badge")).to_have_count(1 if muted else 0, timeout=15_000)


@pytest.mark.parametrize("name", BROWSERS)
def test_a_lost_microphone_does_not_end_the_call(come: Come, arrive: Arrive, name: str) -> None:
    """With no microphone to be had the call goes on; a new device brings the voice back without negotiation."""
    one = come(name)
    microphone = Microphone(one)
    one.arrives()
    other = arrive("chromium2")
    other.hears(one.voice.hz)
    line, seconds = microphone.line(), one.timer_s()

    microphone.is_refused("NotFoundError")
    microphone.ends()

    expect(banner(one, "Your microphone was lost.")).to_be_visible()
    expect(one.page.get_by_role("status")).to_contain_text("Your microphone was lost.")
    sees_muted(other)
    other.hears_nothing()
    one.hears(other.voice.hz)
    one.presses("Tap to resume")
    expect(one.page.get_by_role("button", name="Tap to resume")).to_be_visible()
    assert (one.state(), other.state()) == ("talking", "talking")

    microphone.is_refused(None)
    microphone.lacks()

    other.hears(one.voice.hz, seconds=10)
    sees_muted(other, muted=False)
    expect(one.page.locator("main .banner")).to_have_count(0)
    expect(one.page.get_by_role("status")).to_contain_text("Your microphone works again.")
    assert microphone.line() == line
    assert one.timer_s() > seconds
    one.presses("End")
    one.sees("ended")
    assert microphone.live() == 0


def test_a_microphone_muted_by_the_system_comes_back_by_a_tap(come: Come, arrive: Arrive) -> None:
    """After 5 s a tap is offered, which opens it anew; the person's own mute, set meanwhile, stays in force."""
    one = come("chromium")
    microphone = Microphone(one)
    one.arrives()
    other = arrive("chromium2")
    other.hears(one.voice.hz)
    line = microphone.line()

    microphone.is_muted(True)

    expect(banner(one, "muted by the system")).to_be_visible()
    sees_muted(other)
    expect(one.page.get_by_role("button", name="Tap to resume")).to_have_count(0)
    one.presses("Mute")
    one.page.get_by_role("button", name="Tap to resume").click(timeout=15_000)
    expect(one.page.locator("main .banner")).to_have_count(0)
    one.hears(other.voice.hz)
    other.hears_nothing()
    sees_muted(other)

    one.presses("Unmute")

    other.hears(one.voice.hz)
    sees_muted(other, muted=False)
    assert len(microphone.opened()) == 2
    assert microphone.line() == line


@pytest.mark.parametrize("name", BROWSERS)
def test_a_page_that_was_out_of_sight_is_heard_and_awake_again(come: Come, arrive: Arrive, name: str) -> None:
    """In the background the system may mute; back in sight the voice and the wake lock are there, until the end."""
    options = {"permissions": ["microphone", "screen-wake-lock"]} if name == "chromium" else {}
    one = come(name, **options)
    microphone = Microphone(one)
    one.arrives()
    other = arrive("chromium2")
    other.hears(one.voice.hz)
    one.polls(microphone.wake_locks, lambda held: held == 1, "wake lock")

    microphone.hides(True)
    microphone.is_muted(True)
    sees_muted(other)
    assert microphone.wake_locks() == 0
    microphone.is_muted(False)
    microphone.hides(False)

    sees_muted(other, muted=False)
    other.hears(one.voice.hz)
    one.polls(microphone.wake_locks, lambda held: held == 1, "wake lock")
    assert len(microphone.opened()) == 1
    one.presses("End")
    one.polls(microphone.wake_locks, lambda held: held == 0, "end of the wake lock")


def test_a_withdrawn_permission_is_explained_and_mended(
    playwright: Playwright, arrive: Arrive, stack: Stack, voices: Mapping[str, Voice]
) -> None:
    """Where the person withdraws the permission in mid-call the page says so, and goes on once it is given again."""
    other = arrive("chromium2")
    other.sees("waiting")
    # Without the fake permission prompt, permissions are the browser's own.
    flags = [*people.CHROMIUM_FLAGS]
    voice = Voice(playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags), 0)
    one = Person(voice, stack.url, permissions=["microphone"])
    one.arrives()
    one.hears(other.voice.hz)
    other.sees("talking")
    sees_muted(other, muted=False)

    one.context.clear_permissions()

    expect(banner(one, "no longer lets Sotto use the microphone")).to_be_visible(timeout=15_000)
    sees_muted(other)
    one.hears(other.voice.hz)
    one.context.grant_permissions(["microphone"])
    expect(one.page.locator("main .banner")).to_have_count(0, timeout=15_000)
    sees_muted(other, muted=False)
    assert (one.state(), other.state()) == ("talking", "talking")
    one.leaves()
    voice.browser.close()


def test_the_chosen_device_is_taken_again_when_it_is_back(come: Come, arrive: Arrive) -> None:
    """Unplugged, it is replaced by the default; plugged in again, it serves again, and nobody is told of trouble."""
    one = come("chromium")
    microphone = Microphone(one)
    one.presses("Accept")
    one.presses("Check microphone")
    one.page.get_by_label("Which microphone").select_option(index=1)
    one.polls(microphone.opened, lambda opened: len(opened) == 2, "chosen microphone")
    chosen = microphone.opened()[1]
    one.presses("Connect")
    other = arrive("chromium2")
    other.hears(one.voice.hz)
    assert microphone.opened()[-1] == chosen

    microphone.lacks(chosen)
    microphone.ends()
    one.polls(microphone.opened, lambda opened: opened[-1] not in (chosen, ""), "other microphone")
    other.hears(one.voice.hz)
    microphone.lacks()

    one.polls(microphone.opened, lambda opened: opened[-1] == chosen, "chosen microphone")
    other.hears(one.voice.hz)
    expect(one.page.locator("main .banner")).to_have_count(0)


@pytest.mark.parametrize("name", BROWSERS)
def test_quick_choices_are_no_trouble(come: Come, name: str) -> None:
    """Whoever steps through the microphones, or stops the check and begins it again at once, gets what came last."""
    one = come(name)
    microphone = Microphone(one)
    one.presses("Accept")
    one.page.get_by_role("button", name="Check microphone").evaluate(f"button => {{ {'button.click();' * 3} }}")
    level = one.page.get_by_role("meter")
    expect(level).to_be_visible()

    def captures(number: int) -> None:
        """Wait for so many captures, all but one of them over."""
        one.polls(lambda: (len(microphone.opened()), microphone.live()), lambda seen: seen == (number, 1), "capture")

    captures(2)
    devices = one.page.get_by_label("Which microphone")
    ids = devices.locator("option").evaluate_all("options => options.map(({ value }) => value)")
    devices.evaluate(CHOOSE, [ids[-1], ids[0], ids[-1]])

    captures(5)
    expect(level).to_be_visible()
    expect(devices).to_have_value(ids[-1])
    assert one.state() == "start"
    one.presses("Connect")
    one.sees("waiting")


def test_a_microphone_that_came_back_dead_is_noticed(come: Come, arrive: Arrive) -> None:
    """After an interruption some systems give a live track without any sound: the page says so and offers the tap."""
    one = come("firefox")
    microphone = Microphone(one)
    one.arrives()
    other = arrive("chromium2")
    other.hears(one.voice.hz)
    microphone.is_muted(True)
    expect(banner(one, "muted by the system")).to_be_visible()

    microphone.is_muted(False, silent=True)

    expect(banner(one, "No sound comes from your microphone.")).to_be_visible(timeout=15_000)
    one.presses("Tap to resume")
    other.hears(one.voice.hz)
    expect(one.page.locator("main .banner")).to_have_count(0)


def test_tones_sound_on_match_and_end_for_those_who_want_them(come: Come) -> None:
    """By default two notes each; whoever switched them off hears none, on the next visit neither."""
    one, other = come("chromium"), come("chromium2")
    other.presses("Accept")
    other.page.get_by_role("checkbox", name="Play sounds").uncheck()
    for person in (one, other):
        person.context.add_init_script(COUNT_TONES)
        person.page.reload()
        person.arrives()
    for person in (one, other):
        person.sees("talking")
    assert len(one.page.evaluate("() => window.tones")) == 2

    other.presses("End")

    one.sees("ended")
    other.sees("ended")
    assert len(one.page.evaluate("() => window.tones")) == 4
    assert other.page.evaluate("() => window.tones") == []
    assert other.page.evaluate("() => Object.keys(localStorage)") == ["sotto-sounds"]
