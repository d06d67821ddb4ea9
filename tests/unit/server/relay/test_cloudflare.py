"""Reading Cloudflare's answers."""

import msgspec
import pytest

from server.relay.cloudflare import TLS_443, UDP, UDP_443, fault_of, parse
from server.relay.provider import Fault, ProviderError

LISTED = [
    "turn:turn.cloudflare.com:53?transport=udp",
    "turn:turn.cloudflare.com:3478?transport=udp",
    "turn:turn.cloudflare.com:443?transport=udp",
    "turn:turn.cloudflare.com:3478?transport=tcp",
    "turn:turn.cloudflare.com:80?transport=tcp",
    "turns:turn.cloudflare.com:5349?transport=tcp",
    "turns:turn.cloudflare.com:443?transport=tcp",
]
STUN = {"urls": ["stun:stun.cloudflare.com:3478", "stun:stun.cloudflare.com:53"]}
KEYS = {"username": "u", "credential": "c"}
SERVED = (LISTED[1], LISTED[6])


def urls(ice_servers: object, wanted: tuple[tuple[str, int, str], ...] = (UDP, TLS_443)) -> tuple[str, ...]:
    """Return the URLs picked from an answer with these `iceServers`."""
    return parse(msgspec.json.encode({"iceServers": ice_servers}), wanted).urls


@pytest.mark.parametrize(
    "ice_servers",
    [
        [STUN, {"urls": LISTED, **KEYS}],
        [{"urls": LISTED, **KEYS}, STUN],
        [{"urls": [*STUN["urls"], *LISTED], **KEYS}],
        {"urls": [*STUN["urls"], *LISTED], **KEYS},
        {"urls": LISTED[::-1], **KEYS, "credentialType": "password"},
    ],
)
def test_every_documented_shape_gives_the_same(ice_servers: object) -> None:
    """A list or an object, STUN apart or mixed in: UDP 3478 and TLS 443 are served, in this order."""
    assert urls(ice_servers) == SERVED


def test_udp_443_is_served_on_demand() -> None:
    """With the setting the third URL joins."""
    assert urls({"urls": LISTED, **KEYS}, (UDP, UDP_443, TLS_443)) == (LISTED[1], LISTED[2], LISTED[6])


@pytest.mark.parametrize(
    ("listed", "served"),
    [
        ("turn:turn.cloudflare.com:3478?transport=udp", ("turn:turn.cloudflare.com:3478?transport=udp",)),
        ("turn:turn.cloudflare.com", ("turn:turn.cloudflare.com",)),  # RFC 7065: port 3478 and UDP
        (["turn:a.test:3478", "turn:b.test:3478"], ("turn:a.test:3478",)),
    ],
)
def test_strings_and_defaults(listed: object, served: tuple[str, ...]) -> None:
    """`urls` may be a string; missing parts take the RFC's defaults; one URL of a kind is enough."""
    assert urls({"urls": listed, **KEYS}) == served


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff",
        b"{}",
        b'{"iceServers":null}',
        b'{"iceServers":[]}',
        b'{"iceServers":[{"urls":7}]}',
        msgspec.json.encode({"iceServers": [STUN]}),
        msgspec.json.encode({"iceServers": [{**STUN, **KEYS}]}),
        msgspec.json.encode({"iceServers": {"urls": LISTED}}),
        msgspec.json.encode({"iceServers": {"urls": LISTED, "username": "u", "credential": ""}}),
        msgspec.json.encode({"iceServers": {"urls": LISTED[:1], **KEYS}}),
        msgspec.json.encode({"iceServers": {"urls": ["turn:x:3478?transport=udp\r\na=b", "http://x"], **KEYS}}),
    ],
)
def test_never_stun_only_and_never_port_53(body: bytes) -> None:
    """An answer without a usable TURN URL and its credentials is an error, not a smaller answer."""
    with pytest.raises(ProviderError, match=r"^unusable$") as caught:
        parse(body, (UDP, TLS_443))
    # The decoder's text may quote the body.
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (400, Fault.CONFIG),
        (401, Fault.CONFIG),
        (403, Fault.CONFIG),
        (404, Fault.CONFIG),
        (302, Fault.CONFIG),
        (408, Fault.TIMEOUT),
        (429, Fault.RATE_LIMITED),
        (500, Fault.OUTAGE),
        (503, Fault.OUTAGE),
        (530, Fault.OUTAGE),
    ],
)
def test_statuses(status: int, fault: Fault) -> None:
    """Refusals are ours to mend, 408, 429 and 5xx pass."""
    assert fault_of(status) is fault
