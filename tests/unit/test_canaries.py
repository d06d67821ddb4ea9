"""The search for what must not be left behind finds what is there, however it is written, and nothing else."""

import json
from typing import Any

import msgspec
import pytest

from tests.canaries import Canaries, address_forms, candidate_patterns, forms, ufrag_patterns

ADDRESSES = ("203.0.113.77", "2001:db8:4d2:162e:9abc:def0:1357:2468")


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_and_tokens_are_found(address: str) -> None:
    """In every form in which an address or a token may come, inside other text, in upper case as in lower."""
    canaries = Canaries()
    canaries.plant("address", address_forms(address))
    canaries.plant("token", forms("Secret-Token-1"))
    assert canaries.found({"clean": b"203.0.113.7 2001:db8::1 Secret-Token"}) == []
    for form in address_forms(address):
        if len(form) >= 6 or b"\0" in form:
            assert canaries.found({"log": b'{"event":"x' + form.upper() + b'y"}'}) == ["address in log"], form
    for form in forms("Secret-Token-1"):
        assert canaries.found({"log": b"x" + form + b"y", "other": b""}) == ["token in log"]


def notations(value: dict[str, Any]) -> list[bytes]:
    """Return how a value may come to be written down: as it travels, and as programs show it."""
    fields = " ".join(f"{key}={item!r}" for key, item in value.items())
    return [
        json.dumps(value, separators=(",", ":")).encode(),
        json.dumps(value).encode(),
        json.dumps({"frame": json.dumps(value)}).encode(),  # escaped
        msgspec.msgpack.encode(value),
        repr(msgspec.msgpack.encode(value)).encode(),
        repr(value).encode(),
        f"Candidate({fields.replace(' ', ', ')})".encode(),
        fields.encode(),
    ]


CANDIDATE = {"generation": 0, "ip": "127.0.0.2", "port": 50123}


@pytest.mark.parametrize("written", notations(CANDIDATE))
def test_a_candidate_message_is_found(written: bytes) -> None:
    """As JSON, escaped, MessagePack and what Python makes of it; the address or the port alone is nobody's."""
    canaries = Canaries()
    canaries.plant_patterns("candidate", candidate_patterns("127.0.0.2", 50123))
    assert canaries.found({"log": b'{"event":"x","data":' + written + b"}"}) == ["candidate in log"]
    for other in ({"ip": "127.0.0.21", "port": 50123}, {"ip": "127.0.0.2", "port": 50124}, {"port": 150123}):
        assert canaries.found({"log": b"\n".join(notations({**CANDIDATE, **other}))}) == []
    assert canaries.found({"log": b"listening on 127.0.0.2\n50123 bytes"}) == []


@pytest.mark.parametrize("ufrag", ["aB+/", "0f3c9a7e"])
def test_a_user_fragment_is_found_beside_its_name(ufrag: str) -> None:
    """In the parameters that a page tells its partner, in the match, in SDP; four characters elsewhere are nothing."""
    canaries = Canaries()
    canaries.plant_patterns("ufrag", ufrag_patterns(ufrag))
    for written in (*notations({"ufrag": ufrag, "pwd": "x"}), f"a=ice-ufrag:{ufrag}\r\n".encode()):
        assert canaries.found({"log": b"{" + written + b"}"}) == ["ufrag in log"], written
    for written in (*notations({"ufrag": f"{ufrag}1"}), *notations({"ufrag": "zzzz", "pwd": ufrag}), ufrag.encode()):
        assert canaries.found({"log": written}) == [], written
