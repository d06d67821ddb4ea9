"""Who knocks: the address of a request or handshake, as a pseudonym, against the limits of its household."""

from typing import Any

from starlette.requests import HTTPConnection

from matcher.errors import RateLimited
from server.addresses import Pseudonyms, client_address
from server.limits import Limit, Limiter


class Arrivals:
    """Lets arrivals in, at the rate of a limit.

    Args:
        limiter: Counts.
        pseudonyms: The only form in which an address is used.
        trusted_hops: Number of proxies of ours in front.
    """

    def __init__(self, limiter: Limiter, pseudonyms: Pseudonyms, trusted_hops: int) -> None:
        self._limiter = limiter
        self._pseudonyms = pseudonyms
        self._trusted_hops = trusted_hops

    async def admit(self, arrival: HTTPConnection[Any], limit: Limit) -> str:
        """Take one token for an arrival; returns the pseudonym of its address.

        Raises:
            RateLimited: Its address has used up this limit.
            QueueUnavailable: Redis does not answer, and this limit fails closed.
        """
        peer = arrival.client.host if arrival.client else None
        address = client_address(peer, arrival.headers.getlist("x-forwarded-for"), self._trusted_hops)
        who = await self._pseudonyms.of(address)
        await self._limiter.take(limit, who)
        return who

    async def allows_socket(self, arrival: HTTPConnection[Any]) -> bool:
        """Say whether this address may open one more socket now."""
        try:
            await self.admit(arrival, Limit.SOCKETS)
        except RateLimited:
            return False
        return True
