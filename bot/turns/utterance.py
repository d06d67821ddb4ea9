"""Which words of an utterance have been played. Pure.

The context must hold what the caller heard, not what the bot would have said: an interruption is told from the number
of milliseconds that were played, and cut at a word. A word counts once its last sample was played.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from re import finditer
from typing import NamedTuple


class Word(NamedTuple):
    """Where a word begins: in its piece's text, in characters, and in its audio, in ms."""

    char: int
    ms: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Text and how many samples it became.

    `words` are those that the engine told the times of, in order; where it told none they are estimated, each as long
    as its share of the characters.
    """

    text: str = field(repr=False)
    samples: int
    words: tuple[Word, ...] = field(default=(), repr=False)


class _Span(NamedTuple):
    begins_ms: float
    ends_ms: float
    piece: int
    char: int  # behind the word


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the bot says in one generation, as far as it has been synthesised. `rate` is in Hz."""

    rate: int
    pieces: tuple[Piece, ...] = ()

    def add(self, piece: Piece) -> "Utterance":
        """Return the utterance with one piece more."""
        return replace(self, pieces=(*self.pieces, piece))

    @property
    def length_ms(self) -> float:
        """Return how long all pieces take."""
        return sum(piece.samples for piece in self.pieces) * 1000 / self.rate

    def spoken_text(self, played_ms: float) -> str:
        """Return the text up to the last word of which all has been played, with the punctuation that follows it."""
        spoken = [span for span in self._spans() if span.ends_ms <= played_ms]
        if not spoken:
            return ""
        last = spoken[-1]
        texts = [piece.text.strip() for piece in self.pieces[: last.piece]]
        return " ".join(filter(None, [*texts, self.pieces[last.piece].text[: last.char].strip()]))

    def word_start_ms(self, played_ms: float) -> float:
        """Return where the word begins in which playing stopped: playing goes on there."""
        starts = [span.begins_ms for span in self._spans() if span.begins_ms <= played_ms]
        return max(starts, default=0.0)

    def _spans(self) -> Iterator[_Span]:
        """Yield each word with its time; words that an engine runs together are one."""
        begins_ms = 0.0
        for number, piece in enumerate(self.pieces):
            ends_ms = begins_ms + piece.samples * 1000 / self.rate
            chars = [word.char for word in piece.words] or [match.start() for match in finditer(r"\S+", piece.text)]
            per_char = (ends_ms - begins_ms) / max(1, len(piece.text))
            times = [begins_ms + word.ms for word in piece.words] or [begins_ms + char * per_char for char in chars]
            # No word lasts beyond its piece, or ends before it begins, whatever the engine says.
            times = [min(max(ms, begins_ms), ends_ms) for ms in times]
            edges = [*zip(chars, times, strict=True), (len(piece.text), ends_ms)]
            for (_, start_ms), (behind, end_ms) in pairwise(edges):
                yield _Span(start_ms, max(start_ms, end_ms), number, behind)
            begins_ms = ends_ms
