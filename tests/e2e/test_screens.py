"""Every screen of the caller page in a real browser: who can read it, reach it, and use it without a mouse."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.gallery import MISFITS, SCREENS, Visit, assert_accessible, assert_legible, dispatch


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(browser: Browser, gallery: str, screen: str) -> None:
    """Each screen passes every axe rule up to WCAG 2.2 AA and best practice; those about colours in dark as well."""
    with Visit(browser, gallery, screen, color_scheme="light", bypass_csp=True, reduced_motion="reduce") as page:
        assert_accessible(page)
        page.emulate_media(color_scheme="dark")
        assert_legible(page)


@pytest.mark.parametrize("screen", ["start", "waiting", "talking", "talking-bot-person", "ended-partner_left"])
def test_axe_finds_nothing_where_there_are_two_columns(browser: Browser, gallery: str, screen: str) -> None:
    """One screen of each kind, on a wide window."""
    wide = {"width": 1280, "height": 800}
    with Visit(browser, gallery, screen, viewport=wide, bypass_csp=True, reduced_motion="reduce") as page:
        assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_question_before_a_block(browser: Browser, gallery: str, scheme: str) -> None:
    """The question that Block asks passes the same rules."""
    with Visit(browser, gallery, "talking", color_scheme=scheme, bypass_csp=True) as page:
        page.get_by_role("button", name="Block", exact=True).click()
        expect(page.get_by_role("group", name="Block this person?")).to_be_visible()
        assert_accessible(page)


def test_nothing_scrolls_sideways_and_every_target_fits_a_finger(browser: Browser, gallery: str) -> None:
    """From 320 px to a wide window, 200 % zoom (640 × 400) included: no sideways scroll, targets of 44 px at least."""
    with Visit(browser, gallery, "rules") as page:
        for screen in SCREENS:
            page.goto(f"{gallery}?{screen}")
            page.locator("main[data-state]").wait_for()
            for width, height in ((320, 568), (390, 844), (640, 400), (1280, 800)):
                page.set_viewport_size({"width": width, "height": height})
                wide, small = page.evaluate(MISFITS)

                assert wide <= 0, (screen, width)
                assert small == [], (screen, width)


def test_a_visit_is_announced_titled_and_takes_the_focus_along(browser: Browser, gallery: str) -> None:
    """From the rules to the end of a call: each new screen has its state, title, one announcement, and the focus."""
    call = "A" * 22
    steps: list[tuple[dict[str, object], str, str]] = [
        ({"type": "accept"}, "start", "Ready when you are"),
        ({"type": "connect"}, "asking", "Getting ready"),
        ({"type": "waiting", "position": 2, "estimateS": None, "nowMs": 0}, "waiting", "Looking for someone"),
        ({"type": "matched", "call": {"callId": call, "partner": "human"}}, "connecting", "Someone is here"),
        ({"type": "talking", "callId": call, "nowMs": 0, "endsMs": 9e12}, "talking", "You are talking"),
        ({"type": "ended", "callId": call, "reason": "partner_left", "requeued": False, "nowMs": 9e4},
         "ended", "Your partner left"),
        ({"type": "next"}, "asking", "Getting ready"),
        ({"type": "failed", "code": "server_full", "retryAfterS": None}, "error", "Sotto is full"),
    ]  # fmt: skip
    with Visit(browser, gallery, "rules") as page:
        expect(page.get_by_role("status")).to_contain_text("A voice call with a stranger")
        for event, state, heading in steps:
            dispatch(page, **event)

            expect(page.locator("main")).to_have_attribute("data-state", state)
            expect(page).to_have_title(f"{heading} · Sotto")
            expect(page.get_by_role("status")).to_contain_text(f"{heading}.")
            expect(page.get_by_role("heading", level=1, name=heading)).to_be_focused()


def test_a_break_in_the_call_leaves_the_focus_where_it_is(browser: Browser, gallery: str) -> None:
    """Whoever is on Mute when the call breaks for a moment is still on Mute, and hears of both turns."""
    with Visit(browser, gallery, "talking") as page:
        mute = page.get_by_role("button", name="Mute", exact=True)
        mute.focus()
        dispatch(page, type="suspect", callId="A" * 22)
        expect(page.get_by_role("status")).to_contain_text("Reconnecting")
        expect(page.locator("main")).to_have_attribute("data-state", "reconnecting")
        expect(mute).to_be_focused()
        dispatch(page, type="recovered", callId="A" * 22)
        expect(page.get_by_role("status")).to_contain_text("The call is back")
        expect(mute).to_be_focused()


def test_the_call_is_run_by_keyboard_alone(browser: Browser, gallery: str) -> None:
    """Tab reaches Mute, Next, End, Compare and Block in turn, each with a visible ring; Block asks, Escape returns."""
    with Visit(browser, gallery, "talking") as page:
        for name in ["Mute", "Next", "End", "Compare", "Block"]:
            page.keyboard.press("Tab")
            button = page.get_by_role("button", name=name, exact=True)
            expect(button).to_be_focused()
            assert button.evaluate("element => getComputedStyle(element).outlineWidth") == "3px"
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Block and leave")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Block", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_have_attribute("data-state", "ended")
        expect(page.get_by_role("heading", level=1, name="Blocked")).to_be_focused()


def test_mute_changes_its_name_in_place(browser: Browser, gallery: str) -> None:
    """The button that muted now unmutes, under the same finger; both levels go flat while muted."""
    with Visit(browser, gallery, "talking") as page:
        own = page.get_by_role("meter", name="Your voice")
        expect(own).not_to_have_attribute("aria-valuenow", "0")
        page.get_by_role("button", name="Mute", exact=True).focus()
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Unmute", exact=True)).to_be_focused()
        expect(own).to_have_attribute("aria-valuenow", "0")
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Mute", exact=True)).to_be_focused()


def test_choices_are_kept_to_three(browser: Browser, gallery: str) -> None:
    """A fourth interest cannot be chosen, a third language closes the list, and the last language stays."""
    with Visit(browser, gallery, "start") as page:
        page.get_by_role("checkbox", name="Food").check()
        expect(page.get_by_role("checkbox", name="Art")).to_be_disabled()
        page.get_by_label("Add a language").select_option("fr")
        expect(page.get_by_label("Add a language")).to_have_count(0)
        for name in ["Deutsch", "Français"]:
            page.get_by_role("button", name=f"Remove {name}").click()
        expect(page.get_by_role("button", name="Remove English")).to_have_count(0)


def test_a_retry_waits_out_its_time(browser: Browser, gallery: str) -> None:
    """Connect is disabled for as long as the server asked, counts down, and then works."""
    visit = Visit(browser, gallery, "error-rate_limited")
    visit.page.clock.install()
    with visit as page:
        connect = page.get_by_role("button", name="Connect", exact=True)
        expect(connect).to_be_disabled()
        expect(page.get_by_text("You can try again in 0:")).to_be_visible()
        page.clock.run_for(31_000)
        expect(connect).to_be_enabled()
        connect.click()
        expect(page.locator("main")).to_have_attribute("data-state", "asking")


def test_nothing_moves_for_those_who_asked_for_stillness(browser: Browser, gallery: str) -> None:
    """The waiting circle breathes, but not under reduced motion."""
    for wish, moves in [("no-preference", True), ("reduce", False)]:
        with Visit(browser, gallery, "waiting", reduced_motion=wish) as page:
            assert bool(page.evaluate("document.getAnimations().length")) is moves
