"""What a caller sees of bots."""

from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.e2e.people import Person

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
    assert wishes(one) == [True]
    assert one.page.evaluate("() => Object.keys(localStorage)") == []

    one.page.reload()
    one.presses("Accept")
    one.page.get_by_role("checkbox", name="Talk to a bot if nobody is free").uncheck()
    one.page.reload()
    one.presses("Accept")
    expect(one.page.get_by_role("checkbox", name="Talk to a bot if nobody is free")).not_to_be_checked()
    one.presses("Connect")

    assert wishes(one) == [False]
    assert one.page.evaluate("() => Object.keys(localStorage)") == ["sotto-bots"]
