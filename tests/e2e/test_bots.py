"""What a caller sees of bots."""

import secrets
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import expect

from matcher.domain import EndReason
from matcher.events import EndedEvent
from tests.conftest import Coturn
from tests.e2e.bot_stand_in import StandIn, standing_in
from tests.e2e.conftest import Arrive
from tests.e2e.people import Person, Voice, hear_each_other, present
from tests.e2e.stack import Stack, running

HELLO = (
    "window.hellos = []; const send = WebSocket.prototype.send; WebSocket.prototype.send = function (text) {"
    " if (String(text).includes('\"hello\"')) window.hellos.push(JSON.parse(text)); return send.call(this, text); };"
)


def wishes(person: Person) -> list[bool]:
    """Return what the page has told the service about bots."""
    person.sees("waiting", "connecting", "talking")
    told: list[bool] = person.page.evaluate("() => window.hellos.map(({ prefs }) => prefs.bots)")
    return told


def test_a_bot_would_do_unless_the_caller_says_no_and_that_is_remembered(arrive: Arrive) -> None:
    """The service is told with the hello; on the next visit as well, and nothing else is kept."""
    one = arrive("chromium")
    one.context.add_init_script(HELLO)
    one.page.reload()
    one.arrives()
    assert set(wishes(one)) == {True}
    assert one.page.evaluate("() => Object.keys(localStorage)") == []

    one.page.reload()
    one.presses("Accept")
    one.page.get_by_role("checkbox", name="Talk to a bot if nobody is free").uncheck()
    one.page.reload()
    one.presses("Accept")
    expect(one.page.get_by_role("checkbox", name="Talk to a bot if nobody is free")).not_to_be_checked()
    one.presses("Connect")

    assert set(wishes(one)) == {False}
    assert one.page.evaluate("() => Object.keys(localStorage)") == ["sotto-bots"]


def test_where_there_are_no_bots_none_is_offered(stack: Stack, voices: Mapping[str, Voice]) -> None:
    """All else may be chosen."""
    visitor = Person(voices["chromium"], stack.url)
    with present(visitor):
        visitor.page.route("**/v1/service", lambda route: route.fulfill(json={"bots": False}))
        visitor.page.reload()
        visitor.presses("Accept")

        expect(visitor.page.get_by_role("checkbox", name="Play sounds")).to_be_visible()
        expect(visitor.page.get_by_role("checkbox", name="Talk to a bot if nobody is free")).to_have_count(0)


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """What the stand-in for a bot has to know of the service."""
    return {"SOTTO_POOL": f"e2e-{secrets.token_hex(4)}", "SOTTO_REALTIME_SIGNING_KEY": secrets.token_hex(32)}


@pytest.fixture(scope="module")
def service(
    settings: dict[str, str], valkey_socket: str, coturn: Coturn, stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A service of its own, which others do not queue at."""
    with running(valkey_socket, coturn, tmp_path_factory.mktemp("bots"), settings) as own:
        yield own


@pytest.fixture
def bot(voices: Mapping[str, Voice], service: Stack, valkey_socket: str, settings: dict[str, str]) -> Iterator[StandIn]:
    """A bot, ready to take a call."""
    with standing_in(voices["chromium2"], service.url, valkey_socket, settings) as ready:
        yield ready


def talks_to(bot: StandIn, caller: Person) -> None:
    """Bring somebody into a call with a bot, and see that it is named as one."""
    caller.arrives()
    caller.sees("waiting")
    bot.takes()
    caller.sees("talking")
    expect(caller.page.get_by_text("AI bot, not a person", exact=True)).to_be_visible()
    expect(caller.page.get_by_text("Nothing is recorded or stored. Your words are processed on this")).to_be_visible()
    hear_each_other(caller, bot.person)


def test_a_caller_goes_from_a_bot_to_a_person(bot: StandIn, service: Stack, voices: Mapping[str, Voice]) -> None:
    """It is offered who came, and the two hear each other, by relays alone; the bot hears that it was left."""
    caller, person = Person(voices["firefox"], service.url), Person(voices["firefox2"], service.url)
    with present(caller, person):
        talks_to(bot, caller)
        person.arrives()
        person.sees("waiting")

        caller.presses("Switch to the person")

        person.sees("talking")
        caller.sees("talking")
        hear_each_other(caller, person)
        caller.speaks_through_relays(person)
        expect(caller.page.get_by_text("AI bot", exact=False)).to_have_count(0)
        expect(caller.page.get_by_role("button", name="Block", exact=True)).to_be_visible()
        left = [event for event in bot.heard if isinstance(event, EndedEvent)]
        assert [event.reason for event in left] == [EndReason.SWITCHED]
        assert caller.page.locator("audio").count() == 1


def test_whoever_stays_with_the_bot_goes_on_talking_to_it(
    bot: StandIn, service: Stack, voices: Mapping[str, Voice]
) -> None:
    """Declining takes the offer away and nothing else; the person waits on, and Next leaves the bot as it would one.

    The keyboard goes on from the heading.
    """
    caller, person = Person(voices["chromium"], service.url), Person(voices["firefox2"], service.url)
    with present(caller, person):
        talks_to(bot, caller)
        expect(caller.page.get_by_role("button", name="Block", exact=True)).to_have_count(0)
        person.arrives()
        offer = caller.page.get_by_role("group", name="A person is here. Switch?")
        expect(offer).to_be_visible()
        expect(caller.page.get_by_role("status")).to_contain_text("A person is here. Switch?")

        caller.page.get_by_role("button", name="Stay with the bot").press("Enter")

        expect(offer).to_have_count(0)
        expect(caller.page.get_by_role("heading", level=1)).to_be_focused()
        hear_each_other(caller, bot.person)
        person.stays("waiting", 1)
        caller.presses("Next")
        hear_each_other(caller, person)


def test_a_person_who_has_gone_is_offered_no_more(bot: StandIn, service: Stack, voices: Mapping[str, Voice]) -> None:
    """The offer goes, and the bot stays; whoever had the keyboard in the offer goes on from the heading."""
    caller, person = Person(voices["chromium"], service.url), Person(voices["firefox2"], service.url)
    with present(caller, person):
        talks_to(bot, caller)
        person.arrives()
        offer = caller.page.get_by_role("group", name="A person is here. Switch?")
        expect(offer).to_be_visible()

        caller.page.get_by_role("button", name="Stay with the bot").focus()

        person.presses("Cancel")

        expect(offer).to_have_count(0)
        expect(caller.page.get_by_role("heading", level=1)).to_be_focused()
        hear_each_other(caller, bot.person)
