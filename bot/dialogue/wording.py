"""The words of an utterance, in the form in which the script has its patterns. English. Pure.

Ears write one sentence in many ways: "I'm 12.", "i am twelve". What has a rule has to be found in all of them.
"""

import re
from collections.abc import Iterator, Sequence

from bot.turns.words import words

# Words that carry no meaning of their own: their absence is half as bad, and their presence not at all.
LIGHT = frozenset({
    "a", "am", "an", "and", "are", "did", "do", "does", "i", "is", "it", "just", "me", "my", "oh", "of", "please", "so",
    "the", "to", "uh", "um", "us", "well", "you",
})  # fmt: skip
# Words that go with anything, and leave a short sentence what it is.
COURTESIES = frozenset({
    "actually", "alright", "bot", "bye", "but", "goodbye", "guess", "hello", "hey", "hi", "now", "ok", "okay", "only",
    "really", "right", "sorry", "still", "thank", "thanks", "then", "think", "yeah", "yes", "yet",
})  # fmt: skip
# What is said for short.
LONG_FOR = {
    "ai": "a i", "ain't": "is not", "can't": "can not", "cannot": "can not", "didn't": "did not",
    "doesn't": "does not", "don't": "do not", "gonna": "going to", "gotta": "have to", "how's": "how is",
    "i'd": "i would", "i'll": "i will", "i'm": "i am", "i've": "i have", "isn't": "is not", "it's": "it is",
    "let's": "let us", "wanna": "want to", "what's": "what is", "where's": "where is", "who's": "who is",
    "won't": "will not", "you're": "you are",
    "6": "six", "7": "seven", "8": "eight", "9": "nine", "10": "ten", "11": "eleven", "12": "twelve", "13": "thirteen",
    "14": "fourteen", "15": "fifteen", "16": "sixteen", "17": "seventeen", "18": "eighteen", "4th": "fourth",
    "5th": "fifth", "6th": "sixth", "7th": "seventh", "8th": "eighth", "9th": "ninth", "10th": "tenth",
    "11th": "eleventh",
}  # fmt: skip
_CLAUSE_ENDS = re.compile(r"[^\w\s'\N{RIGHT SINGLE QUOTATION MARK}-]+")
_CONJUNCTIONS = frozenset({"and", "because", "but", "so"})
_SUBJECTS = frozenset({"he", "i", "it", "my", "she", "they", "we", "you"})


def plain(utterance: str) -> tuple[str, ...]:
    """Return the words of an utterance: lower case, no punctuation, their long forms, ages and grades as words."""
    said = words(utterance.replace("-", " "))
    return tuple(" ".join(LONG_FOR.get(word, word) for word in said).split())


def pattern_parts(pattern: str) -> tuple[str, ...]:
    """Return the words of a pattern in the same form; a slot stays as it is."""
    return tuple(part for word in pattern.split() for part in ((word,) if word[0] == "{" else plain(word)))


def clauses(utterance: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each clause: up to punctuation, or to a conjunction that a subject follows."""
    for part in _CLAUSE_ENDS.split(utterance):
        clause = plain(part)
        begins = 0
        for place in range(1, len(clause) - 1):
            if clause[place] in _CONJUNCTIONS and clause[place + 1] in _SUBJECTS:
                yield clause[begins:place]
                begins = place + 1
        yield clause[begins:]


def heavy(said: Sequence[str]) -> list[str]:
    """Return the words that carry a meaning."""
    return [word for word in said if word not in LIGHT]


def weight(word: str) -> float:
    """Return how much a word of a pattern counts."""
    return 0.5 if word in LIGHT else 1.0
