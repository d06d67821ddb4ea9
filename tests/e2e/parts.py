"""The parts of the built page that it fetches in time, and what holds them up."""

from pathlib import Path

from tests.e2e.stack import ROOT


def part(words: str) -> Path:
    """Return the one built script that holds these words."""
    (found,) = [file for file in (ROOT / "web/dist/assets").glob("*.js") if words in file.read_text()]
    return found
