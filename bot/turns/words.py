"""What single words say about a turn. English; in another language every partial is neither open nor a backchannel."""

import itertools
import re

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_UNMARKED = re.compile(r"(?<=[\w'\N{RIGHT SINGLE QUOTATION MARK}-])\Z")


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, in lower case, without punctuation."""
    return tuple(_WORD.findall(text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")))


# Nobody ends a sentence here: an article, a conjunction, a preposition, an auxiliary, a filled pause.
_OPEN = frozenset(
    words("""
    a an the my your his her our their and or but so because if that's than
    to about of in on at with for from by into like
    i we they he she am is are was were be been have had do does did can could would will should shall may might
    want really very little some any every
    what how when where why who which um uh er erm
    """)
)
_QUESTIONS = frozenset(words("what how when where why who which"))

_BACKCHANNELS = frozenset(
    words("""
    yeah yes yep yup mhm mm mmm hm hmm uh-huh mm-hmm uh huh ok okay right sure really wow oh ah aha
    cool nice great good exactly true
    """)
)
_BACKCHANNEL_PHRASES = frozenset(map(words, ("i see", "oh i see", "got it", "of course", "no way")))
_LONGEST_BACKCHANNEL = 3

_STOPS = frozenset(words("stop wait quiet enough pause silence"))
_STOP_PHRASES = frozenset(map(words, ("hold on", "hang on", "shut up", "excuse me", "one moment")))


def same(one: str, other: str) -> bool:
    """Whether two texts have the same words."""
    return words(one) == words(other)


def join(*texts: str) -> str:
    """Put fragments of one turn together."""
    return " ".join(text.strip() for text in texts if text.strip())


def sentences(*texts: str) -> str:
    """Put together what was said in several goes: each ends a clause, whether or not it has a mark for that."""
    said = [text.strip() for text in texts if text.strip()]
    return " ".join([*(_UNMARKED.sub(".", text) for text in said[:-1]), *said[-1:]])


def is_open(text: str) -> bool:
    """Whether the text ends in a word that something has to follow. A question word alone is a question."""
    said = words(text)
    return bool(said) and said[-1] in _OPEN and not (len(said) == 1 and said[0] in _QUESTIONS)


def is_backchannel(text: str) -> bool:
    """Whether the text says no more than that somebody listens: "mhm", "yeah, right"."""
    said = words(text)
    few = 0 < len(said) <= _LONGEST_BACKCHANNEL
    return few and (said in _BACKCHANNEL_PHRASES or all(word in _BACKCHANNELS for word in said))


def is_stop(text: str) -> bool:
    """Whether the text asks the speaker to be silent."""
    said = words(text)
    return not _STOPS.isdisjoint(said) or not _STOP_PHRASES.isdisjoint(itertools.pairwise(said))
