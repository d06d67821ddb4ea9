"""Which relays are asked."""

import pytest

from bot.relays import Address, addresses_of
from matcher.wire import IceServer

UDP = "turn:relay.example:3478?transport=udp"
TCP = "turn:relay.example:3478?transport=tcp"
TLS = "turns:relay.example:443?transport=tcp"


def server(*urls: str) -> IceServer:
    """Return a server with these URLs."""
    return IceServer(urls, "someone", "secret")


@pytest.mark.parametrize(
    ("urls", "asked"),
    [
        ([UDP], ["udp"]),
        ([TLS, TCP, UDP], ["udp", "tls"]),
        ([TCP, UDP, UDP], ["udp", "tcp"]),
        ([TLS], ["tls"]),
        (["turn:relay.example"], ["udp"]),
        ([], []),
    ],
)
def test_udp_is_asked_first_then_what_passes_everywhere(urls: list[str], asked: list[str]) -> None:
    """One relay of each kind, in the order in which they are tried, whatever the order of the URLs."""
    addresses = addresses_of([server(*urls)])
    assert ["tls" if address.tls else address.transport for address in addresses] == asked


def test_each_is_asked_with_its_own_credentials() -> None:
    """Several servers are one list of URLs, each with its own name."""
    addresses = addresses_of([server(TLS), IceServer((UDP,), "else", "other")])
    assert addresses == [
        Address("relay.example", 3478, "udp", False, "else", "other"),
        Address("relay.example", 443, "tcp", True, "someone", "secret"),
    ]


@pytest.mark.parametrize("url", ["stun:relay.example", "http://relay.example", "turn:", ""])
def test_nothing_but_turn_is_a_relay(url: str) -> None:
    """Anything else would tell somebody where the bot is."""
    with pytest.raises(ValueError, match=r"relay|uri"):
        addresses_of([server(UDP, url)])


def test_nothing_of_it_is_printed() -> None:
    """Neither name nor secret gets into a log by mistake."""
    assert repr(addresses_of([server(UDP)])) == "[Address(…)]"
