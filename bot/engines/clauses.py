"""Cuts a reply that is still being written into clauses to speak. Pure.

The first clause is short, because the caller waits for it; later ones are whole sentences, because they sound better
and there is something to listen to meanwhile. Markdown and emoji, which nobody can pronounce, are taken out.
"""

import re

FIRST_CHARS = 12
FIRST_WORDS = 8
MAX_CHARS = 240  # a sentence that is longer is cut at a comma, or between words

_FULL_WIDTH_ENDS = "。！？"  # no space follows these
_ENDS = ".!?…" + _FULL_WIDTH_ENDS
_MARKS = ",;:，、；：" + _ENDS
# After these a full stop ends no sentence.
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "vs", "etc", "prof", "no", "e.g", "i.e", "a.m", "p.m", "approx"}
)

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d{1,3}[.)]\s+(?=\S))", re.MULTILINE)
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$|^\s*```\w*\s*$", re.MULTILINE)
_MARKUP = re.compile(r"[*`~]+|(?<!\w)_+|_+(?!\w)")
_EMOJI = re.compile(
    "(?:[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U000e0020-\U000e007f]|[0-9#*]\ufe0f?\u20e3)[\ufe0e\ufe0f\u200d\u20e3]*"
)


def speakable(text: str) -> str:
    """Return a text without what cannot be spoken; empty where nothing is left to say."""
    text = _RULE.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _LINE_START.sub("", text)
    text = _EMOJI.sub("", text)
    text = _MARKUP.sub("", text)
    text = re.sub(r"\s+([,;:.!?])", r"\1", " ".join(text.split()))
    return text if any(character.isalnum() for character in text) else ""


class ClauseCutter:
    """Takes a reply piece by piece and gives its clauses, in order. Where the pieces are cut makes no difference."""

    def __init__(self) -> None:
        self._text = ""
        self._first = True

    def feed(self, piece: str) -> list[str]:
        """Take more of the reply; return the clauses that are complete now."""
        clauses = []
        for character in piece:
            self._text += character
            if (end := self._cut()) and (clause := self._take(end)):
                clauses.append(clause)
        return clauses

    def finish(self) -> list[str]:
        """The reply ends; return what is left, if it can be spoken."""
        clause = self._take(len(self._text))
        return [clause] if clause else []

    def _take(self, end: int) -> str:
        clause = speakable(self._text[:end])
        self._text = self._text[end:]
        self._first = self._first and not clause
        return clause

    def _cut(self) -> int:
        """Return where the clause ends that the latest character completes; 0: none does."""
        text = self._text
        if text[-1] == "\n" or text[-1] in _FULL_WIDTH_ENDS:
            return len(text)
        if _in_link(text):
            return len(text) if len(text) >= 2 * MAX_CHARS else 0
        if self._first and self._is_first_clause(text):
            return len(text)
        if text[-1].isspace() and len(text) > 1 and _ends_sentence(text[:-1].rstrip("\"')]»”’*_`")):
            return len(text)
        if len(text) >= MAX_CHARS:
            return _best_cut(text)
        return 0

    def _is_first_clause(self, text: str) -> bool:
        if text[-1] in _MARKS:
            return len(text.strip()) >= FIRST_CHARS and text[-2].isalpha() and _ends_word(text)
        return text[-1].isspace() and len(text.split()) >= FIRST_WORDS


def clauses_of(text: str) -> tuple[str, ...]:
    """Return the clauses of a text that is there as a whole."""
    cutter = ClauseCutter()
    return (*cutter.feed(text), *cutter.finish())


def _in_link(text: str) -> bool:
    """Whether a markdown link has begun and not ended: there are full stops in addresses."""
    opened = text.rfind("[")
    if opened < 0:
        return False
    label_end = text.find("]", opened)
    if label_end < 0:
        return True
    if label_end + 1 == len(text):
        return True
    return text[label_end + 1] == "(" and ")" not in text[label_end:]


def _ends_word(text: str) -> bool:
    """Whether the mark at the end stands after a word and not after an abbreviation or an initial."""
    if text[-1] != ".":
        return True
    word = text[:-1].split()[-1].lower().lstrip("(\"'*_")
    return word not in _ABBREVIATIONS and len(word.rsplit(".", 1)[-1]) > 1


def _ends_sentence(text: str) -> bool:
    return bool(text) and text[-1] in _ENDS and (text[:-1].strip() == "" or _ends_word(text))


def _best_cut(text: str) -> int:
    """Return the place after the last mark, or else the last space, or else the end."""
    for marks in (_MARKS, " "):
        place = max(text.rfind(mark) for mark in marks)
        if place >= FIRST_CHARS and (marks == " " or text[place + 1 : place + 2].isspace()):
            return place + 1
    return len(text)
