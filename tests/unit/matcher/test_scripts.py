"""The Lua files and how they are put together."""

import re

import pytest

from matcher import keys, scripts

FILES = scripts.sources()
OPERATIONS = sorted(name for name in FILES if "/" not in name)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_says_its_keys_arguments_and_reply(name: str) -> None:
    """In its header, before the code."""
    header = FILES[name].split("\n\n")[0]
    assert re.search(r"^-- [A-Z]", header)
    for word in ("-- KEYS: ", "-- ARGV: now, seed", "-- Returns "):
        assert word in header


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_declares_exactly_the_keys_it_uses(name: str) -> None:
    """Included fragments count: what they touch is declared by whoever includes them."""
    composed = scripts.compose(name, FILES, {})
    code = re.sub(r"^local [A-Z]+ = KEYS.*$|--.*$", "", composed.text, flags=re.MULTILINE)
    assert set(composed.keys) == {key for key in keys.STATIC if re.search(rf"\b{key.upper()}\b", code)}


def test_fragments_come_once_and_before_whoever_includes_them() -> None:
    """However many ways lead to them; constants come first, and only those that are named."""
    files = {
        "op": "-- KEYS: clock\n-- @include one\n-- @include two\nreturn A_MS",
        "include/one": "-- @include two\nlocal one = two\n",
        "include/two": "local two = 2\n",
    }

    script = scripts.compose("op", files, {"A_MS": 5, "B_MS": 6, "C": "x"})

    assert script.text.splitlines()[:2] == ["local CLOCK = KEYS[1]", "local A_MS = 5"]
    assert script.text.count("local two") == 1
    assert script.text.index("local two") < script.text.index("local one") < script.text.index("return")
    assert script.keys == ("clock",)


def test_no_lua_file_is_longer_than_a_screen() -> None:
    """60 lines."""
    assert {name for name, text in FILES.items() if text.count("\n") > 60} == set()
