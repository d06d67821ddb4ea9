"""One caller's place in the queue: the ticket and its age."""

import secrets

from matcher import wire
from matcher.placed import Placed, Ticket
from matcher.policy import rungs
from server.queue.desk import Desk, Send
from server.queue.switchboard import Seat, Switchboard


class Place:
    """Enters the waiting room for one caller and tells the page where it stands.

    Args:
        desk: The process's collaborators.
        board: Learns which ticket belongs to which session.
        seat: The session.
        send: Sends one message to the page.
    """

    def __init__(self, desk: Desk, board: Switchboard, seat: Seat, send: Send) -> None:
        self.caller_id = ""
        self.prefs = wire.Prefs(languages=("en",))
        self.epoch = 0  # grows with each socket and each ticket of this caller
        self.joined_ms = 0  # 0: not waiting yet
        self.told_ms = 0
        self._desk = desk
        self._board = board
        self._seat = seat
        self._send = send
        self._told: tuple[int, float | None] | None = None

    async def attach(self) -> tuple[str, Placed] | None:
        """Take over the live ticket of this caller, if there is one, from whatever socket held it."""
        self.epoch = self._desk.clock.now_ms()
        held = await self._desk.room.attach(self.caller_id, self.epoch, self._desk.worker)
        if held:
            self._board.assign(self._seat, held[0])
        return held

    async def enter(self) -> Placed:
        """Enter with a new ticket, at the age that this caller has."""
        now_ms = self._desk.clock.now_ms()
        self.epoch = max(self.epoch + 1, now_ms)
        self.joined_ms = self.joined_ms or now_ms
        # Events may arrive before the reply does.
        self._board.assign(self._seat, secrets.token_urlsafe(16))
        return await self.again()

    async def again(self) -> Placed:
        """Read where the current ticket stands; a lost one is put back."""
        return await self._desk.room.enter(await self.ticket())

    async def ticket(self) -> Ticket:
        """Return the current ticket as the waiting room takes it."""
        return Ticket(
            id=self._seat.ticket_id or "",
            caller=self.caller_id,
            epoch=self.epoch,
            joined_ms=self.joined_ms,
            worker=self._desk.worker,
            rungs=rungs(self.prefs),
            avoid=await self._desk.room.blocked(self.caller_id),
        )

    def drop(self) -> None:
        """The ticket is no longer ours."""
        self._board.assign(self._seat, None)

    async def tell(self, *, changed_only: bool) -> None:
        """Tell the page its position and the expected wait."""
        self.told_ms = self._desk.clock.now_ms()
        if self._seat.ticket_id is None:
            return
        now = await self._desk.room.position(self._seat.ticket_id)
        if now != self._told or not changed_only:
            self._told = now
            await self._send(wire.Waiting(*now))
