"""The part `switch`: from the tap that leaves the bot until a person is heard, beside the same page's first match."""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from tests.bench.marks import WATCH, marks_of
from tests.bench.percentiles import percentile
from tests.bench.table import Aim, Baseline, Row, Section, in_terminal
from tests.bench.voice import our_bot
from tests.conftest import running_coturn, running_valkey
from tests.e2e import people
from tests.e2e.people import Person, Voice, present

ROUNDS = 24
AIM_MS = 1000.0  # p95, from the tap to the match
PERCENTILES = {50: "p50", 95: "p95", 100: "worst"}

METHOD = f"""\
One Chromium talks with the bot, mode `fallback` without delay; in another one somebody who wants no bot connects and
waits. As soon as the first page offers the person, its caller taps *Switch*. Both times are taken in that page, from
the tap on: *matched* is when its server has told it of the person, *first packet* when the first one of the person's
voice has come, on the connection made for it. The baseline is the same page's first match, from the tap on Connect:
with microphone, session and relay before the match, and the bot at the other end. Relay-only at all ends through one
coturn, on loopback; {ROUNDS} rounds, each with pages of its own."""

MATCH = "estimate: the click's way through the page, two messages on an open socket, one script"
PATH = "estimate: the same, the person's acknowledgement, ICE through two relays, DTLS"

# The marks of the first match make room for those of the second.
FORGET = "() => { for (const name of Object.keys(window.marks)) delete window.marks[name]; }"


class Times(NamedTuple):
    """From a tap to its match, and to the first packet of the partner's voice, ms."""

    matched_ms: float
    heard_ms: float


class Round(NamedTuple):
    """What one page has seen."""

    first: Times
    switched: Times


def times_of(person: Person) -> Times:
    """Wait until a page hears its partner; return its times."""
    marks = marks_of(person.page, "tap", "matched", "audio")
    return Times(marks["matched"] - marks["tap"], marks["audio"] - marks["tap"])


def switches(voices: Sequence[Voice], url: str) -> Round:
    """Go from a bot to a person, once."""
    caller, person = (Person(voice, url) for voice in voices)
    with present(caller, person):
        caller.context.add_init_script(WATCH)
        caller.page.reload()
        caller.arrives()
        first = times_of(caller)
        person.presses("Accept")
        person.page.get_by_role("checkbox", name="Talk to a bot if nobody is free").uncheck()
        person.presses("Connect")
        caller.page.get_by_role("button", name="Switch to the person", exact=True).wait_for()
        caller.page.evaluate(FORGET)
        caller.presses("Switch to the person")
        switched = times_of(caller)
        person.sees("talking")
        return Round(first, switched)


def run(rounds: int = ROUNDS) -> list[Round]:
    """Set everything up and switch so often."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sotto-")))
        coturn, valkey = stack.enter_context(running_coturn()), stack.enter_context(running_valkey())
        url = stack.enter_context(our_bot(valkey, coturn, folder))
        playwright = stack.enter_context(sync_playwright())
        voices = [people.chromium(playwright, folder, hz) for hz in (440, 660)]
        for voice in voices:
            stack.callback(voice.browser.close)
        return [switches(voices, url) for _ in range(rounds)]


def rows_of(rounds: Sequence[Round]) -> list[Row]:
    """Return the figures."""
    found = []
    for place, (name, why) in enumerate((("matched", MATCH), ("the person's first packet", PATH))):
        first, switched = ([times[place] for times in column] for column in zip(*rounds, strict=True))
        for percent, label in PERCENTILES.items():
            aim = Aim(AIM_MS) if (place, percent) == (0, 95) else None
            beside = Baseline(percentile(first, percent), "first match")
            figure = f"tap → {name}, {label} of {len(rounds)}"
            found.append(Row(figure, percentile(switched, percent), "ms", beside, aim, why))
    return found


def section_of(rounds: Sequence[Round]) -> Section:
    """Return what was measured."""
    return Section("switch", "from the bot to a person", METHOD, rows_of(rounds))


def measure() -> Section:
    """Measure the part."""
    return section_of(run())


if __name__ == "__main__":
    print(in_terminal(section_of(run(int(sys.argv[1])))))
