"""Cloudflare Realtime TURN as a relay provider: credentials are minted and revoked over its HTTP API."""

import re
from urllib.parse import quote

import httpx2
import msgspec
from msgspec import Struct, field

from matcher import wire
from matcher.clock import Clock
from matcher.retry_after import retry_after_s
from matcher.settings import Secret
from server.relay.provider import Fault, ProviderError, RelayCredentials

TIMEOUT = httpx2.Timeout(2.0, connect=1.0)

# RFC 7065 section 3.1; the defaults for port and transport are those of section 3.2.
_TURN_URL = re.compile(r"(turns?):([A-Za-z0-9.-]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?")

# Every URL costs each caller one more allocation, so only these are served, in this order. Port 53, which Cloudflare
# lists too, is blocked by browsers: it would only time out.
UDP = ("turn", 3478, "udp")
UDP_443 = ("turn", 443, "udp")
TLS_443 = ("turns", 443, "tcp")


class _Server(Struct):
    urls: str | list[str]
    username: str | None = None
    credential: str | None = None


class _Answer(Struct):
    ice_servers: _Server | list[_Server] = field(name="iceServers")


_decoder = msgspec.json.Decoder(_Answer)


class CloudflareRelay:
    """Credentials for Cloudflare's TURN service.

    Args:
        client: The HTTP client to use.
        key_id: Id of the TURN key.
        api_token: The key's API token.
        base_url: Base of the API, without a slash at its end.
        udp_443: Whether to serve TURN over UDP port 443 as well.
        clock: Tells when credentials expire.
    """

    name = "cloudflare"
    remote = True

    def __init__(
        self, client: httpx2.AsyncClient, key_id: str, api_token: Secret, base_url: str, udp_443: bool, clock: Clock
    ) -> None:
        self._client = client
        self._base = f"{base_url}/turn/keys/{quote(key_id, safe='')}/credentials"
        self._api_token = api_token
        self._wanted = (UDP, UDP_443, TLS_443) if udp_443 else (UDP, TLS_443)
        self._clock = clock

    async def mint(self, ttl_s: int) -> RelayCredentials:
        """Ask for a new set.

        Raises:
            ProviderError: There is none, or none that a browser could use.
        """
        # Read before asking: the answer does not tell when the set expires.
        expires_at = self._clock.now_ms() // 1000 + ttl_s
        body = await self._post("generate-ice-servers", {"ttl": ttl_s})
        return RelayCredentials(self.name, (parse(body, self._wanted),), expires_at)

    async def revoke(self, credentials: RelayCredentials) -> None:
        """End a set now; running calls on it end too.

        Raises:
            ProviderError: It is still valid.
        """
        for server in credentials.ice_servers:
            await self._post(f"{quote(server.username, safe='')}/revoke", None)

    async def _post(self, path: str, body: dict[str, int] | None) -> bytes:
        headers = {"Authorization": f"Bearer {self._api_token.reveal()}"}
        try:
            answer = await self._client.post(f"{self._base}/{path}", json=body, headers=headers, timeout=TIMEOUT)
        # httpx's texts may quote the URL, which holds the username: none of them goes on.
        except httpx2.TimeoutException:
            raise ProviderError(Fault.TIMEOUT) from None
        except httpx2.HTTPError:
            raise ProviderError(Fault.UNREACHABLE) from None
        if not answer.is_success:
            retry_after = retry_after_s(answer.headers.get("retry-after"), self._clock.now_ms() / 1000)
            raise ProviderError(fault_of(answer.status_code), retry_after_s=retry_after)
        return answer.content


def parse(body: bytes, wanted: tuple[tuple[str, int, str], ...]) -> wire.IceServer:
    """Pick the URLs to serve from an answer, in the order they are wanted.

    `iceServers` may be a list or a single object, `urls` a list or a string; STUN and whatever else is dropped.

    Raises:
        ProviderError: The answer is not understood, or has none of them.
    """
    try:
        servers = _decoder.decode(body).ice_servers
    except (msgspec.DecodeError, UnicodeError):
        raise ProviderError(Fault.UNUSABLE) from None
    for server in servers if isinstance(servers, list) else [servers]:
        listed = [server.urls] if isinstance(server.urls, str) else server.urls
        by_kind = {kind: url for url in reversed(listed) if (kind := _kind(url))}
        urls = tuple(by_kind[kind] for kind in wanted if kind in by_kind)
        if urls and server.username and server.credential:
            return wire.IceServer(urls, server.username, server.credential)
    raise ProviderError(Fault.UNUSABLE)


def _kind(url: str) -> tuple[str, int, str] | None:
    found = _TURN_URL.fullmatch(url)
    if found is None:
        return None
    scheme, _, port, transport = found.groups()
    secure = scheme == "turns"
    return scheme, int(port or (5349 if secure else 3478)), transport or ("tcp" if secure else "udp")


def fault_of(status: int) -> Fault:
    """Say what an HTTP status other than success means. Cloudflare documents only the successes."""
    match status:
        case 429:
            return Fault.RATE_LIMITED
        case 408:
            return Fault.TIMEOUT
        case _ if status >= 500:
            return Fault.OUTAGE
        case _:
            return Fault.CONFIG
