"""What a chat completion's events say."""

import json

import pytest

from bot.engines.errors import BadAnswer, EngineError, Filtered, RateLimited, Unavailable
from bot.engines.openai.chat import Delta, read_completion


def chunk(delta: object, finish: str | None = None) -> str:
    """Return an event's data."""
    return json.dumps({"id": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (chunk({"content": "Hi"}), Delta("Hi")),
        (chunk({"role": "assistant"}), Delta("")),
        (chunk({"role": "assistant", "content": None}), Delta("")),
        (chunk({"reasoning_content": "hmm"}), Delta("")),
        (chunk({"content": ["parts"]}), Delta("")),
        (chunk({}, "stop"), Delta("", "stop")),
        (chunk(None, "length"), Delta("", "length")),
        (chunk({"content": "end"}, "stop"), Delta("end", "stop")),
        ('{"choices":[],"usage":{"total_tokens":3}}', Delta("")),
        ('{"timings":{}}', Delta("")),
        ('{"choices":[{"message":{"content":"Whole."},"finish_reason":"stop"}]}', Delta("Whole.", "stop")),
    ],
)
def test_deltas(data: str, expected: Delta) -> None:
    """Each form that servers send gives its text, which may be none."""
    assert read_completion(data) == expected


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("", BadAnswer),
        ("{", BadAnswer),
        ("[]", BadAnswer),
        ('{"choices":7}', BadAnswer),
        ('{"error":{"message":"canary","code":429}}', RateLimited),
        ('{"error":{"message":"canary","type":"rate_limit_error"}}', RateLimited),
        ('{"error":{"message":"canary","code":"content_filter"}}', Filtered),
        ('{"error":{"message":"canary","type":"server_error"}}', Unavailable),
        ('{"error":{"code":{"deep":1}}}', Unavailable),
        ('{"error":"canary"}', Unavailable),
        (chunk({"content": "cana"}, "content_filter"), Filtered),
    ],
)
def test_errors(data: str, kind: type[EngineError]) -> None:
    """What is no delta is an error of the tree, which quotes nothing."""
    with pytest.raises(EngineError) as caught:
        read_completion(data)
    assert type(caught.value) is kind
    assert "canary" not in f"{caught.value!r}"
    assert caught.value.__cause__ is None
