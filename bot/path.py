"""A way to the partner: one relay of ours, and ICE between it and the partner's.

A restart of ICE (RFC 8445 section 9) is a new path, of the next generation; DTLS and what it carries stay as they are
(RFC 8842 section 5.5), as a browser has it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from aioice import Candidate as IceCandidate
from aioice import stun
from aioice.candidate import candidate_priority

from bot.candidates import Addition, End
from bot.parameters import Candidate, Parameters, read_candidate
from bot.patches import Connection
from bot.relays import addresses_of
from matcher.wire import IceServer

# How long one relay has to answer where there is another to ask, and how long the last one has.
FALLBACK_S = 1.0
GATHER_S = 5.0
# However dead a relay is.
CLOSE_S = 2.0


class NoRelay(Exception):
    """No relay gave an address."""


class Path:
    """One generation's connection; `gather` makes it.

    Args:
        connection: Has gathered.
        candidate: What it has gathered.
    """

    def __init__(self, connection: Connection, candidate: Candidate) -> None:
        self.candidate = candidate
        self._connection = connection
        self._ended = False

    @property
    def generation(self) -> int:
        """Which generation of connection parameters this is."""
        return self.candidate.generation

    @property
    def ufrag(self) -> str:
        """Ours (RFC 8839 section 5.4)."""
        return self._connection.local_username

    @property
    def pwd(self) -> str:
        """Ours (RFC 8839 section 5.4)."""
        return self._connection.local_password

    async def connect(self, partner: Parameters, *, controls: bool) -> None:
        """Check the partner's candidates, those of now and those to come, until one works.

        Args:
            partner: His parameters of this generation.
            controls: Whether we nominate (RFC 8445 section 6.1.1).

        Raises:
            ConnectionError: There will be none.
        """
        self._connection.ice_controlling = controls
        self._connection.remote_username = partner.ufrag
        self._connection.remote_password = partner.pwd
        await self._connection.connect()

    async def add(self, addition: Addition) -> None:
        """Take one of the partner's candidates, or the end of them. One that cannot be used is one path less."""
        if self._ended:
            return
        if isinstance(addition, End):
            self._ended = True
            await self._connection.add_remote_candidate(None)
            return
        await self._connection.add_remote_candidate(
            IceCandidate(
                foundation="1",
                component=1,
                transport="udp",
                priority=candidate_priority(1, "relay"),
                host=addition.ip,
                port=addition.port,
                type="relay",
            )
        )

    async def send(self, data: bytes) -> None:
        """Send a datagram.

        Raises:
            ConnectionError: It is not connected, or not any more.
        """
        await self._connection.send(data)

    async def close(self) -> None:
        """Let go of the relay, within `CLOSE_S`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._connection.close()


async def gather(servers: Sequence[IceServer], generation: int, receive: Callable[[bytes], None]) -> Path:
    """Get a relay from the first server that gives one: over UDP, and where that fails over TLS.

    Args:
        servers: Fresh credentials.
        generation: Of the path.
        receive: Is given each datagram that arrives.

    Raises:
        NoRelay: None did in time.
        ValueError: A URL is not one of TURN.
    """
    relays = addresses_of(servers)
    for place, relay in enumerate(relays, 1):
        connection = Connection(relay, receive)
        try:
            async with asyncio.timeout(GATHER_S if place == len(relays) else FALLBACK_S):
                await connection.gather_candidates()
        except (OSError, stun.TransactionError):
            continue
        if path := await _path(connection, generation):
            return path
    raise NoRelay


async def _path(connection: Connection, generation: int) -> Path | None:
    """Return the path that a connection has gathered; what is no relay's address for a partner is let go."""
    (local,) = connection.local_candidates
    told = {"generation": generation, "ip": local.host, "port": local.port}
    candidate = read_candidate(told, allow_local=True)
    if local.type == "relay" and candidate:
        return Path(connection, candidate)
    await connection.close()
    return None
