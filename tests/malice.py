"""The attacks of `tests/vectors/malice.json` as payloads for a call's channel; `web/src/call/malice.test.ts` is a twin.

Each case has the frames, or the messages to be numbered and framed, that a malicious partner sends, and `reaches`: all
that may come through to the connection and the page of the honest one, in order.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors" / "malice.json").read_text())
PER_FRAME = 32


def _fill(value: Any, us: str, them: str) -> Any:
    """Put in what the table only names: the epochs, long texts, deep nesting."""
    match value:
        case str():
            return value.replace("$us", us).replace("$them", them)
        case list():
            return [_fill(inner, us, them) for inner in value]
        case {"$repeat": [text, times]}:
            return text * times
        case {"$nest": depth}:
            nested: list[Any] = []
            for _ in range(depth):
                nested = [nested]
            return nested
        case dict():
            return {key: _fill(inner, us, them) for key, inner in value.items()}
    return value


def payloads(case: dict[str, Any], us: str, them: str, *, beyond_hub: bool) -> Iterator[Any]:
    """Yield the payloads of a case.

    Args:
        case: One of `CASES`.
        us: The honest one's epoch.
        them: The malicious one's epoch.
        beyond_hub: Whether to send what only another Realtime server than ours would pass on.
    """
    number = 0
    for send in case["sends"]:
        if "frame" in send:
            if beyond_hub or not send.get("beyond_hub"):
                yield _fill(send["frame"], us, them)
            continue
        kind, data = send["message"]
        entries = []
        for index in range(send.get("times", 1)):
            number += 1
            varied = {**data, "port": data["port"] + index} if "times" in send and not send.get("same") else data
            entries.append([number, kind, _fill(varied, us, them)])
        for start in range(0, len(entries), PER_FRAME):
            yield {"e": them, "p": us, "w": 0, "a": 0, "m": entries[start : start + PER_FRAME]}
