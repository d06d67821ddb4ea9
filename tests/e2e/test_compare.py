"""Compare in the gallery: who can read the safety words, reach them, and leave them again."""

import re
import subprocess

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.gallery import MISFITS, Visit, assert_accessible, dispatch

CALL = "A" * 22
# Where German has its longest names.
LONGEST = [13, 21, 17, 42]
# What does not stay within its own box.
CLIPPED = """() => [...document.querySelectorAll('.comparison, .comparison *')]
  .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
  .map((element) => element.textContent)"""

ABOVE = """() => document.querySelector('.comparison').getBoundingClientRect().bottom
  <= document.querySelector('.actions').getBoundingClientRect().top"""


def compare(page: Page, button: str = "Compare") -> None:
    """Open the panel, and wait until it has the focus."""
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".comparison h2")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, gallery: str, scheme: str) -> None:
    """With words and with different ones, the panel passes every axe rule."""
    with Visit(browser, gallery, "talking", color_scheme=scheme, bypass_csp=True, reduced_motion="reduce") as page:
        compare(page)
        assert_accessible(page)
        page.get_by_role("button", name="They differ").click()
        expect(page.get_by_role("heading", name="Different words?")).to_be_focused()
        assert_accessible(page)


@pytest.mark.parametrize(
    ("locale", "button"),
    [("en", "Compare"), ("de", "Vergleichen"), ("es", "Comparar"), ("fr", "Comparer"), ("pt", "Comparar")],
)
def test_it_fits_in_every_language(browser: Browser, gallery: str, locale: str, button: str) -> None:
    """From 320 px to a wide window, 200 % zoom included, nothing is cut off, and every target fits a finger."""
    with Visit(browser, gallery, "talking", locale=locale, reduced_motion="reduce") as page:
        dispatch(page, type="safetyWords", callId=CALL, words=LONGEST)
        compare(page, button)
        for width, height in [(320, 568), (390, 844), (640, 400), (1280, 800)]:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(MISFITS) == [0, []], width
            assert page.evaluate(CLIPPED) == [], width


def test_it_opens_above_the_actions_and_scrolls_no_further(browser: Browser, gallery: str) -> None:
    """On a small laptop the brand stays in view: it is where somebody looks who doubts what page this is."""
    viewport = {"width": 1280, "height": 800}
    with Visit(browser, gallery, "talking", viewport=viewport, reduced_motion="reduce") as page:
        compare(page)
        expect(page.locator(".brand")).to_be_in_viewport()
        assert page.evaluate(ABOVE)


def test_keys_and_readers_get_all_of_it(browser: Browser, gallery: str) -> None:
    """Enter opens at the heading, the four are a list of names, Escape goes back; They differ leads to the end."""
    with Visit(browser, gallery, "talking") as page:
        button = page.get_by_role("button", name="Compare")
        expect(button).to_have_attribute("aria-expanded", "false")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Safety words")).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("region", name="Safety words").get_by_role("list")).to_match_aria_snapshot("""
          - list:
            - listitem: Crocodile
            - listitem: Trophy
            - listitem: Grapes
            - listitem: Alarm clock
        """)

        page.keyboard.press("Escape")
        expect(page.locator(".comparison")).to_have_count(0)
        expect(button).to_be_focused()

        page.keyboard.press("Space")
        expect(page.get_by_role("heading", name="Safety words")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Different words?")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_have_attribute("data-state", "ended")


def test_words_that_come_late_are_shown_and_told(browser: Browser, gallery: str) -> None:
    """Whoever looks before the words are there reads why, then sees or hears them without another press, once."""
    with Visit(browser, gallery, "talking-unproved") as page:
        compare(page)
        region = page.locator(".comparison [aria-live=polite]")
        expect(region).to_have_text(re.compile(r"^This call has no safety words\."))
        dispatch(page, type="safetyWords", callId=CALL, words=[0, 1, 2, 3])
        expect(region).to_contain_text("Dog")
        expect(region).not_to_contain_text("This call has no safety words.")
        expect(page.locator("[aria-live]").filter(has_text="Dog")).to_have_count(1)

        page.get_by_role("button", name="They differ").click()
        expect(page.get_by_role("heading", name="Different words?")).to_be_focused()
        expect(region).to_have_count(0)
        page.get_by_role("button", name="Look again").click()
        expect(page.get_by_role("heading", name="Safety words")).to_be_focused()
        expect(region).to_have_count(0)


def test_words_that_are_there_are_read_from_the_heading(browser: Browser, gallery: str) -> None:
    """The focus leads to them, so that no live region says them as well."""
    with Visit(browser, gallery, "talking") as page:
        compare(page)
        expect(page.locator("[aria-live]").filter(has_text="Crocodile")).to_have_count(0)


def test_words_have_pictures_where_the_system_has_them(browser: Browser, gallery: str) -> None:
    """Without a font for them Chromium would draw empty boxes: there the names stand alone."""
    drawn = subprocess.run(["fc-list", f":charset={ord('🐊'):x}"], capture_output=True, check=True).stdout
    with Visit(browser, gallery, "talking") as page:
        compare(page)
        words = page.locator(".comparison .emoji li")
        expect(words).to_have_text([re.compile(name) for name in ("Crocodile", "Trophy", "Grapes", "Alarm clock")])
        expect(words.locator("span")).to_have_count(4 if drawn else 0)


def test_words_that_cannot_be_had_are_told(browser: Browser, gallery: str) -> None:
    """Where the panel cannot be fetched, whoever pressed Compare is told why nothing opens, whether they see or not."""

    def refuse(route: Route) -> None:
        answer = route.fetch()
        if "comparison-title" in answer.text():
            route.abort()
        else:
            route.fulfill(response=answer)

    visit = Visit(browser, gallery, "talking")
    visit.page.route("**/assets/part-*.js", refuse)
    with visit as page:
        page.get_by_role("button", name="Compare", exact=True).click()
        expect(page.get_by_role("alert")).to_have_text("Sotto cannot be reached right now. The call goes on.")
        visit.complaints.clear()  # the browser's own line about what was refused


def test_a_bot_has_no_words(browser: Browser, gallery: str) -> None:
    """The service that runs a bot hears it anyway, so that there is nothing to compare."""
    with Visit(browser, gallery, "talking-bot") as page:
        expect(page.get_by_role("button", name="Mute")).to_be_visible()
        expect(page.get_by_role("button", name="Compare")).to_have_count(0)
