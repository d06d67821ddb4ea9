"""coturn as a relay provider: time-limited credentials from a shared secret, computed here.

The scheme is draft-uberti-behave-turn-rest-00 section 2.2; coturn calls it `use-auth-secret`.
"""

import base64
import hmac
import secrets

from matcher import wire
from matcher.clock import Clock
from matcher.settings import Secret
from server.relay.provider import RelayCredentials


class CoturnRelay:
    """Credentials for a coturn that shares a secret with us.

    Args:
        host: Host name or IPv4 address at which callers reach it.
        port: Its port for UDP and TCP.
        tls_port: Its port for TLS; 0 when it has no certificate.
        secret: Its `static-auth-secret`.
        clock: Tells when credentials expire.
    """

    name = "coturn"
    remote = False

    def __init__(self, host: str, port: int, tls_port: int, secret: Secret, clock: Clock) -> None:
        plain = (f"turn:{host}:{port}?transport=udp", f"turn:{host}:{port}?transport=tcp")
        self._urls = (*plain, f"turns:{host}:{tls_port}?transport=tcp") if tls_port else plain
        self._secret = secret
        self._clock = clock

    async def mint(self, ttl_s: int) -> RelayCredentials:
        """Compute a new set."""
        expires_at = self._clock.now_ms() // 1000 + ttl_s
        # Random for each set: the username passes in the clear and stands in coturn's log and quota table.
        username = f"{expires_at}:{secrets.token_urlsafe(9)}"
        digest = hmac.digest(self._secret.reveal().encode(), username.encode(), "sha1")
        server = wire.IceServer(self._urls, username, base64.b64encode(digest).decode())
        return RelayCredentials(self.name, (server,), expires_at)

    async def revoke(self, credentials: RelayCredentials) -> None:
        """Do nothing: coturn knows no single credentials, they run out by themselves."""
