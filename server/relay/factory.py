"""Makes the relay providers that the settings name."""

from urllib.parse import urlsplit

import httpx2

from matcher.clock import Clock
from matcher.settings import BadSetting
from server.relay.cloudflare import CloudflareRelay
from server.relay.coturn import CoturnRelay
from server.relay.provider import RelayProvider
from server.settings import ServerSettings

# What a set must last beyond the longest call: the 10 min margin and as long again for it to lie ready.
SPARE_S = 1200


def providers_from(settings: ServerSettings, client: httpx2.AsyncClient, clock: Clock) -> list[RelayProvider]:
    """Return the providers in the order of SOTTO_RELAYS.

    Raises:
        BadSetting: A provider lacks what it needs, or credentials would not outlast a call.
    """
    least_s = settings.call_s + SPARE_S
    if settings.relay_ttl_s < least_s:
        raise BadSetting(
            f"SOTTO_RELAY_TTL_S={settings.relay_ttl_s} is too short for SOTTO_CALL_S={settings.call_s}: "
            f"it must be at least {least_s} (call + 20 min)"
        )
    names = settings.relays.split(",")
    if len(set(names)) < len(names):
        raise BadSetting(f"SOTTO_RELAYS={settings.relays!r} names a provider twice")
    makers = {"cloudflare": _cloudflare, "coturn": _coturn}
    return [makers[name](settings, client, clock) for name in names]


def _cloudflare(settings: ServerSettings, client: httpx2.AsyncClient, clock: Clock) -> RelayProvider:
    if not settings.cloudflare_key_id:
        raise BadSetting("SOTTO_CLOUDFLARE_KEY_ID is missing: SOTTO_RELAYS names cloudflare")
    token = settings.cloudflare_api_token.reveal()
    if not token:
        raise BadSetting("SOTTO_CLOUDFLARE_API_TOKEN is missing: SOTTO_RELAYS names cloudflare")
    # It goes into an HTTP header (RFC 9110 section 5.5).
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise BadSetting("SOTTO_CLOUDFLARE_API_TOKEN must be printable ASCII without spaces")
    if not _is_base_url(settings.cloudflare_api_url):
        raise BadSetting(f"SOTTO_CLOUDFLARE_API_URL={settings.cloudflare_api_url!r} is not the base of an HTTP API")
    return CloudflareRelay(
        client,
        settings.cloudflare_key_id,
        settings.cloudflare_api_token,
        settings.cloudflare_api_url.rstrip("/"),
        settings.cloudflare_udp_443,
        clock,
    )


def _is_base_url(text: str) -> bool:
    try:
        # `port` raises where it is out of range, which the HTTP client would only find out while connecting.
        url, port = httpx2.URL(text), urlsplit(text).port
    except (httpx2.InvalidURL, ValueError):
        return False
    return bool(url.host) and port != 0 and not url.query and not url.fragment


def _coturn(settings: ServerSettings, _: httpx2.AsyncClient, clock: Clock) -> RelayProvider:
    if not settings.coturn_secret:
        raise BadSetting("SOTTO_COTURN_SECRET is missing: SOTTO_RELAYS names coturn")
    return CoturnRelay(
        settings.coturn_host, settings.coturn_port, settings.coturn_tls_port, settings.coturn_secret, clock
    )
