"""What a relay provider is: it gives TURN credentials out and takes them back."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from matcher import wire


class RelayCredentials(Struct, frozen=True):
    """One set of TURN credentials, for one session only.

    Args:
        provider: Name of the provider that gave them.
        ice_servers: What the page passes to RTCPeerConnection.
        expires_at: When the provider stops accepting them, in s since the Unix epoch.
    """

    provider: str
    ice_servers: tuple[wire.IceServer, ...]
    expires_at: int

    def __repr__(self) -> str:
        # The generated one would show username and credential.
        return f"RelayCredentials(provider={self.provider!r}, expires_at={self.expires_at})"


class Fault(StrEnum):
    """What went wrong with a provider; the values are metric labels and log reasons."""

    CONFIG = "config"  # it refuses us: key, token or request are wrong, and stay so
    UNUSABLE = "unusable"  # it answered, but with nothing that a browser could use
    RATE_LIMITED = "rate_limited"
    OUTAGE = "outage"  # it says that it is out of order
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"


FINAL = frozenset({Fault.CONFIG, Fault.UNUSABLE})


class ProviderError(Exception):
    """A provider did not do what it was asked. The text is the fault's name alone: no body, token or username.

    Args:
        fault: What went wrong.
        retry_after_s: How long the provider asked us to stay away, in s, where it said so.
    """

    def __init__(self, fault: Fault, *, retry_after_s: float | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.retry_after_s = retry_after_s

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed a moment later."""
        return self.fault not in FINAL


class RelayProvider(Protocol):
    """Gives out TURN credentials.

    `remote` tells whether a set costs a request: such sets are kept ready in the pool and revoked after use.
    """

    @property
    def name(self) -> str:
        """The provider's name, as the settings write it."""
        ...

    @property
    def remote(self) -> bool:
        """Whether minting and revoking go over the network."""
        ...

    async def mint(self, ttl_s: int) -> RelayCredentials:
        """Return a new set that is valid for `ttl_s` seconds.

        Raises:
            ProviderError: There is none.
        """
        ...

    async def revoke(self, credentials: RelayCredentials) -> None:
        """End a set before its time, where the provider can do that.

        Raises:
            ProviderError: It is still valid.
        """
        ...
