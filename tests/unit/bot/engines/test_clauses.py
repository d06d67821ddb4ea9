"""Clauses to speak."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engines.clauses import MAX_CHARS, ClauseCutter, speakable


def cut(*pieces: str) -> list[str]:
    """Return the clauses of a reply."""
    cutter = ClauseCutter()
    return [clause for piece in pieces for clause in cutter.feed(piece)] + cutter.finish()


@pytest.mark.parametrize(
    ("reply", "clauses"),
    [
        ("Well, I am a simple bot. Who are you?", ["Well, I am a simple bot.", "Who are you?"]),
        ("That is a nice name, and I like it. Truly!", ["That is a nice name,", "and I like it.", "Truly!"]),
        ("one two three four five six seven eight nine ten", ["one two three four five six seven eight", "nine ten"]),
        ("It costs 3.50 or 12,000 as of 12:30 today. Yes.", ["It costs 3.50 or 12,000 as of 12:30", "today.", "Yes."]),
        ("I would like to ask. Did Dr. Smith, e.g. at 5 p.m. today, call? Yes.",
         ["I would like to ask.", "Did Dr. Smith, e.g. at 5 p.m. today, call?", "Yes."]),
        ('He said to me, "Go away!" Then he left.', ["He said to me,", '"Go away!"', "Then he left."]),
        ("Three things:\n- apples\n- **ripe** pears\n", ["Three things:", "apples", "ripe pears"]),
        ("我是一个简单的机器人好吗，很好。你呢？", ["我是一个简单的机器人好吗，", "很好。", "你呢？"]),
        ("", []),
        ("👍 ... !", []),
        ("Hi", ["Hi"]),
        ("Look at the [long. page](http://a.b/c?d=e.f,g) there. Good.", ["Look at the long. page there.", "Good."]),
    ],
)  # fmt: skip
def test_clauses(reply: str, clauses: list[str]) -> None:
    """The first one early, the others by sentence; numbers and abbreviations end none."""
    assert cut(reply) == clauses


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("**Bold** and _slanted_ and `code`", "Bold and slanted and code"),
        ("snake_case stays", "snake_case stays"),
        ("# Title", "Title"),
        ("> quoted", "quoted"),
        ("1. first", "first"),
        ("see [the page](http://host/a.b)", "see the page"),
        ("```python\nx\n```", "x"),
        ("---", ""),
        ("Great 🎉👩‍👩‍👧 !", "Great!"),
        ("thumbs 👍🏽 up ❤️", "thumbs up"),
        ("flag 🇫🇷 5️⃣", "flag"),
        ("20 °C, 5 €, naïve", "20 °C, 5 €, naïve"),
        ("...", ""),
    ],
)
def test_speakable(text: str, spoken: str) -> None:
    """Markdown and emoji are taken out, words stay."""
    assert speakable(text) == spoken


WORDS = st.sampled_from(
    ["hello", " ", ". ", ", ", "? ", "\n", "3.5", "Dr. ", "**", "[a", "](b.c) ", "👍", "x" * 90, "!"]
)


@given(st.lists(WORDS, max_size=30), st.data())
def test_any_cut_of_the_reply_gives_the_same_clauses(words: list[str], data: st.DataObject) -> None:
    """How a model's tokens fall means nothing, and no clause is empty or endless."""
    reply = "".join(words)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=8)))
    pieces = [reply[start:end] for start, end in zip([0, *cuts], [*cuts, len(reply)], strict=True)]

    assert cut(*pieces) == cut(reply)
    assert all(clause and len(clause) <= 2 * MAX_CHARS for clause in cut(reply))


@given(st.lists(st.sampled_from(["alpha", "beta,", "gamma.", "delta?"]), max_size=60))
def test_no_word_is_lost(words: list[str]) -> None:
    """The clauses together are the reply."""
    assert " ".join(cut(" ".join(words))).split() == words


def test_the_first_clause_is_not_waited_for() -> None:
    """It is given with the character that completes it."""
    cutter = ClauseCutter()
    assert cutter.feed("I am only a bot,") == ["I am only a bot,"]
    assert cutter.feed(" but I am glad.") == []
    assert cutter.feed(" ") == ["but I am glad."]
