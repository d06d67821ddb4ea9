"""What an embedded voice is given of a text: pieces of bounded length, of characters that it can say. Pure.

The text may come from a language model, that is from anybody. A synthesiser runs in this process or reads marks of its
own, so that nothing reaches it but words, numbers and punctuation.
"""

import re
import unicodedata
from collections.abc import Iterator

# At about 15 characters a second: how long one call keeps the others waiting for the same voice.
MAX_CHARS = 160
# About a minute of speech. A clause has a quarter of it at most; what goes on is noise.
MAX_TEXT_CHARS = 1000
# No word is longer; what is, is noise, and goes through letter by letter.
MAX_WORD_CHARS = 32

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "–": ", ", "—": ", ", "−": "-", "€": " euro "})
# Unicode's general categories: letters, their marks, digits, dashes, quotes and other punctuation, currencies.
_SPOKEN = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No", "Pd", "Pi", "Pf", "Po", "Sc"})
_NOT_ASCII_SPEECH = re.compile(r"[^A-Za-z0-9 .,;:!?'%$&+@=-]+")
# Runs of punctuation say nothing more than the first mark.
_RUN = re.compile(r"([.,;:!?'%$&+@=-])(?:\s*\1)+")
_LONG_WORD = re.compile(rf"([^\s]{{{MAX_WORD_CHARS}}})(?=[^\s])")
_END = re.compile(r"[.!?,;:]\s")


def ascii_pieces(text: str) -> Iterator[str]:
    """Yield a text as English in ASCII, accents taken off and other scripts left out; nothing where nothing is left."""
    flat = unicodedata.normalize("NFKD", text[:MAX_TEXT_CHARS].translate(_TYPOGRAPHY))
    bare = "".join(character for character in flat if not unicodedata.combining(character))
    yield from _pieces(_NOT_ASCII_SPEECH.sub(" ", bare))


def pieces(text: str) -> Iterator[str]:
    """Yield a text in whatever script: letters, digits, marks that belong to them, and punctuation without brackets."""
    spoken = (unicodedata.category(character) in _SPOKEN for character in text[:MAX_TEXT_CHARS])
    yield from _pieces("".join(character if kept else " " for character, kept in zip(text, spoken, strict=False)))


def _pieces(text: str) -> Iterator[str]:
    text = " ".join(text.split()).replace(" ,", ",")
    text = _LONG_WORD.sub(r"\1 ", _RUN.sub(r"\1", text))
    while text:
        end = len(text) if len(text) <= MAX_CHARS else _cut(text)
        piece, text = text[:end].strip(), text[end:]
        if any(character.isalnum() for character in piece):
            yield piece


def _cut(text: str) -> int:
    """Return the place after the last punctuation within the bound, or else the last space; words are shorter."""
    ends = [match.end() for match in _END.finditer(text, MAX_CHARS // 3, MAX_CHARS)]
    return ends[-1] if ends else text.rindex(" ", 0, MAX_CHARS) + 1
