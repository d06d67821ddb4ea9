"""The house rules' own check."""

from pathlib import Path

import pytest

from infra.checks.__main__ import faults, peers


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("long.py", "x\n" * 301, "301 lines"),
        ("lock.json", '"https://registry.npm' + 'js.org/x"', "registry"),
        ("note.md", "see /ro" + "ot/x", "path of one machine"),
        ("note.md", "see /ho" + "me/somebody/x", "path of one machine"),
    ],
)
def test_a_broken_rule_is_found(name: str, text: str, fault: str) -> None:
    """An overlong file, a registry's host and a machine's path are each told once, with the file."""
    found = list(faults(Path(name), text))
    assert len(found) == 1
    assert found[0].startswith(name)
    assert fault in found[0]


@pytest.mark.parametrize(
    ("name", "text"), [("right.py", "x\n" * 300), ("lock.json", "x\n" * 5000), ("a.py", "/healthz ./work/x a/root/b")]
)
def test_what_is_allowed_is_not_told(name: str, text: str) -> None:
    """300 lines, long data files and ordinary paths keep the rules."""
    assert list(faults(Path(name), text)) == []


def test_places_that_build_a_connection_are_counted() -> None:
    """Sources of the page are looked at, their tests are not."""
    text = "\nconst c = new RTCPeer" + "Connection(config)"
    assert peers(Path("web/src/call/peer.ts"), text) == ["web/src/call/peer.ts:2"]
    assert peers(Path("web/src/call/peer.test.ts"), text) == []
