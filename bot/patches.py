"""ICE (RFC 8445) on aioice's, relay-only, with its defects mended; and which versions that is true of.

What differs from aioice's own, each with a test that fails without it:

- an incoming check repeats our own that is under way (section 7.3.1.4). The one that is first finds the other relay
  without a permission for ours; aioice sends it again after 500 ms only;
- consent (RFC 7675) is asked for three times before it counts as missing. aioice asks once and waits 500 ms, so that a
  long path, or an event loop that is held up, ends the call after half a minute;
- what arrives is handed on at once; aioice keeps it until it is read, however much it is;
- relays are asked for by `bot.relays`.

Nothing of either library is logged: candidates, addresses and tracebacks would be.
"""

import asyncio
import importlib.metadata
import logging
import random
from collections.abc import Callable, Mapping

from aioice import Candidate, ice, stun
from aioice.candidate import candidate_foundation, candidate_priority

from bot.relays import Address, allocate

VERSIONS = {"aiortc": "1.16.0", "aioice": "0.13.0"}

CONSENT_REPEATS = 2
CONSENT_MISSES = 4


def assert_versions(versions: Mapping[str, str]) -> None:
    """Make sure that the libraries are those that this was written for and tested with.

    Raises:
        ImportError: One is another version.
    """
    for name, version in versions.items():
        if importlib.metadata.version(name) != version:
            raise ImportError(f"bot.patches needs {name} {version}")


assert_versions(VERSIONS)
for _library in VERSIONS:
    logging.getLogger(_library).setLevel(logging.CRITICAL + 1)


class _Checks(ice.StunProtocol):
    """The checks through one relay; those under way can be repeated before their time."""

    def __init__(self, receiver: ice.Connection) -> None:
        super().__init__(receiver)
        self._open: dict[bytes, tuple[stun.Message, tuple[str, int]]] = {}

    async def request(
        self,
        request: stun.Message,
        addr: tuple[str, int],
        integrity_key: bytes | None = None,
        retransmissions: int | None = None,
    ) -> tuple[stun.Message, tuple[str, int]]:
        """Send a request and wait for its response."""
        self._open[request.transaction_id] = (request, addr)
        try:
            return await super().request(request, addr, integrity_key, retransmissions)
        finally:
            del self._open[request.transaction_id]

    def repeat(self, addr: tuple[str, int]) -> None:
        """Send once more what waits for a response from there."""
        for request, to in self._open.values():
            if to == addr:
                self.send_stun(request, to)


class Connection(ice.Connection):
    """One ICE connection of one component, through one relay.

    Args:
        relay: Where to ask for it.
        receive: Is given each datagram that is not ICE's own.
    """

    def __init__(self, relay: Address, receive: Callable[[bytes], None]) -> None:
        super().__init__(ice_controlling=False, transport_policy=ice.TransportPolicy.RELAY)
        self._relay = relay
        self._receive = receive

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],  # noqa: ARG002  # this machine's own, of which there is none to use
        timeout: int = 0,  # noqa: ARG002, ASYNC109  # whoever gathers has one
    ) -> list[Candidate]:
        """Gather the one candidate there is; raises what `allocate` raises."""
        checks = _Checks(self)
        await allocate(self._relay, checks)
        ip, port = checks.transport.get_extra_info("sockname")
        checks.local_candidate = Candidate(
            foundation=candidate_foundation("relay", "udp", ip),
            component=component,
            transport="udp",
            priority=candidate_priority(component, "relay"),
            host=ip,
            port=port,
            type="relay",
        )
        self._protocols.append(checks)
        return [checks.local_candidate]

    def check_incoming(self, message: stun.Message, addr: tuple[str, int], protocol: ice.StunProtocol) -> None:
        """Take a check of the partner's."""
        super().check_incoming(message, addr, protocol)
        if isinstance(protocol, _Checks):
            protocol.repeat(addr)

    async def query_consent(self) -> None:
        """Ask again and again for the partner's consent; close when it is not given any more."""
        misses = 0
        while misses < CONSENT_MISSES:
            await asyncio.sleep(ice.CONSENT_INTERVAL * random.uniform(0.8, 1.2))  # noqa: S311  # spreads, hides nothing
            misses = 0 if await self._consents() else misses + 1
        self._query_consent_task = None  # which `close` would cancel: this one
        await self.close()

    async def _consents(self) -> bool:
        pair = self._nominated[1]
        key = (self.remote_password or "").encode()
        try:
            request = self.build_request(pair, nominate=False)
            await pair.protocol.request(request, pair.remote_addr, key, retransmissions=CONSENT_REPEATS)
        except stun.TransactionError:
            return False
        return True

    def data_received(self, data: bytes, component: int) -> None:  # noqa: ARG002  # there is one
        """Hand on what is not ICE's own."""
        self._receive(data)
