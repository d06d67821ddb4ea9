"""Who works on a call: its engines, and which of them a turn has."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.conversation.ears import Judge
from bot.conversation.voicebook import Voicebook
from bot.dialogue.script import Script
from bot.dialogue.understanding import Understanding
from bot.engines.embedded.deaf import DeafStt
from bot.engines.guard import Guard
from bot.engines.levels import Level, Stage
from bot.engines.protocols import Brain, ConverserEngine, Stt, Tts
from bot.turns.state import Line


@dataclass(frozen=True, slots=True)
class Staff:
    """The engines that all calls of a worker share.

    Attributes:
        script: What is said word for word, and understood without a model.
        understanding: Of this script.
        judge: Gives a call its own judge of voices.
        voicebook: The bot's lines and fillers, rendered, and the script's answers once they were said.
        stt: The embedded ears; where there are none for the language, the configured ones.
        tts: The embedded voice.
        configured_stt: Better ears; None: the embedded ones.
        configured_brain: A better mind; None: the script.
        configured_tts: A better voice; None: the embedded one.
        converser: Holds the conversation in place of all of these, for as long as it can.
        guards: Those of the configured engines.
        probe: Asks the configured engines for something small, and returns the stages that did not answer; raises
            `EngineError` where none did.
    """

    script: Script
    understanding: Understanding
    judge: Callable[[], Judge]
    voicebook: Voicebook
    stt: Stt
    tts: Tts
    configured_stt: Stt | None = None
    configured_brain: Brain | None = None
    configured_tts: Tts | None = None
    converser: ConverserEngine | None = None
    guards: Mapping[Stage, Guard] = field(default_factory=dict)
    probe: Callable[[], Awaitable[frozenset[Stage]]] | None = None

    def __post_init__(self) -> None:
        if missing := [line.name for line in Line if line.name.lower() not in self.script.lines]:
            raise ValueError(f"the script lacks the lines {missing}")

    @property
    def configured(self) -> bool:
        """Whether there is anything but the embedded engines."""
        return any((self.configured_stt, self.configured_brain, self.configured_tts))

    @property
    def deaf(self) -> bool:
        """Whether nothing but an engine that converses can hear the caller."""
        return isinstance(self.stt, DeafStt)

    @property
    def best(self) -> Level:
        """The level to begin a call at."""
        return Level.FULL if self.configured else Level.EMBEDDED

    @property
    def open_stages(self) -> frozenset[Stage]:
        """The stages whose breaker is open."""
        return frozenset(stage for stage, guard in self.guards.items() if guard.open)

    def stt_at(self, level: Level) -> Stt:
        """Return the ears of a turn."""
        return self.configured_stt if self.configured_stt and level < Level.EMBEDDED else self.stt

    def brain_at(self, level: Level) -> Brain | None:
        """Return the mind of a turn; None: the script."""
        return self.configured_brain if level < Level.RULES else None

    def voices_at(self, level: Level) -> tuple[Tts, ...]:
        """Return the voices of a turn: the first one speaks, the next one where it cannot."""
        return (self.configured_tts, self.tts) if self.configured_tts and level < Level.EMBEDDED else (self.tts,)

    def line(self, line: Line) -> str:
        """Return the words of a line."""
        return self.script.lines[line.name.lower()]
