"""The error tree. Every error a caller can meet has one stable code; texts may change, codes may not.

SottoError
├── BadMessage            bad_message           not JSON, an unknown type or field, or a value out of range
│   ├── OversizeMessage   oversize_message      longer than the limit
│   └── OutOfOrder        out_of_order          a known message that this moment does not allow
├── Unauthorized          unauthorized          the token is missing, wrong or expired
│   └── WrongOrigin       wrong_origin          the page is not one of ours
├── RateLimited           rate_limited          too often; carries retry_after
├── Superseded            superseded            the same session opened a newer socket
├── TimedOut              timed_out             the peer said nothing for too long
├── NotFound              not_found             no such thing
└── Unavailable           unavailable           a part that this needs does not answer
    ├── RelayUnavailable  relay_unavailable     no relay credentials to be had
    ├── QueueUnavailable  queue_unavailable     Redis does not answer
    └── ServerFull        server_full           the process holds as many sockets as it may
"""

from typing import ClassVar


class SottoError(Exception):
    """An error with a stable `code` and a message that is safe to show: it never quotes input.

    Args:
        message: One sentence for a human, or None for the class's own.
        retry_after_s: Seconds after which another try makes sense, where known.
    """

    code: ClassVar[str] = "internal"
    text: ClassVar[str] = "Something went wrong on our side."

    def __init__(self, message: str | None = None, *, retry_after_s: float | None = None) -> None:
        self.message = message or self.text
        self.retry_after_s = retry_after_s
        super().__init__(self.message)


class BadMessage(SottoError):
    """The input does not have the documented form."""

    code = "bad_message"
    text = "That message does not have the documented form."


class OversizeMessage(BadMessage):
    """The input is longer than the limit."""

    code = "oversize_message"
    text = "That message is too long."


class OutOfOrder(BadMessage):
    """A well-formed message at a moment that does not allow it."""

    code = "out_of_order"
    text = "That message does not fit here."


class Unauthorized(SottoError):
    """The token is missing, wrong or expired."""

    code = "unauthorized"
    text = "This session is not valid or has expired."


class WrongOrigin(Unauthorized):
    """The request comes from a page that is not ours."""

    code = "wrong_origin"
    text = "This page may not use this service."


class RateLimited(SottoError):
    """Too many requests of one kind; `retry_after_s` says when the next one fits."""

    code = "rate_limited"
    text = "Too many tries. Please wait a moment."


class Superseded(SottoError):
    """The same session opened a newer socket, which now holds its place."""

    code = "superseded"
    text = "This session continues in another window."


class TimedOut(SottoError):
    """The peer said nothing for too long."""

    code = "timed_out"
    text = "Nothing was heard for too long."


class NotFound(SottoError):
    """There is no such thing."""

    code = "not_found"
    text = "There is nothing here."


class Unavailable(SottoError):
    """A part that this request needs does not answer."""

    code = "unavailable"
    text = "This is not available right now."


class RelayUnavailable(Unavailable):
    """No provider gives relay credentials, so that no call could be private."""

    code = "relay_unavailable"
    text = "No private relay is available right now, so calls cannot start."


class QueueUnavailable(Unavailable):
    """Redis does not answer."""

    code = "queue_unavailable"
    text = "The waiting room is not available right now."


class ServerFull(Unavailable):
    """The process holds as many sockets as it may."""

    code = "server_full"
    text = "Too many people are here right now."
