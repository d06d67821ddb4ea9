"""A small OpenAI Realtime server on loopback, after the API's documentation, and what can go wrong with one.

https://platform.openai.com/docs/api-reference/realtime documents the messages. What it takes for speech is a sample
that is not 0. It answers each turn with pieces of 100 ms, all at once, as fast as the network takes them.
"""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.fakes.openai import CANARY, KEY

PIECE = 24_000 * 2 // 10  # bytes of 100 ms


class FakeRealtime:
    """The server, and the record of its use."""

    def __init__(self) -> None:
        self.base_url = ""
        self.status = 0  # what the handshake is refused with
        self.retry_after = ""
        self.silent = False  # no session is created
        self.setup: dict[str, Any] | None = None  # what answers session.update
        self.pieces = 3  # of an answer
        self.transcripts: list[str | None] = ["hello"]  # of a turn, each; None: it fails
        self.writes_late = False  # behind the answer
        self.ends = True  # whether an answer is completed without being cancelled
        self.heeds = True  # whether what is cancelled ends
        self.raw: list[str] = []  # sent in place of an answer
        self.breaks = False  # the connection is closed in place of the end of an answer
        self.sockets = 0
        self.paths: list[str] = []
        self.received: list[dict[str, Any]] = []
        self.heard = bytearray()

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages of a type that came."""
        return [message for message in self.received if message["type"] == kind]

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse the handshake, or not."""
        self.paths.append(request.path)
        status = self.status or (0 if request.headers.get("Authorization") == f"Bearer {KEY}" else 401)
        if not status:
            return None
        response = connection.respond(HTTPStatus(status), CANARY)
        if self.retry_after:
            response.headers["Retry-After"] = self.retry_after
        if status == HTTPStatus.FOUND:
            response.headers["Location"] = "/elsewhere"
        return response

    async def serve(self, socket: ServerConnection) -> None:
        """Hold one conversation."""
        self.sockets += 1
        try:
            await _Session(self, socket).run()
        except ConnectionClosed:
            pass
        finally:
            self.sockets -= 1


class _Session:
    def __init__(self, fake: FakeRealtime, socket: ServerConnection) -> None:
        self._fake = fake
        self._socket = socket
        self._speaking = False
        self._answers = 0
        self._active = ""

    async def _send(self, kind: str, **members: Any) -> None:
        await self._socket.send(json.dumps({"type": kind, "event_id": "event_1", **members}))

    async def run(self) -> None:
        if not self._fake.silent:
            await self._send("session.created", session={"type": "realtime"})
        async for text in self._socket:
            message = json.loads(text)
            self._fake.received.append(message)
            await self._on(message)

    async def _on(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "session.update" if self._fake.setup:
                await self._socket.send(json.dumps(self._fake.setup))
            case "session.update":
                await self._send("session.updated", session=message["session"])
            case "input_audio_buffer.append":
                await self._listen(base64.b64decode(message["audio"]))
            case "response.cancel" if not self._fake.heeds:
                pass
            case "response.cancel" if self._active == message.get("response_id", self._active) != "":
                await self._audio(self._active)  # was on its way already
                await self._done("cancelled")
            case "response.cancel":
                error = {"type": "invalid_request_error", "code": "response_cancel_not_active", "message": CANARY}
                await self._send("error", error=error)
            case "conversation.item.truncate":
                named = {name: message[name] for name in ("item_id", "content_index", "audio_end_ms")}
                await self._send("conversation.item.truncated", **named)

    async def _listen(self, pcm: bytes) -> None:
        self._fake.heard += pcm
        if any(pcm) and not self._speaking:
            self._speaking = True
            await self._send("input_audio_buffer.speech_started", audio_start_ms=0, item_id="item_caller")
        elif not any(pcm) and self._speaking:
            self._speaking = False
            await self._send("input_audio_buffer.speech_stopped", audio_end_ms=0, item_id="item_caller")
            await self._send("input_audio_buffer.committed", item_id="item_caller")
            if not self._fake.writes_late:
                await self._transcribe()
            await self._answer()
            if self._fake.writes_late:
                await self._transcribe()

    async def _transcribe(self) -> None:
        kind = "conversation.item.input_audio_transcription"
        for text in self._fake.transcripts:
            named = {"item_id": "item_caller", "content_index": 0}
            if text is None:
                await self._send(f"{kind}.failed", error={"type": "transcription_error", "message": CANARY}, **named)
            else:
                await self._send(f"{kind}.delta", delta=text, **named)
                await self._send(f"{kind}.completed", transcript=text, **named)

    async def _answer(self) -> None:
        self._answers += 1
        self._active = f"resp_{self._answers}"
        await self._send("response.created", response={"id": self._active, "status": "in_progress"})
        for text in self._fake.raw:
            await self._socket.send(text)
        for _ in range(self._fake.pieces):
            named = {"response_id": self._active, "item_id": f"item_{self._answers}", "content_index": 0}
            await self._send("response.output_audio_transcript.delta", delta="word ", **named)
            await self._audio(self._active)
        if self._fake.breaks:
            self._socket.transport.abort()
        elif self._fake.ends:
            await self._done("completed")

    async def _audio(self, response: str) -> None:
        sound = base64.b64encode(bytes([self._answers]) * PIECE).decode()
        await self._send(
            "response.output_audio.delta", response_id=response, item_id=f"item_{self._answers}", content_index=0,
            output_index=0, delta=sound,
        )  # fmt: skip

    async def _done(self, status: str) -> None:
        active, self._active = self._active, ""
        await self._send("response.done", response={"id": active, "status": status, "status_details": None})


@asynccontextmanager
async def realtime() -> AsyncIterator[FakeRealtime]:
    """Serve a fake on loopback for as long as the context is open."""
    fake = FakeRealtime()
    async with serve(fake.serve, "127.0.0.1", 0, process_request=fake.admit, close_timeout=1) as server:
        fake.base_url = f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"
        yield fake
