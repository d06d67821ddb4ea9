"""Replies in the making: what the bot thinks of, clause by clause, and how that sounds."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.conversation.pace import Pace
from bot.conversation.sound import spoken
from bot.conversation.staff import Staff
from bot.dialogue.script import Effect
from bot.engines.clauses import ClauseCutter, clauses_of
from bot.engines.embedded.mind import Answer, Mind
from bot.engines.errors import EngineError
from bot.engines.levels import Level
from bot.engines.once import end
from bot.engines.protocols import Brain, Context, Hypothesis, Tts
from bot.turns.actions import Generate
from bot.turns.state import Farewell

# About 60 tokens: what a reply may have where engines are short.
LEAN_CHARS = 240
FAREWELLS = {Effect.FAREWELL: Farewell.OPEN, Effect.DISMISSAL: Farewell.FIRM}


class Replies:
    """Makes the replies of one call.

    Args:
        staff: Its engines.
        mind: Its own mind: asked first of all, for the rules that go before any model.
        context: What was said; is only read.
        pace: Learns how soon a configured mind answers, and what goes wrong.
    """

    def __init__(self, staff: Staff, mind: Mind, context: Context, pace: Pace) -> None:
        self._staff = staff
        self._mind = mind
        self._context = context
        self._pace = pace

    def farewell(self, text: str) -> Farewell | None:
        """Return how the call ends with the reply to a text, if it does."""
        effect = self._answer(text).effect
        return FAREWELLS.get(effect) if effect else None

    def _answer(self, text: str) -> Answer:
        return self._mind.answer(self._context, text)

    async def pieces(self, asked: Generate, level: Level) -> AsyncGenerator[str | bytes | None, None]:
        """Stream a reply: each clause, then its sound, 16 bit mono at 48 kHz, then None: that was all of it.

        A clause's sound is not asked for before it is taken.

        Raises:
            EngineError: There is no reply, or no more of it.
        """
        level = max(level, Level.EMBEDDED) if asked.embedded else level
        answer = self._answer(asked.text)
        brain = None if answer.hard else self._staff.brain_at(level)
        voices = list(self._staff.voices_at(level))
        rule = () if brain else self._clauses(answer.text)
        suits = self._staff.voicebook.suits(rule, voices)
        chars = 0
        async with aclosing(self._thoughts(brain, asked) if brain else _each(rule)) as clauses:
            async for clause in clauses:
                yield clause
                sound = self._voiced(clause, voices) if brain else self._read(clause, voices, suits=suits)
                async with aclosing(sound) as pieces:
                    async for pcm in pieces:
                        yield pcm
                yield None
                chars += len(clause)
                if level is Level.LEAN and chars >= LEAN_CHARS:
                    return

    def _clauses(self, text: str) -> tuple[str, ...]:
        """Return the clauses of a text; one that is in the book is said in one."""
        return (text,) if self._staff.voicebook.sound(text) else clauses_of(text)

    async def _read(self, clause: str, voices: list[Tts], *, suits: bool) -> AsyncGenerator[bytes, None]:
        """Stream a clause of the script: out of the book if that suits, or else into it if it is wanted there."""
        book = self._staff.voicebook
        if suits and (sound := book.sound(clause)):
            yield sound
            return
        wanted = book.wants(clause)
        whole = bytearray()
        async with aclosing(self._voiced(clause, voices)) as pieces:
            async for pcm in pieces:
                if wanted:
                    whole += pcm
                yield pcm
        if wanted:
            book.keep(clause, bytes(whole), voices[0])

    async def _thoughts(self, brain: Brain, asked: Generate) -> AsyncGenerator[str, None]:
        """Stream the clauses of a configured mind, which thinks on while they are spoken."""
        ready: asyncio.Queue[str | EngineError | None] = asyncio.Queue()
        thinker = asyncio.get_running_loop().create_task(self._think(brain, asked, ready))
        try:
            while (clause := await ready.get()) is not None:
                if isinstance(clause, EngineError):
                    raise clause
                yield clause
            await thinker
        finally:
            await end(thinker)

    async def _think(self, brain: Brain, asked: Generate, ready: asyncio.Queue[str | EngineError | None]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        cutter = ClauseCutter()
        first = True
        try:
            thoughts = brain.reply(self._context, Hypothesis(asked.text, stable=True), speculative=asked.speculative)
            async with aclosing(thoughts) as pieces:
                async for piece in pieces:
                    if first:
                        self._pace.answered(loop.time() - began)
                        first = False
                    for clause in cutter.feed(piece):
                        ready.put_nowait(clause)
            for clause in cutter.finish():
                ready.put_nowait(clause)
        except EngineError as error:
            # Half a clause is not worth hearing; those before it are.
            self._pace.failed(error)
            ready.put_nowait(error)
        finally:
            ready.put_nowait(None)

    async def _voiced(self, clause: str, voices: list[Tts]) -> AsyncGenerator[bytes, None]:
        """Stream a clause by the first of the voices that can; one that cannot is not asked again in this reply."""
        while True:
            sounded = False
            try:
                async with aclosing(spoken(voices[0], clause)) as sounds:
                    async for pcm in sounds:
                        sounded = True
                        yield pcm
            except EngineError as error:
                self._pace.failed(error)
                if sounded or len(voices) == 1:
                    raise
                del voices[0]
            else:
                return


async def _each(clauses: tuple[str, ...]) -> AsyncGenerator[str, None]:
    for clause in clauses:
        yield clause
