"""Callers who leave a bot for a person, or stay, held against a brute-force reading of the rules."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from matcher.waiting_room import Active, Offered
from tests.integration.room_bots import BotRules, picks, when
from tests.integration.room_machine import TERMS
from tests.integration.room_world import Record, hears_bot, ladder, lost


class SwitchRules(BotRules):
    """The rules of the way from a bot to a person."""

    def grown(self, name: str, at: int) -> Record:
        """Return a talker's ticket with the rungs that have begun by its age, which only a look writes down."""
        ticket = self.world.tickets[name]
        return {**ticket, "rung": sum(delay <= at - ticket["joined"] for delay, _ in ladder(ticket))}

    def people_for(self, name: str, at: int) -> list[str]:
        """Return who waits and could be had by a caller in place of its bot, the oldest first."""
        if not self.world.people_meet or lost(self.world.tickets[name]):
            return []
        me, waiting = self.grown(name, at), {one: self.world.tickets[one] for one in self.world.waiting_alive(at)}
        fits = [one for one, other in waiting.items() if self.acceptable(me, other, at)]
        return sorted(fits, key=lambda one: waiting[one]["joined"])

    @when("active")
    @rule(number=picks, again=st.booleans(), taken=st.booleans())
    def switch(self, number: int, again: bool, taken: bool) -> None:
        """The person who waits longest of those who fit is offered, and the bot is let go; or nothing happens."""
        name, at, before = self.pick(number, "active"), self.now, self.world
        ticket = before.tickets[name]
        bot, call = before.partner(name), ticket["call"]
        people = self.people_for(name, at) if hears_bot(ticket) else []
        placed = self.do(self.room.switch(name, call), (ticket["worker"], name))
        if not people:
            assert isinstance(placed, Active)
            assert placed.call_id == call
            assert self.world.calls == before.calls
            assert self.world.waiting == before.waiting
            return
        assert isinstance(placed, Offered)
        assert self.world.partner(name) == people[0]
        assert call not in self.world.calls
        assert bot not in self.world.tickets
        if again:
            assert self.do(self.room.switch(name, call), (ticket["worker"], name)) == placed
        if taken:
            self.accept(name)
            self.accept(people[0])

    @when("active")
    @rule(number=picks)
    def stay(self, number: int) -> None:
        """Whoever stays with a bot is told of nobody for a while; nothing else changes for it."""
        name, at, before = self.pick(number, "active"), self.now, self.world
        self.do(self.room.stay(name, before.tickets[name]["call"]))
        assert (self.world.calls, self.world.waiting) == (before.calls, before.waiting)
        if hears_bot(before.tickets[name]):
            assert not self.world.tickets[name]["free"]
            assert self.world.tickets[name]["quiet"] == at + TERMS.quiet_ms

    def check_people_are_offered(self, at: int) -> None:
        """Whoever waits and could be had in place of a bot has been told to somebody who has it; nobody is in vain."""
        hearing = [
            name for name, ticket in self.world.tickets.items() if hears_bot(ticket) and not self.world.untold(name)
        ]
        told = {name: self.world.tickets[name]["free"] for name in hearing}
        reachable: dict[str, list[str]] = {}
        for name in hearing:
            people = self.people_for(name, at)
            assert people or not told[name]
            if self.world.tickets[name].get("quiet", 0) > at:
                assert not told[name]
                continue
            for person in people:
                pair = frozenset(self.world.tickets[one]["caller"] for one in (name, person))
                # Recents that have lapsed since are looked at again when the next rung begins.
                if pair not in self.met:
                    reachable.setdefault(person, []).append(name)
        for talkers in reachable.values():
            assert any(told[name] for name in talkers)
