"""What the callers of one process share: the parts they use and the terms of service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from matcher import wire
from matcher.clock import Clock
from matcher.domain import Partner, Side, topic_of
from matcher.parameters import Description
from matcher.placed import Active, Offered
from matcher.waiting_room import WaitingRoom
from server.limits import Limiter
from server.metrics import Metrics
from server.queue.call import CallWatch
from server.realtime.tokens import ChannelTokens
from server.relay.pool import RelayPool
from server.sessions import SessionTokens

Send = Callable[[wire.AnyServerMessage], Awaitable[None]]

RELAY_MARGIN_S = 600
TOKEN_MARGIN_S = 600


@dataclass(frozen=True)
class Terms:
    """How long things may take."""

    call_s: float = 3600
    deadlines: wire.Deadlines = field(default_factory=lambda: wire.Deadlines(5, 5, 10, 3, 3600))
    # The page is given its own deadlines and two seconds for the answer; then the server decides.
    answer_s: float = 2
    silence_s: float = 15  # without a heartbeat for so long, the page counts as gone
    hello_s: float = 10
    position_s: float = 4  # how often a waiting page is told its place
    grace_s: float = 60  # how long a call, and a place, outlive a lost socket

    @property
    def setup_s(self) -> float:
        """Seconds from matched until the server gives the call up by itself."""
        stages = self.deadlines
        return stages.channel_s + stages.parameters_s + stages.ice_s + stages.audio_s + self.answer_s


@dataclass(frozen=True)
class Desk:
    """The collaborators of every caller session of this process.

    `clock` is this machine's; `stopwatch` measures how long things last; what several processes compare is
    `room.now_ms()`.
    """

    worker: str
    room: WaitingRoom
    relays: RelayPool
    sessions: SessionTokens
    channels: ChannelTokens
    channel_url: str
    channel_key: str
    describes: bool  # descriptions of connections pass through here, with the match
    bots: bool  # whether the service has any
    bot_language: str  # what bots speak, without country and script
    speech_by: str  # who processes bots' speech, in the operator's words; '': this server
    limiter: Limiter
    metrics: Metrics
    clock: Clock
    stopwatch: Clock
    terms: Terms

    def matched(self, placed: Offered | Active, own: Description | None, partner: Description | None) -> wire.Matched:
        """Return what tells a page its match.

        Args:
            placed: The match.
            own: The description of the page's own connection that its partner is told.
            partner: The description of the partner's connection, where it is known already.
        """
        return wire.Matched(
            call_id=placed.call_id,
            topic=topic_of(placed.call_id),
            side=placed.side,
            partner=placed.partner,
            channel=self.channel(placed.call_id, placed.side),
            deadlines=self.terms.deadlines,
            ufrag=own.parameters.ufrag if own else None,
            description=partner,
            speech_by=(placed.partner is Partner.BOT and self.speech_by) or None,
        )

    def channel(self, call_id: str, side: Side) -> wire.Channel:
        """Return the way into a call's channel, with a token for one side that outlives the call."""
        lifetime_s = int(self.terms.call_s) + TOKEN_MARGIN_S
        token = self.channels.mint(topic_of(call_id), side, lifetime_s)
        return wire.Channel(self.channel_url, self.channel_key, token)

    def watch(self, placed: Offered | Active) -> CallWatch:
        """Return the clock of a call that begins now."""
        now_ms, terms = self.stopwatch.now_ms(), self.terms
        return CallWatch(placed.call_id, placed.side, placed.partner, now_ms, terms.setup_s, terms.call_s)
