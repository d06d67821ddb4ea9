"""The messages of Realtime."""

import json

import pytest

from bot.engines.errors import BadAnswer, EngineError, Filtered, RateLimited, Refused, Unavailable
from bot.engines.openai import realtime_events as wire


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ({"type": "error", "error": {"type": "invalid_request_error", "code": "response_cancel_not_active"}}, None),
        ({"type": "error", "error": {"type": "invalid_request_error", "message": "canary"}}, Refused),
        ({"type": "error", "error": {"type": "server_error"}}, Unavailable),
        ({"type": "error"}, Unavailable),
        ({"type": "response.done", "response": {"status": "completed", "status_details": None}}, None),
        ({"type": "response.done", "response": {"status": "cancelled"}}, None),
        ({"type": "response.done", "response": {"status": "incomplete",
          "status_details": {"reason": "max_output_tokens"}}}, None),
        ({"type": "response.done", "response": {"status": "incomplete",
          "status_details": {"reason": "content_filter"}}}, Filtered),
        ({"type": "response.done", "response": {"status": "failed"}}, Unavailable),
        ({"type": "response.done", "response": {"status": "failed",
          "status_details": {"error": {"code": "rate_limit_exceeded"}}}}, RateLimited),
        ({"type": "response.created", "response": {"id": "r"}}, None),
    ],
)  # fmt: skip
def test_failures(message: dict[str, object], kind: type[EngineError] | None) -> None:
    """What ends a conversation is told from what came too late to matter."""
    failure = wire.read_event(json.dumps(message)).failure()
    assert (type(failure) if failure else None) is kind
    assert "canary" not in repr(failure)


@pytest.mark.parametrize("message", ["", "{", "[]", "{}", '{"type":7}', b"\xff"])
def test_what_is_no_message(message: str | bytes) -> None:
    """Another form is refused."""
    with pytest.raises(BadAnswer):
        wire.read_event(message)


def test_unknown_messages_and_members_are_read_over() -> None:
    """The API grows."""
    assert wire.read_event('{"type":"something.new","deep":{"er":[1]}}').type == "something.new"


@pytest.mark.parametrize("delta", ["%", "YQ=", "YQ==", "é"])
def test_what_is_no_sound(delta: str) -> None:
    """Neither broken base64 nor half a sample is played."""
    with pytest.raises(BadAnswer):
        wire.ServerEvent(type="response.output_audio.delta", delta=delta).sound()


def test_sound() -> None:
    """There and back."""
    sent = json.loads(wire.append(b"\1\2"))
    assert wire.ServerEvent(type="response.output_audio.delta", delta=sent["audio"]).sound() == b"\1\2"


def test_no_repr_tells_what_was_said() -> None:
    """Neither what the caller said nor what the bot did."""
    message = '{"type":"t","transcript":"canary","delta":"canary"}'
    assert repr(wire.read_event(message)) == "ServerEvent('t')"
