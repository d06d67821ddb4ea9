"""Callers without a browser: each speaks the queue's whole protocol, and does what people do.

A call's audio is a set in this process: two pages hear each other while both are in the call. Everything that a caller
decides comes from dice of its own, so that a seed gives the same people; when what happens is up to the machine.
"""

import asyncio
import random
from collections import deque
from functools import partial
from typing import Any

from tests.chaos.ledger import Match, Seat
from tests.chaos.line import Act, Line, Scene
from tests.chaos.terms import LEASE_S, LONG_S, PATIENCE_S

ALONE_S = 1.5  # until somebody whose partner fell silent asks for the next one, in a storm
UNTOLD_S = 25.0  # until a page takes its call for lost by itself: once it is calm it is told of the end long before
AWAY_S = 8.0  # how long somebody is gone at most who comes back soon
LONG_AWAY_S = 20.0  # and who does not, unless the storm is over before
LONG_AWAY = 0.1  # of those who are gone at all
PAST = 3  # so many calls back somebody may still block

# How a talk ends, with weights; the second list is for storms only.
ENDS = {"next": 45, "hangup": 35, "block": 4, "block_past": 4, "leave": 4, "anew": 4}
ROUGH_ENDS = ENDS | {"drop": 10, "vanish": 4}

# No fault may cause these: they are bugs, of the service or of the people here.
BUGS = ("internal", "bad_message", "out_of_order", "unauthorized", "oversize_message", "wrong_origin", "rate_limited")


class Person(Line):
    """One caller, through as many sockets and sessions as it takes.

    Args:
        scene: Where it is.
        air: Who is in which call, by call; all people share it.
        number: Its own address comes of it.
        dice: What it does comes of these.
    """

    def __init__(self, scene: Scene, air: dict[str, set["Person"]], number: int, dice: random.Random) -> None:
        super().__init__(scene, number, dice)
        self.met_s = 0.0  # when it last heard somebody
        self._air = air
        self._call: Match | None = None
        self._since_s = 0.0  # since when it waits, calls that came to nothing included; 0: it does not
        # The call that it asked to leave, and since when it had waited for it: until the service answers, that call may
        # have come to nothing before, and then the age stays.
        self._left = ("", 0.0)
        self._past: deque[Match] = deque(maxlen=PAST)  # calls of this socket
        self._blocked = 0
        self._unanswered: dict[Match, int] = {}  # blocks → the heartbeat whose answer says that they are handled
        self._greeted = ""  # the call that this socket's hello named
        self._timer: asyncio.TimerHandle | None = None

    def dismissed(self) -> None:
        """The service knows that it has left: its age is gone."""
        self._left = "", 0.0

    def forget(self) -> None:
        """Become somebody else."""
        self._blocked, self._since_s, self._left = 0, 0.0, ("", 0.0)
        self._unanswered.clear()
        self._part()

    async def greet(self, hello: dict[str, Any]) -> None:
        """Say hello: with the call that it is in, or one that it blocked while it could tell nobody."""
        self._past.clear()
        self._since_s, self._left = self._since_s or self._left[1], ("", 0.0)
        self._greeted = ""
        if named := self._call or next(iter(self._unanswered), None):
            self._greeted = hello["call_id"] = named.call_id
        await self.say("hello", **hello)
        for match in list(self._unanswered):
            await self._say_block(match)

    async def leave(self) -> None:
        """Leave for good, in order."""
        self._part()
        self._left = "", self._since_s or self._left[1]
        self._since_s = 0.0
        await self.say("leave")

    async def hear(self, message: dict[str, Any]) -> None:
        """Answer the server."""
        if message["type"] != "heartbeat":
            self._story.append(f"<{message['type']}")
        if message["type"] != "error":
            self._load_blocks()
        match message["type"]:
            case "relay":
                self._part()  # whatever it thinks that it is in: what it said may have crossed with a match
                self._since_s, self._left = self._since_s or self.now(), ("", 0.0)
                await self.say("ready")
            case "waiting":
                await self._on_waiting()
            case "matched":
                await self._on_matched(message)
            case "resumed":
                if self._call:  # else it has said by now whom it blocks
                    self._greeted = ""
                    self._past.append(self._call)
                    self._later(self._talk_s(), partial(self._end, self._call))
            case "ended":
                await self._on_ended(message)
            case "heartbeat":
                self._on_heartbeat()
            case "error":
                self._on_error(message["code"])

    async def _on_waiting(self) -> None:
        self._part()
        if self._scene.rough and self._dice.random() < 0.03:
            self._ledger.counts["pages lost while waiting"] += 1
            self._away_s = self._dice.choice([0, self._absence_s()])
            self.abort()
        elif self._scene.rough and self._dice.random() < 0.01:
            self._ledger.counts["pages that fell asleep"] += 1
            await self.sleep(self._dice.uniform(LONG_S, LONG_AWAY_S))

    async def _on_matched(self, message: dict[str, Any]) -> None:
        call_id = message["call_id"]
        if self._call and self._call.call_id != call_id and self._call in self._past:
            self._ledger.violations.append(f"a page was matched in the middle of a call: {self.plight()}")
        self._part()
        seat = Seat(message["side"], self.now(), self._since_s or self.now(), self.plight())
        self._call = here = self._ledger.told(self.caller, call_id, seat)
        self._past.append(here)
        if self._scene.rough and self._dice.random() < 0.02:
            self._ledger.counts["pages that did not answer"] += 1
            return
        await self.say("ack", call_id=call_id)
        pages = self._air.setdefault(call_id, set())
        pages.add(self)
        self._later(PATIENCE_S, partial(self._fail, here))
        if len(pages) == 2:
            self._ledger.hear(here)
            ender = next(page for page in pages if here.seats[page.caller].side == "a")
            for page in pages:
                page.met_s = self.now()
                page._stop_timer()
                await page.say("connected", call_id=call_id)
            ender._later(self._talk_s(), partial(ender._end, here))

    async def _on_ended(self, message: dict[str, Any]) -> None:
        call_id, since_s = self._left
        if message["call_id"] == call_id and message.get("requeued"):
            self._since_s = since_s  # the server did not need to be asked for the next one: the age stays
        if message["call_id"] not in (self._greeted, self._call and self._call.call_id):
            return  # it crossed with what this page said
        self._greeted = ""
        self._part()
        if not message.get("requeued"):
            self._since_s = 0.0
            await self.say("next")

    def _on_error(self, code: str) -> None:
        self._ledger.counts[f"error {code}"] += 1
        if code in BUGS:
            self._ledger.violations.append(f"a page was told {code}: {self.plight()}")

    def _on_heartbeat(self) -> None:
        self._beats[1] += 1
        for match, beat in list(self._unanswered.items()):
            if beat <= self._beats[1]:
                del self._unanswered[match]
                self._blocked += 1
                for partner in match.seats.keys() - {self.caller}:
                    self._ledger.block(self.caller, partner, match, self.now(), known=match in self._past)

    def _load_blocks(self) -> None:
        """A server that has answered the hello knows whom this caller has blocked, whatever Redis forgets."""
        spans = self._ledger.spans[self.caller]
        if not spans or spans[-1] is not self._span:
            self._span.from_s = self.now()
            spans.append(self._span)

    # What it does.

    async def _fail(self, match: Match) -> None:
        if self._call is match:
            self._ledger.counts["calls without audio"] += 1
            await self.say("failed", call_id=match.call_id, stage="audio")

    async def _end(self, match: Match) -> None:
        if self._call is not match:
            return
        ways = ROUGH_ENDS if self._scene.rough else ENDS
        way = self._dice.choices(list(ways), list(ways.values()))[0]
        if self._blocked >= self._scene.enough:
            way = "anew"
        self._ledger.counts[f"end: {way}"] += 1
        match way:
            case "next":
                await self._go_on(match)
            case "hangup":
                await self.say("hangup", call_id=match.call_id)
            case "block":
                await self._say_block(match)
            case "block_past":
                await self._say_block(self._dice.choice(self._past) if self._past else match)
                await self.say("hangup", call_id=match.call_id)
            case "leave" | "anew":
                if way == "anew":
                    self._token = ""
                await self.leave()
            case "drop":
                self.abort()  # the page lives: its partner goes on hearing it
            case "vanish":
                self._part()
                self._away_s = self._absence_s()
                self.abort()

    async def _say_block(self, match: Match) -> None:
        if len(match.seats) < 2:
            return  # whom it met there only the service knows
        self._beats[0] += 1
        self._unanswered[match] = self._beats[0]
        await self.say("block", call_id=match.call_id)
        await self.say("heartbeat")

    async def _go_on(self, match: Match) -> None:
        if self._call is match:
            self._part()
            self._left = match.call_id, self._since_s
            self._since_s = 0.0
            await self.say("next", call_id=match.call_id)

    async def _despair(self, match: Match) -> None:
        if self._call is match:
            self._ledger.violations.append(f"a page was not told of the end of its call: {self.plight()}")
            await self._go_on(match)

    def _part(self) -> None:
        """Be in no call any more, to be heard by nobody."""
        self._stop_timer()
        match, self._call = self._call, None
        if match is None:
            return
        pages = self._air.get(match.call_id, set())
        pages.discard(self)
        for page in pages:
            if self._scene.rough:
                page._later(ALONE_S, partial(page._go_on, match))
            else:
                page._later(UNTOLD_S, partial(page._despair, match))
        if not pages:
            self._air.pop(match.call_id, None)

    def _later(self, seconds: float, act: Act) -> None:
        """Do something in a while, unless something else comes up."""
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._scene.spawn, act)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _absence_s(self) -> float:
        if self._dice.random() < LONG_AWAY:
            return self._dice.uniform(LEASE_S, LONG_AWAY_S)
        return self._dice.uniform(0, AWAY_S)

    def _talk_s(self) -> float:
        return self._dice.uniform(0.5, 1.5) * self._scene.talk_s
