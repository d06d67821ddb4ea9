"""Callers without a browser: what their pages say on the queue's socket, and what becomes of them."""

import time
from itertools import count
from random import Random
from typing import NamedTuple

import msgspec

from matcher import wire
from matcher.parameters import Candidate, Description, Parameters
from tests.bench.raw_socket import RawSocket, framed

ACK_AND_CONNECTED = '{{"type":"ack","call_id":"{0}"}}', '{{"type":"connected","call_id":"{0}"}}'
NEXT, LEAVE, HEARTBEAT = (framed(f'{{"type":"{kind}"}}') for kind in ("next", "leave", "heartbeat"))


def description(number: int) -> Description:
    """Return what the page of that number says of its connection: as long as a real one, and no other page's."""
    octets = number.to_bytes(32, "big").hex(":").upper()
    parameters = Parameters(0, f"bench{number:06}", f"{number:024}", octets, 111, yields=True)
    return Description(parameters, (Candidate(0, "203.0.113.7", 1024 + number % 60_000),))


def hello(token: str, language: str) -> bytes:
    """Return the frame that begins a conversation."""
    return framed(f'{{"type":"hello","token":"{token}","prefs":{{"languages":["{language}"]}}}}')


def ready(number: int) -> bytes:
    """Return the frame by which the page of that number enters the queue."""
    return framed(msgspec.json.encode(wire.Ready(description(number))).decode())


class Word(msgspec.Struct):
    """What a page needs to know of a message."""

    type: str
    call_id: str = ""
    requeued: bool = False
    code: str = ""
    description: Description | None = None


_decode = msgspec.json.Decoder(Word).decode


class Found(NamedTuple):
    """One match, in ms since whoever came last began: until it knew, until the partner did, until both could connect.

    The latter is when both have the other's description as well.
    """

    joiner_ms: float
    partner_ms: float
    described_ms: float


class Meeting:
    """What the two ends of one call know so far, and since when, by the monotonic clock."""

    def __init__(self) -> None:
        self.matched: dict[Page, float] = {}
        self.described: dict[Page, tuple[float, Description]] = {}

    def found(self) -> Found | None:
        """Return how it went, once both know all of it.

        Raises:
            AssertionError: A page was told somebody else's description.
        """
        if len(self.matched) < 2 or len(self.described) < 2:
            return None
        partner, joiner = sorted(self.matched, key=lambda page: page.begun)
        for page, other in ((joiner, partner), (partner, joiner)):
            assert self.described[page][1] == description(other.number), "the description is not the partner's"
        told = self.matched[joiner], self.matched[partner], max(at for at, _ in self.described.values())
        return Found(*(1000 * (at - joiner.begun) for at in told))


class Crowd:
    """Pages of one server, idle or on their way through a call."""

    def __init__(self, random: Random) -> None:
        self.faults: list[str] = []
        self.idle: list[Page] = []
        self.unanswered: set[Page] = set()  # who said `ready`, or came, and has not heard a word since
        self.missed = 0  # presses for which no page was idle
        self.numbers = count()
        self._random = random
        self._found: list[Found] = []
        self._meetings: dict[str, Meeting] = {}

    @property
    def settled(self) -> bool:
        """Whether everybody waits or knows all of their match, and the partner too: nobody is left out for being slow.

        Raises:
            AssertionError: A page was sent an error, or there were too few of them.
        """
        assert not self.faults, self.faults
        assert not self.missed, f"{self.missed} presses found no idle page"
        return not self.unanswered and not self._meetings

    def take(self) -> list[Found]:
        """Return the matches since the last time."""
        found, self._found = self._found, []
        return found

    async def press(self, begun: float) -> None:
        """Let one of the idle pages enter the queue; it counts since `begun`."""
        if not self.idle:
            self.missed += 1
            return
        place = self._random.randrange(len(self.idle))
        self.idle[place], self.idle[-1] = self.idle[-1], self.idle[place]
        page = self.idle.pop()
        page.begun = begun
        page.enter()

    def hears(self, page: "Page", word: Word) -> None:
        """Take note of a match, of the partner's description, or of both; when both pages know all, they part."""
        now = time.monotonic()
        meeting = self._meetings.setdefault(word.call_id, Meeting())
        if word.type == "matched":
            meeting.matched[page] = now
        if word.description:
            meeting.described[page] = now, word.description
        found = meeting.found()
        if found is None:
            return
        del self._meetings[word.call_id]
        self._found.append(found)
        for end in meeting.matched:
            for words in ACK_AND_CONNECTED:
                end.socket.send(framed(words.format(word.call_id)))
        page.part()


class Page:
    """One socket of the queue, in a household of its own.

    Args:
        crowd: Which it belongs to.
        port: The server's.
        language: The one spoken.
    """

    def __init__(self, crowd: Crowd, port: int, language: str) -> None:
        self.socket: RawSocket
        self.number = next(crowd.numbers)
        self.address = f"10.{self.number >> 16}.{self.number >> 8 & 255}.{self.number & 255}"
        self.begun = 0.0
        self.prepared = False
        self.waits = False
        self._crowd = crowd
        self._port = port
        self._language = language
        self._ready = ready(self.number)

    async def opens(self, token: str) -> None:
        """Open the socket and say hello."""
        headers = {"Origin": f"http://127.0.0.1:{self._port}", "X-Forwarded-For": self.address}
        self.socket = await RawSocket.open(self._port, "/v1/queue", self.heard, headers)
        self.socket.send(hello(token, self._language))

    def enter(self) -> None:
        """Enter the queue."""
        self._crowd.unanswered.add(self)
        self.socket.send(self._ready)

    def rest(self) -> None:
        """Relay credentials are there: wait to be pressed."""
        self._crowd.idle.append(self)

    def part(self) -> None:
        """End the call, and make ready for the next one."""
        self.socket.send(NEXT)

    def over(self, *, requeued: bool) -> None:
        """The partner has ended the call; `requeued`: fresh credentials come by themselves."""
        if not requeued:
            self.part()

    def heard(self, data: bytes) -> None:
        """Do what a page does."""
        word = _decode(data)
        match word.type:
            case "relay":
                self.prepared = True
                self.rest()
            case "waiting":
                self.waits = True
                self._crowd.unanswered.discard(self)
            case "matched" | "described":
                self._crowd.unanswered.discard(self)
                self._crowd.hears(self, word)
            case "ended":
                self.over(requeued=word.requeued)
            case "error":
                self._crowd.faults.append(word.code)
