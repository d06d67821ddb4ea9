"""The queue's messages: what is accepted, and what each refusal is."""

import pytest

from matcher import wire
from matcher.errors import BadMessage, OversizeMessage

CALL = "A" * 22


def test_a_hello_is_decoded() -> None:
    """A hello carries the token and the preferences."""
    hello = wire.decode('{"type":"hello","token":"t","prefs":{"languages":["en"],"interests":["music"]}}')

    assert wire.Hello(token="t", prefs=wire.Prefs(languages=("en",), interests=("music",))) == hello


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type":"wave"}',
        '{"type":"ready","x":1}',
        '{"type":"ack"}',
        '{"type":"ack","call_id":"short"}',
        f'{{"type":"ack","call_id":"{CALL}\\n"}}',
        '{"type":"hello","token":"t","prefs":{"languages":["en\\n"]}}',
        f'{{"type":"failed","call_id":"{CALL}","stage":"lunch"}}',
        '{"type":"hello","token":"t","prefs":{"languages":[]}}',
        '{"type":"hello","token":"t","prefs":{"languages":["EN"]}}',
        '{"type":"hello","token":"t","prefs":{"languages":["en"],"interests":["a|b"]}}',
        '{"type":"hello","token":"t","prefs":{"languages":["en","de","fr","es"]}}',
        '{"type":"ready"} trailing',
        '{"type":"hello","token":"\ud800","prefs":{"languages":["en"]}}',
    ],
)
def test_whatever_is_not_documented_is_refused(text: str) -> None:
    """Not JSON, an unknown type or field, a missing or malformed value: one error, without the input in it."""
    with pytest.raises(BadMessage) as fault:
        wire.decode(text)

    assert fault.value.__cause__ is None
    assert not text or text not in str(fault.value)


@pytest.mark.parametrize("letter", ["x", "\N{SNOWMAN}"])
def test_a_message_longer_than_the_limit_is_refused_by_its_bytes(letter: str) -> None:
    """The limit counts UTF-8 bytes."""
    text = '{"type":"hello","token":"' + letter * (wire.MAX_MESSAGE_BYTES // len(letter.encode()))

    with pytest.raises(OversizeMessage):
        wire.decode(text)


def test_fields_without_a_value_are_left_out() -> None:
    """A server message does not carry what it does not know."""
    assert wire.encode(wire.Waiting(position=3)) == '{"type":"waiting","position":3}'


def test_what_holds_a_secret_does_not_print() -> None:
    """Tokens and relay credentials stay out of any text made of a message."""
    secrets = (
        wire.Hello(token="canary", prefs=wire.Prefs(languages=("en",))),
        wire.Relay(ice_servers=(wire.IceServer(("turn:x",), "canary", "canary"),), expires_at=1),
        wire.Channel("/realtime/v1", "key", "canary"),
    )

    assert "canary" not in f"{secrets} {secrets!r}"
