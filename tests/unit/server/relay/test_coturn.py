"""coturn's time-limited credentials."""

import base64
import hashlib
import hmac

from matcher.settings import Secret
from server.relay.coturn import CoturnRelay
from tests.fakes.clock import FakeClock


async def test_credentials_follow_the_rest_scheme() -> None:
    """The username is expiry and a random id, the credential its HMAC-SHA1 under the shared secret."""
    clock = FakeClock(1_000_000)
    made = await CoturnRelay("relay.test", 3478, 0, Secret("north"), clock).mint(7200)
    assert made.provider == "coturn"
    assert made.expires_at == 8200
    (server,) = made.ice_servers
    expiry, identifier = server.username.split(":")
    assert int(expiry) == 8200
    assert len(identifier) == 12
    expected = hmac.new(b"north", server.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(server.credential) == expected


async def test_urls_with_and_without_certificate() -> None:
    """UDP and TCP always, TLS when there is a port for it; never STUN."""
    plain = await CoturnRelay("relay.test", 3478, 0, Secret("s"), FakeClock()).mint(60)
    assert plain.ice_servers[0].urls == (
        "turn:relay.test:3478?transport=udp",
        "turn:relay.test:3478?transport=tcp",
    )
    secure = await CoturnRelay("relay.test", 3478, 443, Secret("s"), FakeClock()).mint(60)
    assert secure.ice_servers[0].urls == (*plain.ice_servers[0].urls, "turns:relay.test:443?transport=tcp")


async def test_no_two_sets_are_alike() -> None:
    """Sets minted in the same second differ."""
    relay = CoturnRelay("relay.test", 3478, 0, Secret("s"), FakeClock())
    names = {(await relay.mint(60)).ice_servers[0].username for _ in range(100)}
    assert len(names) == 100
