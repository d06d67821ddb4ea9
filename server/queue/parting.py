"""What lost sockets leave behind in this process, for the page that comes back."""

from dataclasses import dataclass

from matcher.domain import CallerId
from server.queue.call import CallWatch
from server.relay.pool import RelayPool
from server.relay.provider import RelayCredentials


@dataclass(frozen=True)
class Parted:
    """One page's belongings.

    Args:
        ticket_id: Its ticket, if it had one.
        epoch: Its last socket's.
        call: The call that it is in.
        met: In which of its latest calls it met whom.
        joined_ms: Since when it waits; 0: it does not.
        credentials: The relay credentials that it may still use.
        until_ms: How long they are kept, by the process's stopwatch.
    """

    ticket_id: str | None
    epoch: int
    call: CallWatch | None
    met: dict[str, CallerId]
    joined_ms: int
    credentials: tuple[RelayCredentials, ...]
    until_ms: int


class PartedPages:
    """The belongings of every page that lost its socket here lately, by caller.

    Args:
        relays: Where the credentials of pages that did not come back go.
    """

    def __init__(self, relays: RelayPool) -> None:
        self._relays = relays
        self._pages: dict[str, Parted] = {}

    def keep(self, caller_id: str, left: Parted) -> None:
        """Keep what a page left."""
        self._pages[caller_id] = left

    def of(self, caller_id: str) -> Parted | None:
        """Return what the caller left."""
        return self._pages.get(caller_id)

    def claim(self, caller_id: str) -> Parted | None:
        """Hand over what the caller left, once."""
        return self._pages.pop(caller_id, None)

    def moved(self, ticket_id: str) -> None:
        """The page came back to another process: it talks through its credentials, so nobody gives them back."""
        self._pages = {caller_id: left for caller_id, left in self._pages.items() if left.ticket_id != ticket_id}

    def expire(self, now_ms: int) -> None:
        """Forget what nobody came back for."""
        for caller_id in [caller_id for caller_id, left in self._pages.items() if left.until_ms <= now_ms]:
            for credentials in self._pages.pop(caller_id).credentials:
                self._relays.give_back(credentials)
