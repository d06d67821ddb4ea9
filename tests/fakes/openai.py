"""A small OpenAI-compatible HTTP server on loopback, after the API's documentation, and what can go wrong with one.

HTTP/1.1 by hand: a test says, to the byte, what is sent, when the connection breaks and what is never sent; an ASGI
server would not let it. https://platform.openai.com/docs/api-reference documents the requests and the answers.
"""

import asyncio
import base64
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

KEY = "sk-canary-key"
CANARY = "the canary of a body"


class Then(Enum):
    """What happens in the middle of a body, besides bytes."""

    HOLD = auto()  # nothing more comes, until the client goes
    WAIT = auto()  # half a second passes
    BREAK = auto()  # the connection is closed, without an end of the body


@dataclass(frozen=True)
class Scripted:
    """An answer, byte for byte. Every member of `body` is a chunk of its own."""

    body: Sequence[bytes | Then] = ()
    status: int = 200
    content_type: str = "text/event-stream"
    headers: dict[str, str] = field(default_factory=dict)


SILENCE = Scripted(status=0)  # not even a status line, until the client goes


@dataclass(frozen=True)
class Received:
    """A request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """Return a JSON body."""
        body: dict[str, object] = json.loads(self.body)
        return body


def event(value: object) -> bytes:
    """Return one server-sent event."""
    return f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n".encode()


def delta(content: object = None, finish: str | None = None, **more: object) -> bytes:
    """Return the event of one chat.completion.chunk."""
    members = {**({} if content is None else {"content": content}), **more}
    choice = {"index": 0, "delta": members, "finish_reason": finish}
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]})


def chat(*words: str, done: bool = True) -> Scripted:
    """Return a whole streamed completion."""
    events = [delta("", role="assistant"), *map(delta, words), delta(finish="stop")]
    return Scripted([*events, event("[DONE]")] if done else events)


def speech_event(pcm: bytes, key: str = "audio") -> bytes:
    """Return one piece of speech as an event."""
    return event({"type": "speech.audio.delta", key: base64.b64encode(pcm).decode()})


class FakeOpenAI:
    """The server, and the record of its use.

    Attributes:
        answers: Are given one by one to the requests that come.
        always: By a path without `/v1`: how every other request for it is answered.
    """

    def __init__(self) -> None:
        self.base_url = ""
        self.answers: deque[Scripted] = deque()
        self.always: dict[str, Scripted] = {}
        self.requests: list[Received] = []
        self.sockets = 0  # open now
        self.accepted = 0  # ever
        self.busy = 0  # requests under way

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection for as long as the client keeps it."""
        self.sockets += 1
        self.accepted += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client is gone
        finally:
            self.sockets -= 1
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        self.busy += 1
        try:
            method, path, _ = head[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.requests.append(Received(method, path, headers, body))
            return await self._answer(self._choose(self.requests[-1]), reader, writer)
        finally:
            self.busy -= 1

    def _choose(self, request: Received) -> Scripted:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Scripted([CANARY.encode()], 401, "application/json")
        if self.answers:
            return self.answers.popleft()
        path = request.path.removeprefix("/v1")
        if path in self.always:
            return self.always[path]
        match request.method, path:
            case "GET", "/models":
                return Scripted([b'{"object":"list","data":[]}'], content_type="application/json")
            case "POST", "/chat/completions":
                return chat("Hello", " there.")
            case "POST", "/audio/transcriptions":
                return Scripted([b'{"text":"hello bot"}'], content_type="application/json")
            case "POST", "/audio/speech":
                return Scripted([bytes(4800)], content_type="audio/pcm")
            case _:
                return Scripted([CANARY.encode()], 404, "application/json")

    async def _answer(self, answer: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if answer is SILENCE:
            await reader.read()
            return False
        kind = {"Content-Type": answer.content_type} if answer.content_type else {}
        fields = {**kind, "Transfer-Encoding": "chunked", **answer.headers}
        lines = [f"HTTP/1.1 {answer.status} Whatever", *(f"{name}: {value}" for name, value in fields.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        for piece in answer.body:
            if piece is Then.HOLD:
                await writer.drain()
                await reader.read()
                return False
            if piece is Then.WAIT:
                await asyncio.sleep(0.5)
                continue
            if piece is Then.BREAK:
                await writer.drain()
                return False
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await writer.drain()
            await asyncio.sleep(0)  # each chunk on its own, where the network allows it
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


@asynccontextmanager
async def openai() -> AsyncIterator[FakeOpenAI]:
    """Serve a fake on loopback for as long as the context is open."""
    fake = FakeOpenAI()
    tasks: set[asyncio.Task[None]] = set()

    def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(fake.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    fake.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield fake
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
