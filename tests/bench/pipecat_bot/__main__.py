"""Serves the plain page, at whose other end is a bot: `python -m tests.bench.pipecat_bot PORT ICE_SERVER CACHE`.

ICE_SERVER is a relay with credentials, as JSON; CACHE is a folder for the recogniser's language model. Pipecat is as it
comes: Silero VAD, Smart Turn and their times are its defaults. Only its connection is changed, which takes no ICE
policy: it is relay-only, as the page's.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from aiortc import RTCConfiguration, RTCIceServer, RTCIceTransportPolicy
from aiortc.sdp import candidate_from_sdp
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc import connection as smallwebrtc
from pipecat.transports.smallwebrtc.transport import SmallWebRTCTransport
from pipecat.workers.runner import WorkerRunner

from bot.dialogue.script import Script, load
from bot.dialogue.understanding import Understanding
from bot.engines.embedded.flite import FliteTts
from bot.engines.embedded.mind import Mind
from bot.engines.embedded.sphinx import SphinxStt
from bot.engines.embedded.sphinx_pool import SphinxPool
from bot.engines.protocols import Stt, Tts
from tests.bench.pipecat_bot.services import EarsService, MindService, VoiceService

PAGE = Path(__file__).parent.parent / "plain_call"
CALLS = 32


class Bot:
    """Takes every call.

    Args:
        script: What it says.
        stt: Its ears.
        tts: Its voice.
        ice_server: The relay, as a browser takes it.
    """

    def __init__(self, script: Script, stt: Stt, tts: Tts, ice_server: dict[str, Any]) -> None:
        self._script = script
        self._understanding = Understanding(script)
        self._stt = stt
        self._tts = tts
        self._ice_server = ice_server
        self._talking: set[asyncio.Task[None]] = set()

    async def meet(self, request: web.Request) -> web.WebSocketResponse:
        """Be the other end of the page's call."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = smallwebrtc.SmallWebRTCConnection([RTCIceServer(**self._ice_server)])
        async for message in socket:
            match message.json():
                case {"type": "ready"}:
                    await socket.send_json({"type": "matched", "offers": True, "ice_servers": [self._ice_server]})
                case {"type": "offer", "description": {"sdp": sdp}}:
                    await connection.initialize(sdp, "offer")
                    talking = asyncio.create_task(self._talk(connection))
                    self._talking.add(talking)
                    talking.add_done_callback(self._talking.discard)
                    answer = {"type": "answer", "sdp": connection.get_answer()["sdp"]}
                    await socket.send_json({"type": "answer", "description": answer})
                case {"type": "candidate", "candidate": {"candidate": str(line)} as told}:
                    candidate = candidate_from_sdp(line.removeprefix("candidate:")) if line else None
                    if candidate:
                        candidate.sdpMid, candidate.sdpMLineIndex = told["sdpMid"], told["sdpMLineIndex"]
                    await connection.add_ice_candidate(candidate)
        await connection.disconnect()
        return socket

    async def _talk(self, connection: Any) -> None:
        transport = SmallWebRTCTransport(connection, TransportParams(audio_in_enabled=True, audio_out_enabled=True))
        turns = LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
        pair = LLMContextAggregatorPair(LLMContext(), user_params=turns)
        worker = PipelineWorker(
            Pipeline(
                [
                    transport.input(),
                    EarsService(self._stt),
                    pair.user(),
                    MindService(Mind(self._script, self._understanding)),
                    VoiceService(self._tts),
                    transport.output(),
                    pair.assistant(),
                ]
            )
        )

        @transport.event_handler("on_client_connected")
        async def greet(*_: object) -> None:
            await worker.queue_frames([TTSSpeakFrame(self._script.lines["disclosure"])])

        @transport.event_handler("on_client_disconnected")
        async def end(*_: object) -> None:
            await worker.cancel()

        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        await runner.run()


async def serve(port: int, ice_server: dict[str, Any], cache: Path) -> None:
    """Serve on loopback until cancelled."""
    script = load("en")
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(SphinxPool(script, size=CALLS, spare=1, cache=cache))
        tts = await stack.enter_async_context(FliteTts())
        bot = Bot(script, SphinxStt(pool), tts, ice_server)

        async def index(_: web.Request) -> web.FileResponse:
            return web.FileResponse(PAGE / "index.html")

        app = web.Application()
        app.add_routes([web.get("/meet", bot.meet), web.get("/", index), web.static("/", PAGE)])
        runner = web.AppRunner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


def main(port: int, ice_server: str, cache: str) -> None:
    """Serve."""
    logger.remove()
    relay_only = partial(RTCConfiguration, iceTransportPolicy=RTCIceTransportPolicy.RELAY)
    smallwebrtc.RTCConfiguration = relay_only
    asyncio.run(serve(port, json.loads(ice_server), Path(cache)))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:4])
