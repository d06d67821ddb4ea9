"""What coturn, at its most talkative, has written about keeping a call's way open."""

import re
from typing import NamedTuple

# Seconds since coturn began, the allocation, what happened. RFC 8656: a Refresh renews an allocation; CreatePermission
# and ChannelBind make and renew a permission and a channel.
_EVENT = re.compile(
    r"^(\d+): .*session (\d+): (?:(new), |(refreshed), .*lifetime=[1-9]|(peer) \S+ lifetime updated|.*error (438))",
    re.MULTILINE,
)
# While a call is set up the same is asked for several times.
SET_UP_S = 60


class Refreshes(NamedTuple):
    """How often, and for how many allocations, something was renewed after the call had been set up."""

    allocations: int
    permissions: int  # and channels
    nonces: int  # that had to be replaced
    refreshed: int  # allocations that were renewed at least once


def refreshes(log: str) -> Refreshes:
    """Count them in the log."""
    made_s: dict[str, int] = {}
    renewed: dict[str, list[str]] = {"refreshed": [], "peer": [], "438": []}
    for seconds, session, *kinds in _EVENT.findall(log):
        kind = "".join(kinds)
        if kind == "new":
            made_s[session] = int(seconds)
        elif session in made_s and int(seconds) - made_s[session] > SET_UP_S:
            renewed[kind].append(session)
    allocations, permissions, nonces = renewed.values()
    return Refreshes(len(allocations), len(permissions), len(nonces), len(set(allocations)))
