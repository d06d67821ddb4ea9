"""The messages of OpenAI's Realtime API, as far as a conversation needs them. Pure.

https://platform.openai.com/docs/api-reference/realtime: JSON text frames, sound as base64 of 24 kHz PCM16.
"""

import base64
from typing import Any

import msgspec
from msgspec import Struct, field

from bot.engines.errors import BadAnswer, EngineError, Filtered, RateLimited, Refused, Unavailable

RATE_HZ = 24_000

# What an interruption that came a moment too late is answered with; nothing is wrong.
_HARMLESS = frozenset({"response_cancel_not_active", "conversation_already_has_active_response"})


class _Error(Struct):
    type: str | None = None
    code: str | None = None


class _Details(Struct):
    reason: str | None = None
    error: _Error | None = None


class _Response(Struct):
    id: str = ""
    status: str = ""
    status_details: _Details | None = None


class ServerEvent(Struct):
    """One message of the server; what a type does not have is empty."""

    type: str
    response_id: str = ""
    item_id: str = ""
    content_index: int = 0
    delta: str = ""
    transcript: str = ""
    response: _Response = field(default_factory=_Response)
    error: _Error | None = None

    def __repr__(self) -> str:
        return f"ServerEvent({self.type!r})"

    def sound(self) -> bytes:
        """Return the samples of an audio delta.

        Raises:
            BadAnswer: They are none.
        """
        try:
            pcm = base64.b64decode(self.delta, validate=True)
        except ValueError:  # not ASCII, or not base64
            raise BadAnswer from None
        if len(pcm) % 2:
            raise BadAnswer
        return pcm

    def failure(self) -> EngineError | None:
        """Return what an `error` or `response.done` says went wrong, if something did that matters."""
        if self.type == "error":
            return _error_of(self.error or _Error())
        details = self.response.status_details or _Details()
        if self.response.status == "incomplete" and details.reason == "content_filter":
            return Filtered()
        if self.response.status == "failed":
            return _error_of(details.error or _Error()) or Unavailable()
        return None


_decoder = msgspec.json.Decoder(ServerEvent)


def read_event(message: str | bytes) -> ServerEvent:
    """Read one message.

    Raises:
        BadAnswer: It does not have the documented form.
    """
    try:
        return _decoder.decode(message)
    except (msgspec.DecodeError, UnicodeError):
        raise BadAnswer from None


def _error_of(error: _Error) -> EngineError | None:
    if error.code in _HARMLESS:
        return None
    if {error.type, error.code} & {"rate_limit_exceeded", "rate_limit_error", "insufficient_quota"}:
        return RateLimited()
    return Refused() if error.type == "invalid_request_error" else Unavailable()


def _message(kind: str, **members: Any) -> str:
    return msgspec.json.encode({"type": kind, **members}).decode()


def session_update(
    *, instructions: str, voice: str, transcriber: str, language: str, turn_detection: str, extra: dict[str, Any]
) -> str:
    """Configure the session: sound in, sound out, and the server says when the caller speaks, and in writing what."""
    pcm = {"type": "audio/pcm", "rate": RATE_HZ}
    transcription = {"model": transcriber} | ({"language": language} if language else {})
    session: dict[str, Any] = {
        "type": "realtime",
        "instructions": instructions,
        "output_modalities": ["audio"],
        "audio": {
            # The client cancels, because only it knows what was played.
            "input": {
                "format": pcm,
                "transcription": transcription,
                "turn_detection": {"type": turn_detection, "interrupt_response": False},
            },
            "output": {"format": pcm, "voice": voice},
        },
    }
    return _message("session.update", session=session | extra)


def append(pcm: bytes) -> str:
    """Send sound of the caller."""
    return _message("input_audio_buffer.append", audio=base64.b64encode(pcm).decode())


def cancel(response_id: str) -> str:
    """Stop an answer."""
    return _message("response.cancel", response_id=response_id)


def truncate(item_id: str, content_index: int, audio_end_ms: int) -> str:
    """Take out of the server's memory what of an answer was not played."""
    return _message(
        "conversation.item.truncate", item_id=item_id, content_index=content_index, audio_end_ms=audio_end_ms
    )
