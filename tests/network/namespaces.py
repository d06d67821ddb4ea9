"""Two callers' hosts and a relay's, each a network of its own on this machine, with exact counts of what passes.

```
 a ── 10.77.1.2, 2001:db8:1::2 ──┐
                                 t   router; coturn and the service, 10.77.0.1 = 192.31.196.7
 b ── 10.77.2.2, 2001:db8:2::2 ──┘
```

a and b reach each other through t as any two hosts do: nothing but the callers' own choice keeps them apart. t looks
like a machine in a cloud, which has a private address and is reached from outside at a public one.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.network.namespace import Namespace

# Globally reachable by its registration and yet nobody's (AS112, RFC 7535): the page and coturn take it for public.
PUBLIC = "192.31.196.7"
PRIVATE = "10.77.0.1"
TOOLS = ("ip", "nft", "nsenter", "setpriv")

_FIREWALL = f"""
table inet lab {{
  counter a_b {{ }}
  counter b_a {{ }}
  counter a_t {{ }}
  counter t_a {{ }}
  counter b_t {{ }}
  counter t_b {{ }}
  chain between {{
    type filter hook forward priority filter
    iifname "a" oifname "b" counter name a_b
    iifname "b" oifname "a" counter name b_a
  }}
  chain arriving {{
    type filter hook input priority filter
    iifname "a" counter name a_t
    iifname "b" counter name b_t
  }}
  chain leaving {{
    type filter hook output priority filter
    oifname "a" counter name t_a
    oifname "b" counter name t_b
  }}
  chain public {{
    type nat hook prerouting priority dstnat
    ip daddr {PUBLIC} dnat ip to {PRIVATE}
  }}
  chain hairpin {{
    type nat hook output priority -100
    ip daddr {PUBLIC} dnat ip to {PRIVATE}
  }}
}}
"""


@dataclass(frozen=True)
class Counts:
    """Packets of any protocol between two hosts, by direction: `a_b` went from a to b."""

    a_b: int
    b_a: int
    a_t: int
    t_a: int
    b_t: int
    t_b: int


class Client(Namespace):
    """The host of one caller.

    Args:
        name: `a` or `b`: also the name of its link, at both ends.
        number: 1 or 2: where it lies.
    """

    def __init__(self, name: str, number: int) -> None:
        self.name = name
        self._gateway = f"10.77.{number}.1"
        self.address = f"10.77.{number}.2"
        self._network = f"2001:db8:{number}::"

    def join(self, router: Namespace) -> None:
        """Lay the cable to the router."""
        ip(router, f"link add dev {self.name} type veth peer name {self.name} netns {self.path}")
        ip(router, f"link set dev {self.name} up")
        ip(router, f"addr add {self._gateway}/24 dev {self.name}")
        ip(router, f"addr add {self._network}1/64 dev {self.name} nodad")
        ip(self, "link set dev lo up")
        self.plug()

    def plug(self) -> None:
        """Put the cable in."""
        ip(self, f"link set dev {self.name} up")
        ip(self, f"addr replace {self._network}2/64 dev {self.name} nodad")
        ip(self, f"route replace default via {self._network}1")
        self._take(self.address)

    def unplug(self) -> None:
        """Pull the cable out: no network is left, and the host knows it."""
        ip(self, f"link set dev {self.name} down")

    def move(self, address: str) -> None:
        """Change from one IPv4 address to another, as between two Wi-Fis; sockets stay bound to the lost one.

        Args:
            address: The new one, in the same /24.
        """
        ip(self, f"addr del {self.address}/24 dev {self.name}")
        self._take(address)
        self.address = address

    def _take(self, address: str) -> None:
        ip(self, f"addr replace {address}/24 dev {self.name}")
        # The route goes when the last address does.
        ip(self, f"route replace default via {self._gateway}")


@dataclass(frozen=True)
class Lab:
    """The three hosts."""

    a: Client
    b: Client
    t: Namespace

    def counts(self) -> Counts:
        """Return what has passed since the last `reset`; the kernel counts every packet."""
        listed = json.loads(self.t.run("nft", "-j", "list", "counters", "table", "inet", "lab"))["nftables"]
        named = [entry["counter"] for entry in listed if "counter" in entry]
        return Counts(**{counter["name"]: counter["packets"] for counter in named})

    def reset(self) -> None:
        """Count from zero."""
        self.t.run("nft", "reset", "counters", "table", "inet", "lab")


def ip(namespace: Namespace, words: str) -> None:
    """Run one command of ip(8) inside."""
    namespace.run("ip", *words.split())


@contextmanager
def lab() -> Iterator[Lab]:
    """Build the three hosts; nothing of them is left afterwards."""
    with ExitStack() as stack:
        t = stack.enter_context(Namespace())
        for setting in ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"):
            t.call((Path("/proc/sys") / setting).write_text, "1")
        ip(t, "link set dev lo up")
        ip(t, f"addr add {PRIVATE}/32 dev lo")
        # Its own public address has to lead somewhere before it is translated.
        ip(t, f"route add {PUBLIC} dev lo")
        t.run("nft", "-f", "-", given=_FIREWALL)
        a, b = (stack.enter_context(Client(name, number)) for name, number in (("a", 1), ("b", 2)))
        for client in (a, b):
            client.join(t)
        yield Lab(a, b, t)


def obstacle() -> str | None:
    """Return why no lab can be built here, if so: not root, no such kernel, no such tools."""
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        return f"network namespaces need {', '.join(missing)} (Debian: iproute2, nftables, util-linux)"
    try:
        # No more than the rights: what else goes wrong is a fault of the lab, not of the place.
        with Namespace() as probe:
            ip(probe, "link add probe type veth")
            probe.run("nft", "add", "table", "inet", "probe")
    except (OSError, RuntimeError) as fault:
        return f"network namespaces need root with CAP_SYS_ADMIN and CAP_NET_ADMIN: {fault}"
    return None
