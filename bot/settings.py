"""Settings of the bots' process."""

from typing import Annotated

from msgspec import Meta

from matcher.bot_wire import MIN_KEY_CHARS
from matcher.settings import BadSetting, RedisSettings, Secret


class WorkerSettings(RedisSettings, frozen=True, kw_only=True):
    """Where a bots' worker finds its service, and how much of it there may be.

    Raises:
        BadSetting: It has no key, or one that is too short.
    """

    server_url: Annotated[
        str, Meta(pattern=r"^https?://[^ ?#]+[^ ?#/]$", description="Where bots reach the server.")
    ] = "http://127.0.0.1:8080"
    bot_key: Annotated[
        Secret, Meta(description="Known to the server and its bots alone, at least 32 characters. Empty: no bots.")
    ] = Secret()
    bot_calls: Annotated[int, Meta(ge=1, le=1000, description="Calls that one bots' process takes at once.")] = 4
    bot_drain_s: Annotated[
        int, Meta(ge=0, le=21_600, description="How long a bots' process that is stopped lets its calls go on, s.")
    ] = 300

    def __post_init__(self) -> None:
        """Refuse what the server would refuse."""
        if len(self.bot_key.reveal()) < MIN_KEY_CHARS:
            raise BadSetting(f"SOTTO_BOT_KEY must have at least {MIN_KEY_CHARS} characters, the server's own")
