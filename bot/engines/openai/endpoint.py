"""Where an engine is, how long it is waited for, and what its refusals mean. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.engines.errors import EngineError, Misconfigured, RateLimited, Refused, TimedOut, Unavailable
from matcher.settings import Secret


@dataclass(frozen=True)
class Endpoint:
    """Where an engine is, and what is sent with each request.

    Attributes:
        base_url: Base of the API, such as `http://127.0.0.1:8000/v1`; neither user nor query.
        model: The model's name there.
        key: Sent as a bearer token, where there is one.
        extra: Further members of each request's body; None takes one away that is sent otherwise.

    Raises:
        ValueError: The address or the key cannot be used.
    """

    base_url: str
    model: str
    key: Secret = field(default_factory=Secret)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        try:
            url = urlsplit(self.base_url)
            well = url.scheme in {"http", "https"} and url.hostname and url.port != 0
        except ValueError:
            well = False
        if not well or url.username is not None or url.query or url.fragment:
            raise ValueError("an endpoint is http(s)://host[:port]/path, without user, query and fragment")
        if not (self.key.reveal().isascii() and self.key.reveal().isprintable()):
            raise ValueError("a key consists of printable ASCII characters")

    def url(self, path: str) -> str:
        """Return the address of a resource."""
        return f"{self.base_url.rstrip('/')}/{path}"

    def headers(self) -> dict[str, str]:
        """Return the headers that say who asks."""
        return {"Authorization": f"Bearer {self.key.reveal()}"} if self.key else {}

    def body(self, **members: object) -> dict[str, Any]:
        """Return a request's body: the model, its own members, and the extra ones over them."""
        merged = {"model": self.model, **members, **self.extra}
        return {name: value for name, value in merged.items() if value is not None}


@dataclass(frozen=True)
class Budgets:
    """How long is waited, s.

    Attributes:
        connect_s: For a connection, and as much again for TLS; nothing where one is idle.
        first_s: From then to the first token.
        stall_s: From each token, or from when the next one is asked for, to the next.
    """

    connect_s: float = 1.0
    first_s: float = 0.7
    stall_s: float = 0.8


def refusal_of(status: int, wait_s: float | None) -> EngineError:
    """Say what an HTTP status other than success means."""
    match status:
        case 429 | 503:  # we ask too much of it, or all do
            return RateLimited(retry_after_s=wait_s)
        case 408:
            return TimedOut(retry_after_s=wait_s)
        case _ if status >= 500:
            return Unavailable(retry_after_s=wait_s)
        case 401 | 403 | 404 | 405:
            return Misconfigured()
        case _ if status >= 400:
            return Refused()
        case _:
            return Misconfigured()  # elsewhere, it says; that is for the operator to decide
