"""Our end of one connection: one certificate and one DTLS association, over one path after another.

`web/src/call/peer.ts` is the page's. That one is a browser's RTCPeerConnection; this one is put together from the parts
of aiortc's. A restart of ICE (RFC 8445 section 9), which aiortc's does not know, leaves DTLS as it is (RFC 8842 section
5.5): the browser goes on with the keys that it has, and would not answer a new handshake. And without it no session
description is needed at all.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceTransport,
    RTCRtpSender,
)
from aiortc.rtcrtpparameters import (
    RTCRtcpParameters,
    RTCRtpCodecParameters,
    RTCRtpReceiveParameters,
    RTCRtpSendParameters,
)

from bot.candidates import Addition, CandidateBuffer, End
from bot.media.hearing import CLOCK_HZ, Hearing
from bot.parameters import Parameters, Reach, reach_of
from bot.path import Path, gather
from bot.sound import Incoming, Outgoing
from matcher.domain import Side
from matcher.parameters import Description
from matcher.wire import IceServer

# Under which we receive Opus; any of 96 to 127 will do.
PAYLOAD_TYPE = 111
# Datagrams that wait for DTLS to take them: a second of sound, which nobody needs any more when it is late.
MAX_WAITING = 64
# No packet of RTP, RTCP (RFC 3550) or DTLS (RFC 9147) is shorter.
LEAST_BYTES = 12


class Link:
    """The path that is in use, as DTLS takes its transport: it does not notice when it is another one."""

    role = "controlled"

    def __init__(self) -> None:
        self.path: Path | None = None
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING)

    def take(self, data: bytes) -> None:
        """Take a datagram that has arrived, if there is room for it."""
        if len(data) >= LEAST_BYTES:
            with contextlib.suppress(asyncio.QueueFull):
                self._waiting.put_nowait(data)

    async def _recv(self) -> bytes:
        return await self._waiting.get()

    async def _send(self, data: bytes) -> None:
        # What cannot be sent is lost, as on any way. aiortc's sender would stop for good.
        if self.path:
            with contextlib.suppress(ConnectionError):
                await self.path.send(data)


class Peer:
    """One end: `gather` a generation, `connect` it with the partner's parameters; then `begin` to talk, once.

    Args:
        tasks: What goes on beside; `close` first, so that there is an end to it.
    """

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self._tasks = tasks
        self._certificate = RTCCertificate.generateCertificate()
        self._link = Link()
        self._dtls = RTCDtlsTransport(cast(RTCIceTransport, self._link), [self._certificate])
        self._paths: dict[int, Path] = {}
        self._buffer = CandidateBuffer()
        self._sender: RTCRtpSender | None = None

    @property
    def fingerprint(self) -> str:
        """Our certificate's, the same in every generation."""
        return next(one.value for one in self._certificate.getFingerprints() if one.algorithm == "sha-256")

    @property
    def has_local_relay(self) -> bool:
        """Whether our relay is one of this machine or this house; see `read_candidate`."""
        return any(reach_of(path.candidate.ip) is Reach.LOCAL for path in self._paths.values())

    @property
    def state(self) -> str:
        """That of DTLS: `new`, `connecting`, `connected`, `closed` by the partner, or `failed`."""
        return self._dtls.state

    def on_state(self, changed: Callable[[], None]) -> None:
        """Call this whenever the state changes."""
        self._dtls.on("statechange", changed)

    @property
    def generation(self) -> int | None:
        """That of the path in use."""
        return self._link.path.generation if self._link.path else None

    async def gather(self, servers: Sequence[IceServer], generation: int) -> Description:
        """Get a relay for this generation, and say what the partner needs to know of it.

        Raises:
            NoRelay: There is none.
        """
        path = await gather(servers, generation, partial(self._arrived, generation))
        self._retire(generation)
        self._paths[generation] = path
        parameters = Parameters(
            generation=generation,
            ufrag=path.ufrag,
            pwd=path.pwd,
            fingerprint=self.fingerprint,
            payload_type=PAYLOAD_TYPE,
            yields=True,
        )
        return Description(parameters, (path.candidate,))

    async def connect(self, side: Side, partner: Parameters) -> None:
        """Find the way of a generation that is gathered, and use it from then on.

        As in the page side a controls ICE (RFC 8445 section 6.1.1), but only a partner who can leave that to us; and we
        can always.

        Raises:
            ConnectionError: There is none.
        """
        path = self._paths[partner.generation]
        for addition in self._buffer.describe(partner.generation):
            await path.add(addition)
        await path.connect(partner, controls=side is Side.A and partner.yields)
        self._link.path = path

    async def add(self, addition: Addition) -> None:
        """Take one of the partner's candidates, or the end of them, for now or for later."""
        buffer = self._buffer
        given = buffer.end(addition.generation) if isinstance(addition, End) else buffer.add(addition)
        for one in given:
            if path := self._paths.get(one.generation):
                await path.add(one)

    async def begin(
        self, side: Side, partner: Parameters, voice: Outgoing, hearing: Hearing, hear: Callable[[bytes], None]
    ) -> Incoming:
        """Agree on keys, which needs a path; send the voice and hear the partner from then on.

        Args:
            side: Side a begins with DTLS.
            partner: Whom it has to be with.
            voice: Without an end.
            hearing: The partner's alone.
            hear: Is given what is heard; must not raise.

        Returns:
            What is heard; its `report` is to be run.

        Raises:
            ConnectionError: The partner is not who he said, or speaks another DTLS.
        """
        sender = RTCRtpSender(voice, self._dtls)
        incoming = Incoming(hearing, hear, self._dtls._send_rtp, sender._ssrc)
        opus = RTCRtpCodecParameters("audio/opus", CLOCK_HZ, channels=2, payloadType=PAYLOAD_TYPE)
        self._dtls._register_rtp_receiver(incoming, RTCRtpReceiveParameters([opus]))
        self._dtls._set_role("client" if side is Side.A else "server")
        await self._dtls.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", partner.fingerprint)]))
        if self._dtls.state != "connected":
            raise ConnectionError
        # Each end sends under the type under which the other receives. No header extension: those are not encrypted.
        theirs = RTCRtpCodecParameters("audio/opus", CLOCK_HZ, channels=2, payloadType=partner.payload_type)
        name = RTCRtcpParameters(cname=secrets.token_urlsafe(12), mux=True)
        self._sender = sender
        await sender.send(RTCRtpSendParameters([theirs], rtcp=name))
        return incoming

    async def close(self) -> None:
        """Say that we leave, and let go of all relays, within `path.CLOSE_S`."""
        if self._sender:
            await self._sender.stop()
        await self._dtls.stop()
        await asyncio.gather(*(path.close() for path in self._paths.values()))

    def _arrived(self, generation: int, data: bytes) -> None:
        self._link.take(data)
        # What comes on the new path shows that the partner uses it as well.
        if len(self._paths) > 1 and self._link.path is self._paths.get(generation):
            self._retire(generation)

    def _retire(self, generation: int) -> None:
        """Close all paths before this generation but the one in use."""
        for earlier in [number for number in self._paths if number < generation]:
            if self._paths[earlier] is not self._link.path:
                self._tasks.create_task(self._paths.pop(earlier).close())
