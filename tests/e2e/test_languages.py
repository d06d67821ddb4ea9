"""The page in each of its languages: chosen from the browser, changed by the person, legible everywhere."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.gallery import MISFITS, SCREENS, Visit, assert_accessible
from tests.e2e.parts import part
from tests.e2e.stack import Stack

# The browser's locale, the language the page should speak, and what it calls Connect.
LOCALES = [("de-AT", "de", "Verbinden"), ("es-419", "es", "Conectar"), ("fr-CA", "fr", "Se connecter"),
           ("pt-BR", "pt", "Conectar")]  # fmt: skip

# Every heading that was ever on the page, from its first drawing on.
RECORD_HEADINGS = """
window.headings = new Set();
new MutationObserver(() => {
  for (const { textContent } of document.querySelectorAll('h1')) window.headings.add(textContent);
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


@pytest.mark.parametrize(("locale", "language", "connect"), LOCALES)
def test_every_screen_fits_a_phone(browser: Browser, gallery: str, locale: str, language: str, connect: str) -> None:
    """In each language no screen scrolls sideways at 390 px, none with a bot does at all, every target fits a finger.

    The longest pass axe.
    """
    with Visit(browser, gallery, "rules", locale=locale, bypass_csp=True, reduced_motion="reduce") as page:
        for screen in SCREENS:
            page.goto(f"{gallery}?{screen}")
            page.locator("main[data-state]").wait_for()
            expect(page.locator("html")).to_have_attribute("lang", language)
            assert page.evaluate(MISFITS) == [0, []], screen
            if screen.startswith("talking-bot"):
                assert page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0, screen
            if screen in ("start", "talking-muted"):
                assert_accessible(page)
            if screen == "start":
                expect(page.get_by_role("button", name=connect, exact=True)).to_be_visible()


def opened(browser: Browser, url: str, locale: str) -> Page:
    """Open the product in a context of its own; `page.context.close()` ends it."""
    page = browser.new_context(locale=locale).new_page()
    page.add_init_script(RECORD_HEADINGS)
    page.goto(url)
    page.locator("main[data-state]").wait_for()
    return page


def test_the_browser_chooses_and_the_person_changes_it(browser: Browser, stack: Stack) -> None:
    """German without a glimpse of English and without a trace; French once chosen, heard, titled, and remembered."""
    page = opened(browser, stack.url, "de-DE")
    expect(page.get_by_role("button", name="Einverstanden", exact=True)).to_be_visible()
    assert page.evaluate("[...headings]") == ["Ein Gespräch mit jemand Unbekanntem"]
    assert page.evaluate("localStorage.length") == 0

    picker = page.get_by_label("Sprache dieser Seite")
    expect(picker).to_have_value("de")
    picker.focus()
    picker.select_option(label="Français")
    heading = "Un appel avec quelqu’un que tu ne connais pas"
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page).to_have_title(f"{heading} · Sotto")
    expect(page.get_by_role("status")).to_contain_text(heading)
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_label("Langue de cette page")).to_be_focused()

    page.reload()
    page.get_by_role("button", name="Accepter", exact=True).click()
    expect(page.get_by_role("button", name="Se connecter", exact=True)).to_be_visible()
    expect(page.get_by_label("Langue de cette page")).to_have_value("fr")
    expect(page.get_by_role("button", name="Retirer")).to_have_count(0)  # the one language spoken is still German
    expect(page.locator(".chip.chosen")).to_have_text("Deutsch")
    page.context.close()


def test_english_where_words_cannot_be_had(browser: Browser, stack: Stack) -> None:
    """A page that cannot fetch its language opens in English, and says so in the picker, then and later."""
    # A service worker would have fetched every language already.
    page = browser.new_context(locale="de-DE", service_workers="block").new_page()

    def refuse(route: Route) -> None:
        route.abort()

    for words in ("Einverstanden", "Raccrocher"):
        page.route(f"**/assets/{part(words).name}", refuse)
    page.goto(stack.url)
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    picker = page.get_by_label("Language of this page")
    picker.select_option(label="Français")
    expect(picker).to_have_value("en")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    page.context.close()
