"""The descriptions that the two ends of a match tell each other by way of their servers. Pure, and in memory only."""

from matcher.parameters import Description


class Descriptions:
    """One caller's own description until it is given to a match, and the partner's until its match is told.

    Args:
        wanted: Whether descriptions go this way at all; else they go by the call's channel alone.
    """

    def __init__(self, *, wanted: bool) -> None:
        self.wanted = wanted
        self._own: Description | None = None
        self._given: tuple[str, Description | None] | None = None
        self._early: tuple[str, Description] | None = None

    def ready(self, own: Description | None) -> None:
        """Take the description of the connection that waits now; an older one's is forgotten."""
        self._own = own if self.wanted else None

    def give(self, call_id: str) -> Description | None:
        """Give the own description to a call, once: a connection serves one call, and one word of it is enough.

        A description that came after the call had its own belongs to a connection that is not used.
        """
        own, self._own = self._own, None
        if self._given and self._given[0] == call_id:
            return None
        self._given = call_id, own
        return own

    def given(self, call_id: str) -> Description | None:
        """Return what this call was given."""
        return self._given[1] if self._given and self._given[0] == call_id else None

    def keep(self, call_id: str, partner: Description) -> None:
        """Keep the description of the partner in a match that is still to be told here."""
        self._early = call_id, partner

    def partner_in(self, call_id: str) -> Description | None:
        """Return the partner's description, where it came before its match; any other is of no use any more."""
        early, self._early = self._early, None
        return early[1] if early and early[0] == call_id else None
