"""What a call is answered with: a leg, which is its media, and a conversation. The worker knows them by these alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from bot.media.playout import Playout
from bot.reliable import Message
from bot.turns.state import Ending
from matcher.domain import Side
from matcher.parameters import Description
from matcher.wire import IceServer


class Leg(Protocol):
    """One end of a call's media, from before there is a call."""

    @property
    def connected(self) -> asyncio.Event:
        """Is set when the partner can hear the bot."""
        ...

    @property
    def heard(self) -> asyncio.Event:
        """Is set when the bot has heard the partner, be it silence."""
        ...

    @property
    def ended(self) -> Awaitable[Enum]:
        """Says why the leg is over: its member BYE is a partner who has left, NO_MEDIA one of whom nothing comes any
        more; with all but BYE the call has failed.
        """  # one sentence
        ...

    async def gather(self) -> Description:
        """Return the parameters and relay candidates of the first connection.

        Raises:
            NoRelay: There is no candidate.
        """
        ...

    def join(
        self,
        side: Side,
        call_id: str,
        *,
        send: Callable[[str, dict[str, Any]], None],
        hear: Callable[[bytes], None],
        playout: Playout,
    ) -> None:
        """Connect to the partner in this call.

        Args:
            side: Ours.
            call_id: Of the call.
            send: Tells the partner something by the channel.
            hear: Takes what the partner says, 16 bit mono at 16 kHz.
            playout: What the bot says.
        """
        ...

    def receive(self, message: Message) -> None:
        """Take a message of the partner from the channel."""
        ...

    def described(self, description: Description) -> None:
        """Take the partner's description, which the server passed on."""
        ...

    def bye(self) -> None:
        """Tell the partner that the bot leaves."""
        ...


class Conversation(Protocol):
    """What is said in a call."""

    def hear(self, pcm: bytes) -> None:
        """Take what the caller says: 16 bit mono at 16 kHz."""
        ...

    def connected(self) -> None:
        """Begin to speak: the two hear each other."""
        ...

    def human(self, *, free: bool) -> None:
        """Note that the caller could have a person instead, or not any more."""
        ...

    def end(self, ending: Ending) -> None:
        """Come to an end, with a goodbye where one fits."""
        ...

    async def run(self) -> Ending:
        """Converse until it is over, and say why. Nothing of it is kept after that."""
        ...


class Legs(Protocol):
    """Opens legs."""

    def __call__(self, servers: Sequence[IceServer], /) -> AbstractAsyncContextManager[Leg]:
        """Open one with fresh relay credentials; it is closed with its context."""
        ...


class Conversations(Protocol):
    """Makes conversations."""

    def __call__(self, playout: Playout, call_s: float, /) -> Conversation:
        """Make one that speaks into `playout`, and takes `call_s` at most."""
        ...


@dataclass(frozen=True)
class Parts:
    """Both, and what the worker has to know of the engines.

    `engines`: the share of their places that is taken when the process has begun so many calls; at 1 no further one is.
    Places that a call can do without count half. `speech_by`: who processes what is said ('': this service's server).
    `language`: what they speak.
    """

    legs: Legs
    conversations: Conversations
    engines: Callable[[int], float] = lambda _: 0.0
    speech_by: str = ""
    language: str = "en"
