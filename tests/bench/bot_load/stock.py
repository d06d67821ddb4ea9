"""The baseline: a bot, and a caller, as aiortc's own examples have them; relay-only."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from fractions import Fraction
from itertools import cycle

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler, Packet
from websockets.asyncio.client import connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed

from matcher.wire import IceServer
from tests.bench.bot_load.speech import ANSWER, QUESTION, frames, judge, packets

RATE_HZ = 48_000
SAMPLES = RATE_HZ // 50


class _Paced(MediaStreamTrack):
    """A track at its time, as aiortc's AudioStreamTrack keeps it."""

    kind = "audio"

    def __init__(self, content: Sequence[bytes]) -> None:
        super().__init__()
        self._content = cycle(content)
        self._start_s: float | None = None
        self.pts = 0

    async def next(self) -> bytes:
        """Wait for the next 20 ms."""
        if self._start_s is None:
            self._start_s = time.time()
        else:
            self.pts += SAMPLES
            await asyncio.sleep(self._start_s + self.pts / RATE_HZ - time.time())
        return next(self._content)


class Spoken(_Paced):
    """Frames, which aiortc encodes."""

    async def recv(self) -> AudioFrame:
        """Return the next 20 ms."""
        pcm = await self.next()
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(pcm)
        frame.pts, frame.sample_rate, frame.time_base = self.pts, RATE_HZ, Fraction(1, RATE_HZ)
        return frame


class Encoded(_Paced):
    """Packets of Opus, ready to be sent: this end is to cost little."""

    async def recv(self) -> Packet:  # type: ignore[type-arg]  # of no stream
        """Return the next 20 ms."""
        packet = Packet(await self.next())
        packet.pts, packet.time_base = self.pts, Fraction(1, RATE_HZ)
        return packet


def connection(relay: IceServer) -> RTCPeerConnection:
    """Return one end."""
    servers = [RTCIceServer(urls=list(relay.urls), username=relay.username, credential=relay.credential)]
    return RTCPeerConnection(
        RTCConfiguration(
            iceServers=servers,
            bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
            iceTransportPolicy=RTCIceTransportPolicy.RELAY,
        )
    )


async def listen(track: MediaStreamTrack, hear: Callable[[bytes], None]) -> None:
    """Give everything that comes to `hear`, at 16 kHz, until it ends."""
    resampler = AudioResampler(format="s16", layout="mono", rate=16_000)
    try:
        while True:
            frame = await track.recv()
            assert isinstance(frame, AudioFrame)
            for part in resampler.resample(frame):
                hear(bytes(part.planes[0])[: 2 * part.samples])
    except MediaStreamError:
        pass


class StockBot:
    """Answers calls."""

    def __init__(self, relay: IceServer) -> None:
        self._relay = relay
        self._content = frames(ANSWER, "slt")

    async def serve(self, socket: Connection) -> None:
        """Be the other end of a call, until its socket closes."""
        end = connection(self._relay)
        listening: list[asyncio.Task[None]] = []
        end.on("track", lambda track: listening.append(asyncio.create_task(listen(track, judge()))))
        try:
            async for message in socket:
                match json.loads(message):
                    case {"type": "ready"}:
                        await socket.send(json.dumps({"type": "matched"}))
                    case {"type": "offer", "description": {"sdp": sdp}}:
                        await end.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
                        end.addTrack(Spoken(self._content))
                        await end.setLocalDescription(await end.createAnswer())
                        description = {"type": "answer", "sdp": end.localDescription.sdp}
                        await socket.send(json.dumps({"type": "answer", "description": description}))
        except ConnectionClosed:
            pass
        finally:
            await end.close()
            await asyncio.gather(*listening)


class StockCaller:
    """Calls a bot on aiortc, be it bare or under pipecat."""

    def __init__(self, relay: IceServer) -> None:
        self._relay = relay
        self._content = packets(QUESTION, "rms")

    @asynccontextmanager
    async def call(self, url: str) -> AsyncIterator[None]:
        """Call; the way to the bot opens while the context is there."""
        end = connection(self._relay)
        sender = end.addTransceiver(Encoded(self._content), direction="sendrecv")
        try:
            async with connect(url) as socket:
                await socket.send(json.dumps({"type": "ready"}))
                await socket.recv()
                await end.setLocalDescription(await end.createOffer())
                description = {"type": "offer", "sdp": end.localDescription.sdp}
                await socket.send(json.dumps({"type": "offer", "description": description}))
                answer = json.loads(await socket.recv())["description"]
                await end.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
                # What arrives is counted before; decoding it is nobody's business here.
                sender.receiver._enabled = False
                yield
        finally:
            await end.close()
