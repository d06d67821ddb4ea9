"""The secret by which the server knows the workers of its bots."""

import hmac
from typing import Any

from starlette.requests import HTTPConnection

from matcher.bot_wire import MIN_KEY_CHARS
from matcher.errors import NotFound, Unauthorized
from matcher.settings import BadSetting, Secret


class BotKey:
    """Lets requests of bots' workers in.

    Args:
        secret: The key; empty: there are no bots here.

    Raises:
        BadSetting: It is too short to be a secret.
    """

    def __init__(self, secret: Secret) -> None:
        if secret and len(secret.reveal()) < MIN_KEY_CHARS:
            raise BadSetting(f"SOTTO_BOT_KEY must have at least {MIN_KEY_CHARS} characters")
        self._key = secret.reveal().encode()

    def check(self, request: HTTPConnection[Any]) -> None:
        """Let a request pass, or refuse it.

        Raises:
            NotFound: There are no bots here.
            Unauthorized: It does not carry the key as a bearer token (RFC 6750 section 2.1).
        """
        if not self._key:
            raise NotFound
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        # In a time that tells nothing about the key.
        if not hmac.compare_digest(token.strip().encode(), self._key) or scheme.lower() != "bearer":
            raise Unauthorized("The key is missing or wrong.")
