"""Who may use a channel, by the table that the SQL policy is held against as well."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.realtime.authorize import ANONYMOUS, Claims, authorize

CASES = json.loads((Path(__file__).parents[3] / "vectors" / "authorize.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_only_a_call_s_participants_may_use_its_channel(case: dict[str, Any]) -> None:
    """Only a token of that very call, with the role of a participant, opens its channel."""
    claims = msgspec.convert({"exp": 0, **case["claims"]}, Claims)
    assert authorize(claims, case["topic"]) is case["allowed"]


def test_the_publishable_key_alone_opens_nothing() -> None:
    """Who holds only the public key is a stranger to every channel."""
    assert not authorize(ANONYMOUS, "call-AAAAAAAAAAAAAAAAAAAAAA")
