"""Whatever callers and engines do: what holds in every call."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.engines.errors import Unavailable
from bot.engines.protocols import Context, Hypothesis, Speaker
from bot.turns.state import Ending
from tests.unit.bot.conversation.scripted import ScriptedBrain, ScriptedStt, ScriptedTts
from tests.unit.bot.conversation.world import SCRIPT, World

DISCLOSURE = SCRIPT.lines["disclosure"].split()
UTTERANCES = ["what a long day", "yeah", "stop", "my name is", "tell me a joke", "but why", "banana", "good bye"]


@dataclass
class Numbered(ScriptedBrain):
    """Numbers its replies, so that each word tells which one it belongs to."""

    async def reply(
        self, context: Context, heard: Hypothesis, *, speculative: bool = False
    ) -> AsyncGenerator[str, None]:
        """Stream eight words, a clause of four and another one."""
        number = len(self.asked)
        self.text = " ".join(f"r{number}w{word}" + ("," if word == 3 else "") for word in range(8))
        async for piece in super().reply(context, heard, speculative=speculative):
            yield piece


def is_within(words: list[str], heard: list[str]) -> bool:
    """Whether all words were heard, in this order."""
    rest = iter(heard)
    return all(word in rest for word in words)


delays = st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.0, 60.0])
moments = st.integers(0, 1_000).map(lambda frame: 20 * frame)


@settings(max_examples=40, deadline=None)
@given(
    said=st.lists(st.tuples(st.integers(5, 150), st.sampled_from(UTTERANCES)), max_size=6),
    latencies=st.tuples(delays, delays, delays, delays),
    failing=st.tuples(st.booleans(), st.booleans(), st.sampled_from([None, 0, 3])),
    humans=st.lists(st.tuples(moments, st.booleans()), max_size=3),
    ends=st.none() | st.tuples(moments, st.sampled_from([Ending.BYE, Ending.HANDOVER, Ending.DRAIN])),
    muted=st.none() | moments,
)
@example(  # the call ends just as a voice has said all
    said=[*[(5, "what a long day")] * 3, (5, "but why")],
    latencies=(0.0, 0.0, 0.5, 0.0),
    failing=(False, False, None),
    humans=[],
    ends=None,
    muted=None,
)
def test_every_call(
    said: list[tuple[int, str]],
    latencies: tuple[float, float, float, float],
    failing: tuple[bool, bool, int | None],
    humans: list[tuple[int, bool]],
    ends: tuple[int, Ending] | None,
    muted: int | None,
) -> None:
    """The disclosure comes first; no reply sounds after a newer one; what is remembered was heard; nothing is left."""
    final_s, first_s, voice_s, embedded_s = latencies
    deaf, dumb, pieces = failing
    brain = Numbered(first_s=first_s, error=Unavailable() if dumb else None)
    voice = ScriptedTts(first_s=voice_s, error=Unavailable() if pieces is not None else None, pieces=pieces)
    embedded = ScriptedTts(first_s=embedded_s)
    ears = ScriptedStt(final_s=final_s, fails=[Unavailable()] * (9 if deaf else 0))
    world = World(brain=brain, configured_tts=voice, tts=embedded, configured_stt=ears)
    ms = 0
    for frames, text in said:
        ms = world.says(ms + 20 * frames, text)
    for at_ms, free in humans:
        world.at(at_ms, lambda call, free=free: call.human(free=free))  # type: ignore[misc] # its default is its type
    if ends is not None:
        world.at(ends[0], lambda call: call.end(ends[1]))
    if muted is not None:
        world.gap(muted, muted + 2_000)
    world.run(24_000)

    heard = [word for _, word in world.heard]
    assert heard[: len(DISCLOSURE)] == DISCLOSURE[: len(heard)]
    replies = [int(word[1:].split("w")[0]) for word in heard if word[0] == "r" and "w" in word and word[1].isdigit()]
    assert replies == sorted(replies)
    for speaker, text in world.diary.pages:
        assert speaker is Speaker.CALLER or is_within(text.removesuffix("—").split(), heard), text
    assert brain.open == voice.open == embedded.open == 0
    assert all(stream.closed for stream in ears.streams)
    if world.ending:
        assert not world.playout.speaking
