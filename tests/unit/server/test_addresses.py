"""Client addresses: whom to believe, and what stands for a household."""

import pytest

from server.addresses import client_address, network


@pytest.mark.parametrize(
    ("forwarded", "hops", "expected"),
    [
        ([], 0, "10.0.0.9"),
        (["198.51.100.1"], 0, "10.0.0.9"),  # no proxy of ours: the header is the client's own invention
        (["198.51.100.1"], 1, "198.51.100.1"),
        (["6.6.6.6, 198.51.100.1"], 1, "198.51.100.1"),
        (["6.6.6.6", "198.51.100.1, 10.0.0.2"], 2, "198.51.100.1"),
        (["198.51.100.1"], 2, "10.0.0.9"),  # fewer entries than proxies: somebody came around them
    ],
)
def test_only_the_trusted_hops_are_believed(forwarded: list[str], hops: int, expected: str) -> None:
    """Entries count from the right, as far as there are proxies of ours."""
    assert expected == client_address("10.0.0.9", forwarded, hops)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("garbage", "other garbage", True),
    ],
)
def test_a_household_is_one_network(one: str, other: str, same: bool) -> None:
    """IPv4 by address, IPv6 by /64; what is no address shares one bucket."""
    assert (network(one) == network(other)) is same
