"""What the workers of a waiting room know, from replies and events alone."""

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from matcher import events
from matcher.keys import Keys
from matcher.waiting_room import Active, Offered, Placed, Waiting

_decoder: msgspec.msgpack.Decoder[events.TicketEvent] = msgspec.msgpack.Decoder(events.TicketEvent)

# (worker, ticket) → (state, call)
Knowledge = dict[tuple[str, str], tuple[str, str | None]]


class View:
    """Every worker's knowledge; messages are not lost here."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self.known: Knowledge = {}
        self.free: dict[tuple[str, str], str] = {}  # who knows that a person is free, and in which call
        self._pubsub: PubSub = redis.pubsub()
        self._pattern = keys.channel("*")
        self._prefix = len(keys.channel_prefix())

    async def open(self) -> None:
        """Begin to listen to every worker's channel."""
        await self._pubsub.psubscribe(self._pattern)

    async def close(self) -> None:
        """Stop listening."""
        await self._pubsub.aclose()  # type: ignore[no-untyped-call] # redis-py leaves it untyped

    def replied(self, worker: str, ticket_id: str, placed: Placed) -> None:
        """Take a reply."""
        match placed:
            case Waiting():
                self.known[worker, ticket_id] = ("waiting", None)
            case Offered(call_id=call_id):
                self.known[worker, ticket_id] = ("offered", call_id)
            case Active(call_id=call_id):
                self.known[worker, ticket_id] = ("active", call_id)
            case _:
                self.known.pop((worker, ticket_id), None)

    async def hear(self) -> None:
        """Take every event that was published before now: Redis answers the ping after them."""
        await self._pubsub.ping()
        while True:
            message = await self._pubsub.get_message(timeout=5)
            assert message is not None
            if message["type"] == "pong":
                return
            if message["type"] == "pmessage":
                self._take(message["channel"].decode()[self._prefix :], _decoder.decode(message["data"]))

    def _take(self, worker: str, event: events.TicketEvent) -> None:
        place = (worker, event.ticket_id)
        match event:
            case events.PersonEvent(call_id=call_id, free=free):
                assert self.known[place] == ("active", call_id)
                self.free.pop(place, None)
                if free:
                    self.free[place] = call_id
            case events.OfferEvent(call_id=call_id):
                self.known[place] = ("offered", call_id)
            case events.ActiveEvent(call_id=call_id):
                assert self.known[place] == ("offered", call_id)
                self.known[place] = ("active", call_id)
            case events.RequeuedEvent(call_id=call_id):
                assert self.known[place] == ("offered", call_id)
                self.known[place] = ("waiting", None)
            case events.EndedEvent(call_id=call_id):
                assert self.known.pop(place)[1] == call_id
            case _:
                self.known.pop(place, None)
