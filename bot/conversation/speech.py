"""What the bot says in one generation: its words, its sound as far as it has come, and which is which. No I/O."""

from bot.media.playout import RATE_HZ
from bot.turns.state import Farewell
from bot.turns.utterance import Piece, Utterance

# A clause whose end has not come is taken to go on: slow speech, so that no word counts as played that was not.
SAMPLES_PER_CHAR = RATE_HZ * 75 // 1000


class Speech:
    """One generation.

    Attributes:
        sound: What has come and was not handed to the playout, 16 bit mono at RATE_HZ.
        farewell: How the call ends with it, if it does.
        playing: The playout has it.
        offset_ms: What the playout had of this generation before it: a filler.
        ended: No more sound comes.
        failed: More should have come.
        told: The turn machine knows how it ended.
        last: The clause after which no other is wanted.
    """

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.sound = bytearray()
        self.farewell: Farewell | None = None
        self.playing = False
        self.offset_ms = 0
        self.ended = False
        self.failed = False
        self.told = False
        self.last: int | None = None
        self._clauses = Utterance(RATE_HZ)  # those that are whole
        self._text: str | None = None  # the one that is not
        self._samples = 0
        self._reported_ms = 0

    @property
    def clauses(self) -> int:
        """How many clauses have begun to come."""
        return len(self._clauses.pieces) + (self._text is not None)

    @property
    def length_ms(self) -> float:
        """How much sound has come, ms."""
        return self._clauses.length_ms + self._samples * 1000 / RATE_HZ

    def begin(self, clause: str) -> None:
        """Begin the next clause."""
        self._text = clause

    def add(self, pcm: bytes) -> int:
        """Note sound of the present clause; return how many ms more there are now, whole ones."""
        self._samples += len(pcm) // 2
        more_ms = int(self.length_ms) - self._reported_ms
        self._reported_ms += more_ms
        return more_ms

    def finish(self) -> None:
        """Note that the present clause is whole."""
        if self._text is not None:
            self._clauses = self._clauses.add(Piece(self._text, self._samples))
            self._text, self._samples = None, 0

    def spoken_text(self, played_ms: float) -> str:
        """Return the words that were played wholly."""
        return self._utterance.spoken_text(played_ms)

    def word_start_ms(self, played_ms: float) -> float:
        """Return where the word begins in which playing stopped."""
        return self._utterance.word_start_ms(played_ms)

    def clause_at(self, played_ms: float) -> int:
        """Return the number of the clause that is being played, or was last; from 0."""
        begins_ms = 0.0
        number = 0
        for place, piece in enumerate(self._utterance.pieces):
            if begins_ms < played_ms:
                number = place
            begins_ms += piece.samples * 1000 / RATE_HZ
        return number

    def clause_end_ms(self, number: int) -> float | None:
        """Return where a clause ends; None: it is not whole yet."""
        pieces = self._clauses.pieces
        if number >= len(pieces):
            return None
        return sum(piece.samples for piece in pieces[: number + 1]) * 1000 / RATE_HZ

    def forget(self) -> None:
        """Overwrite the sound and drop the words."""
        self.sound[:] = bytes(len(self.sound))
        self.sound.clear()
        self._clauses, self._text = Utterance(RATE_HZ), None

    @property
    def _utterance(self) -> Utterance:
        if self._text is None:
            return self._clauses
        return self._clauses.add(Piece(self._text, max(self._samples, len(self._text) * SAMPLES_PER_CHAR)))
