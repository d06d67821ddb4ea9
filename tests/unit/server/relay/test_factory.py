"""Providers from settings."""

import httpx2
import pytest

from matcher.settings import BadSetting, Secret
from server.relay.factory import providers_from
from server.settings import ServerSettings
from tests.fakes.clock import FakeClock

CLOUDFLARE: dict[str, object] = {"cloudflare_key_id": "k", "cloudflare_api_token": Secret("canary")}
COTURN: dict[str, object] = {"coturn_secret": Secret("canary")}


def settings(**fields: object) -> ServerSettings:
    """Return settings with some fields set."""
    return ServerSettings(**fields)  # type: ignore[arg-type] # the fields differ in type


@pytest.mark.parametrize(
    ("relays", "names"),
    [
        ("coturn", ["coturn"]),
        ("cloudflare", ["cloudflare"]),
        ("cloudflare,coturn", ["cloudflare", "coturn"]),
        ("coturn,cloudflare", ["coturn", "cloudflare"]),
    ],
)
async def test_order(relays: str, names: list[str]) -> None:
    """The providers come in the order in which the setting names them."""
    async with httpx2.AsyncClient() as client:
        providers = providers_from(settings(relays=relays, **CLOUDFLARE, **COTURN), client, FakeClock())
    assert [provider.name for provider in providers] == names


@pytest.mark.parametrize(
    ("fields", "variable"),
    [
        ({"relays": "coturn"}, "SOTTO_COTURN_SECRET"),
        ({"relays": "cloudflare", **COTURN}, "SOTTO_CLOUDFLARE_KEY_ID"),
        ({"relays": "cloudflare", "cloudflare_key_id": "k"}, "SOTTO_CLOUDFLARE_API_TOKEN"),
        (
            {"relays": "cloudflare", "cloudflare_key_id": "k", "cloudflare_api_token": Secret("canary é")},
            "SOTTO_CLOUDFLARE_API_TOKEN",
        ),
        ({"relays": "coturn,coturn", **COTURN}, "SOTTO_RELAYS"),
        ({**COTURN, "call_s": 3600, "relay_ttl_s": 4799}, "SOTTO_RELAY_TTL_S"),
    ],
)
async def test_contradictions(fields: dict[str, object], variable: str) -> None:
    """What is missing or does not fit together stops the start with the variable's name, and no secret."""
    async with httpx2.AsyncClient() as client:
        with pytest.raises(BadSetting, match=f"^{variable}") as caught:
            providers_from(settings(**fields), client, FakeClock())
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://", "http:///v1", "http://x.test:99999/v1", "http://[x/v1", "https://x.test/?a=b"]
)
async def test_unusable_base_urls(url: str) -> None:
    """An address that no request could be made to stops the start, too."""
    fields = {"relays": "cloudflare", **CLOUDFLARE, "cloudflare_api_url": url}
    async with httpx2.AsyncClient() as client:
        with pytest.raises(BadSetting, match=r"^SOTTO_CLOUDFLARE_API_URL="):
            providers_from(settings(**fields), client, FakeClock())


async def test_a_set_that_just_lasts_is_allowed() -> None:
    """The longest call and 20 min are enough."""
    async with httpx2.AsyncClient() as client:
        assert providers_from(settings(call_s=3600, relay_ttl_s=4800, **COTURN), client, FakeClock())
