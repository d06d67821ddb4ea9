"""The bot's end of a call, from its relay to its goodbye: what it says to the page's end, and does at what that says.

`web/src/call/call.ts` is the page's. The bot begins no restart of its own: a partner who is there misses the bot's
packets as soon as the bot misses his, and restarts; one who is not there frees the bot after less than 5 s.
"""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack, suppress
from enum import Enum
from typing import Any, Self

import msgspec

from bot.candidates import End
from bot.finish import cancel, finish
from bot.generations import Forged, Generations, Way
from bot.media.hearing import Hearing
from bot.media.opus import Decoder, Encoder
from bot.media.playout import Playout, Voice
from bot.messages import Bye, EndOfCandidates, Mute, Signal, read_signal, to_message
from bot.parameters import Candidate, Parameters, read_candidate
from bot.path import NoRelay
from bot.patience import LOOK_S, Patience
from bot.peer import Peer
from bot.reliable import Message
from bot.sas import NONCE_BYTES, Commitment, Reveal, SafetyWords, nonce_from
from bot.sas import End as SafetyEnd
from bot.sound import Incoming, Outgoing
from bot.verification import Verification, Violated
from matcher.domain import Side
from matcher.parameters import Description
from matcher.wire import IceServer

CONNECT_S = 15.0


class LegEnd(Enum):
    """Why a leg is over."""

    BYE = "bye"  # the partner has left, and said so
    NO_MEDIA = "no_media"  # nothing came from the partner any more
    CONNECT_TIMEOUT = "connect_timeout"  # there never was a connection
    FAILED = "failed"  # it cannot go on: another partner than the one described, or one who does not keep to the rules


def _nobody(*_: object) -> None:
    """Take what there is nobody for yet."""


class Leg:
    """One call's connection. An async context manager: it owns relays, codecs and tasks, and lets go of all within 2 s.

    `gather`, then `join` once there is a partner; then `described` and `receive` for what comes from him.

    Args:
        servers: Fresh relay credentials.

    Attributes:
        connected: Is set when the partner can hear the bot.
        heard: Is set when the bot has heard the partner, be it his silence.
        muted: Whether the partner says that his microphone is off.
        ended: Gets the reason as soon as the leg is over. It is still to be left then.
    """

    _side: Side
    _verification: Verification
    _voice: Outgoing
    _hearing: Hearing

    def __init__(self, servers: Sequence[IceServer]) -> None:
        self.connected = asyncio.Event()
        self.heard = asyncio.Event()
        self.muted = False
        self.ended: asyncio.Future[LegEnd] = asyncio.get_running_loop().create_future()
        self._servers = servers
        self._resources = ExitStack()
        self._tasks = asyncio.TaskGroup()
        self._running: set[asyncio.Task[None]] = set()
        self._peer = Peer(self._tasks)
        self._own: Description | None = None
        self._send: Callable[[str, dict[str, Any]], None] = _nobody
        self._hear: Callable[[bytes], None] = _nobody
        self._arrived: asyncio.Queue[Message | Description] = asyncio.Queue()
        self._generations = Generations(self._peer.fingerprint)
        self._begun = False
        self._incoming: Incoming | None = None
        self._patience = Patience()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.ended.cancel()
        try:
            # What is half closed would keep its relay for ever.
            await finish(self._close())
        finally:
            # Without the fault, which it would make a group of: it has nothing to do with these tasks.
            await self._tasks.__aexit__(None, None, None)

    @property
    def generation(self) -> int | None:
        """That of the path in use; None: there was none yet."""
        return self._peer.generation

    @property
    def lost(self) -> int:
        """How many of the partner's packets never came, or came too late."""
        return self._hearing.lost

    @property
    def safety_words(self) -> SafetyWords | None:
        """The call's, once the partner has kept to what he committed to."""
        return self._verification.words

    async def gather(self) -> Description:
        """Get a relay, before there is a partner; returns what he is to be told.

        Raises:
            NoRelay: There is none.
        """
        self._own = await self._peer.gather(self._servers, 0)
        return self._own

    def join(
        self,
        side: Side,
        call_id: str,
        *,
        send: Callable[[str, dict[str, Any]], None],
        hear: Callable[[bytes], None],
        playout: Playout,
    ) -> None:
        """Begin the call, once, after `gather`: tell the partner of us, and take what he says from now on.

        Args:
            side: Ours.
            call_id: Of the call.
            send: Takes a message for the partner, kind and data, to be delivered reliably and in order.
            hear: Is given what the partner says, 16 bit mono at 16 kHz, 20 ms usually; must not raise.
            playout: What the bot says.
        """
        if self._own is None:
            raise ValueError("nothing gathered")
        self._side, self._send, self._hear = side, send, hear
        self._voice = Outgoing(Voice(playout, self._resources.enter_context(Encoder())))
        self._hearing = Hearing(self._resources.enter_context(Decoder()))
        nonce = nonce_from(secrets.token_bytes(NONCE_BYTES))
        self._verification = Verification(call_id, side, SafetyEnd(self._peer.fingerprint, nonce))
        self._tell(self._own)
        self._say(self._verification.commitment)
        self._peer.on_state(self._on_state)
        self._spawn(self._listen())
        self._spawn(self._watch())

    def described(self, description: Description) -> None:
        """Take the partner's description, as the server tells it; the channel must bring the same, or none."""
        if description.parameters.generation == 0:
            self._arrived.put_nowait(description)

    def receive(self, message: Message) -> None:
        """Take a message of the partner's from the call's channel."""
        self._arrived.put_nowait(message)

    def bye(self) -> None:
        """Tell the partner that the bot leaves."""
        self._say(Bye())

    def _say(self, signal: Signal) -> None:
        self._send(*to_message(signal))

    def _tell(self, own: Description) -> None:
        """Tell a generation of ours: candidates first, so that the partner knows them by the time he describes us."""
        for candidate in own.candidates:
            self._say(candidate)
        self._say(EndOfCandidates(own.parameters.generation))
        self._say(own.parameters)

    def _end(self, why: LegEnd) -> None:
        if not self.ended.done():
            self.ended.set_result(why)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _close(self) -> None:
        with self._resources:
            await cancel(self._running)
            await self._peer.close()

    async def _listen(self) -> None:
        while not self.ended.done():
            arrived = await self._arrived.get()
            try:
                if isinstance(arrived, Description):
                    await self._on_description(arrived)
                elif signal := read_signal(arrived, allow_local=self._peer.has_local_relay):
                    await self._take(signal)
            except (Forged, Violated):
                self._end(LegEnd.FAILED)

    async def _take(self, signal: Signal) -> None:
        match signal:
            case Parameters():
                self._on_parameters(signal, Way.CHANNEL)
            case Candidate():
                await self._peer.add(signal)
            case EndOfCandidates():
                await self._peer.add(End(signal.generation))
            case Commitment():
                if reveal := self._verification.commit(signal):
                    self._say(reveal)
            case Reveal():
                self._verification.reveal(signal)
            case Mute():
                self.muted = signal.muted
            case Bye():
                self._end(LegEnd.BYE)

    async def _on_description(self, description: Description) -> None:
        allow_local = self._peer.has_local_relay
        for told in description.candidates:
            if candidate := read_candidate(msgspec.to_builtins(told), allow_local=allow_local):
                await self._peer.add(candidate)
        self._on_parameters(description.parameters, Way.SERVER)

    def _on_parameters(self, parameters: Parameters, way: Way) -> None:
        if not self._generations.take(parameters, way):
            return
        self._verification.describe(parameters.fingerprint)
        if parameters.generation == 0:
            self._spawn(self._connect(parameters))
        else:
            self._patience.restart()
            self._spawn(self._follow(parameters))

    async def _follow(self, parameters: Parameters) -> None:
        """Restart as the partner does, unless he has begun another meanwhile."""
        generation = parameters.generation
        await asyncio.sleep(self._generations.pause_s(asyncio.get_running_loop().time()))
        if generation < self._generations.newest:
            return
        try:
            own = await self._peer.gather(self._servers, generation)
        except NoRelay:
            return
        if generation == self._generations.newest:
            self._tell(own)
            await self._connect(parameters)

    async def _connect(self, parameters: Parameters) -> None:
        # A path that leads nowhere is missed by `_watch`, unless the partner tries another.
        with suppress(ConnectionError):
            await self._peer.connect(self._side, parameters)
            if self._begun:
                return
            self._begun = True
            self._incoming = await self._peer.begin(self._side, parameters, self._voice, self._hearing, self._on_sound)
            self.connected.set()
            await self._incoming.report()

    def _on_sound(self, pcm: bytes) -> None:
        self.heard.set()
        self._hear(pcm)

    def _on_state(self) -> None:
        if self._peer.state == "failed":
            self._end(LegEnd.FAILED)
        elif self._peer.state == "closed":
            self._end(LegEnd.BYE)

    async def _watch(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S):
                await self.connected.wait()
        except TimeoutError:
            self._end(LegEnd.CONNECT_TIMEOUT)
            return
        while self._incoming and self._patience.look(self._incoming.packets):
            if self._incoming.hostile:
                self._end(LegEnd.FAILED)
            await asyncio.sleep(LOOK_S)
        self._end(LegEnd.NO_MEDIA)
