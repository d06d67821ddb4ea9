"""What a screen reader is given of each screen, as text that is read before it is committed: `golden/<screen>.yaml`.

`SOTTO_GOLDEN=write pytest tests/e2e/test_accessibility_tree.py` writes the texts anew; the diff then shows what changes
for those who cannot see the page.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.gallery import SCREENS, Visit

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def page(browser: Browser, gallery: str) -> Iterator[Page]:
    """A page in English on which what counts seconds stands still."""
    visit = Visit(browser, gallery, "rules", reduced_motion="reduce", locale="en")
    visit.page.clock.set_fixed_time("2026-01-01")
    with visit as page:
        yield page


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_reads_as_it_should(page: Page, gallery: str, screen: str) -> None:
    """Roles, names, states and their order are those of the golden text."""
    page.goto(f"{gallery}?{screen}")
    page.locator("main[data-state]").wait_for()
    read = page.locator("body").aria_snapshot() + "\n"
    golden = GOLDEN / f"{screen}.yaml"
    if os.environ.get("SOTTO_GOLDEN") == "write":
        golden.write_text(read, encoding="utf-8")

    assert read == golden.read_text(encoding="utf-8")


def test_every_golden_text_has_its_screen() -> None:
    """None is left over from a screen that has gone."""
    assert {path.stem for path in GOLDEN.iterdir()} == set(SCREENS)
