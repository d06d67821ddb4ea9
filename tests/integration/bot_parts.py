"""A leg and a conversation without media: each end tells the other by the call's channel that it hears it."""

import asyncio
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any

from bot.media.playout import Playout
from bot.parts import Parts
from bot.reliable import Message
from bot.turns.state import Ending
from matcher.domain import Side
from matcher.parameters import Candidate, Description, Parameters
from matcher.wire import IceServer

Send = Callable[[str, dict[str, Any]], None]

DESCRIPTION = Description(
    Parameters(0, "bot1", "p" * 24, ":".join(["AB"] * 32), 111, False), (Candidate(0, "198.51.100.7", 50_001),)
)


class LegEnd(Enum):
    """Why a leg without media ends."""

    BYE = auto()
    NO_MEDIA = auto()
    FAILED = auto()


class QuietLeg:
    """A leg without media: a partner that says something by the channel is heard, and answered once."""

    def __init__(self, relay: asyncio.Event) -> None:
        self.open = False
        self._relay = relay
        self.connected = asyncio.Event()
        self.heard = asyncio.Event()
        self.ended: asyncio.Future[LegEnd] = asyncio.get_running_loop().create_future()
        self.partner: list[Description] = []
        self._send: Send | None = None

    async def __aenter__(self) -> "QuietLeg":
        self.open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.open = False
        self.ended.cancel()

    async def gather(self) -> Description:
        """See bot.parts.Leg."""
        await self._relay.wait()
        return DESCRIPTION

    def join(self, side: Side, call_id: str, *, send: Send, hear: Callable[[bytes], None], playout: Playout) -> None:
        """See bot.parts.Leg."""
        self._send = send
        send("hello", {"call_id": call_id, "side": side})

    def receive(self, message: Message) -> None:
        """See bot.parts.Leg."""
        if message.kind == "bye":
            self.ended.set_result(LegEnd.BYE)
            return
        assert self._send
        self._send("heard", message.data)
        self.connected.set()
        self.heard.set()

    def described(self, description: Description) -> None:
        """See bot.parts.Leg."""
        self.partner.append(description)

    def bye(self) -> None:
        """See bot.parts.Leg."""
        assert self._send
        self._send("bye", {})


class QuietConversation:
    """One that goes on until it is told to end."""

    def __init__(self) -> None:
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    def hear(self, pcm: bytes) -> None:
        """See bot.parts.Conversation."""

    def connected(self) -> None:
        """See bot.parts.Conversation."""

    def human(self, *, free: bool) -> None:
        """See bot.parts.Conversation."""

    def end(self, ending: Ending) -> None:
        """See bot.parts.Conversation."""
        self._ending.set_result(ending)

    async def run(self) -> Ending:
        """See bot.parts.Conversation."""
        return await self._ending


class Stage:
    """The parts that calls get, with those that they got at hand. `relay`: whether one answers legs, as at first."""

    def __init__(self) -> None:
        self.relay = asyncio.Event()
        self.relay.set()
        self.legs: list[QuietLeg] = []
        self.conversations: list[QuietConversation] = []
        self.parts = Parts(self._leg, self._conversation)

    @property
    def open_legs(self) -> int:
        """How many legs have not been closed."""
        return sum(leg.open for leg in self.legs)

    def _leg(self, servers: Sequence[IceServer]) -> QuietLeg:
        assert servers[0].username
        self.legs.append(QuietLeg(self.relay))
        return self.legs[-1]

    def _conversation(self, playout: Playout, call_s: float) -> QuietConversation:
        assert call_s > 0
        self.conversations.append(QuietConversation())
        return self.conversations[-1]
