"""The Lua scripts: composed from their files, sent by hash, and sent whole whenever Redis does not know them.

A script's header names its KEYS; the names become local constants in capitals, and so do the terms. `-- @include x`
brings in `lua/include/x.lua`, each once, before what includes it.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

LUA = Path(__file__).parent / "lua"

_INCLUDE = re.compile(r"^-- @include (\w+)$", re.MULTILINE)
_KEYS = re.compile(r"^-- KEYS: ([a-z ]+)$", re.MULTILINE)
_WORD = re.compile(r"\w+")


class Script(Struct, frozen=True):
    """One operation: its text, the text's SHA-1, and the names of its keys in order."""

    text: str
    sha: str
    keys: tuple[str, ...]


def sources() -> dict[str, str]:
    """Read every Lua file: `enter` for an operation, `include/place` for a fragment."""
    return {
        str(path.relative_to(LUA).with_suffix("")): path.read_text(encoding="utf-8")
        for path in sorted(LUA.rglob("*.lua"))
    }


def compose(name: str, files: Mapping[str, str], constants: Mapping[str, int | str]) -> Script:
    """Build one operation from its file, the fragments it includes and the constants that they name."""
    found = _KEYS.search(files[name])
    keys = tuple(found[1].split()) if found else ()
    body = _with_includes(name, files, set())
    values = {key.upper(): f"KEYS[{number}]" for number, key in enumerate(keys, 1)}
    named = set(_WORD.findall(body))
    values |= {key: repr(value) for key, value in constants.items() if key in named}
    # Lua quotes plain ASCII text as Python does.
    text = "".join(f"local {key} = {value}\n" for key, value in values.items()) + body
    return Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(), keys)


def _with_includes(name: str, files: Mapping[str, str], seen: set[str]) -> str:
    text = ""
    for fragment in _INCLUDE.findall(files[name]):
        if fragment not in seen:
            seen.add(fragment)
            text += _with_includes(f"include/{fragment}", files, seen)
    return text + files[name]


async def run(redis: Redis, script: Script, keys: list[str], args: list[Any]) -> Any:
    """Run a script; one that Redis forgot (restart, failover, SCRIPT FLUSH) is sent whole, which loads it again."""
    try:
        return await redis.evalsha(script.sha, len(keys), *keys, *args)
    except NoScriptError:
        return await redis.eval(script.text, len(keys), *keys, *args)
