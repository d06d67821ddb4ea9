"""What single words say about a turn."""

import pytest

from bot.turns.words import is_backchannel, is_open, is_stop, join, same, sentences, words


def test_words_know_no_case_and_no_punctuation() -> None:
    """Recognisers write the same words in many ways."""
    assert words("I’m fine, thanks!") == ("i'm", "fine", "thanks")
    assert same("Hello, there.", "hello there")
    assert not same("hello there", "hello")
    assert words(" … ") == ()


def test_fragments_are_joined_without_stray_spaces() -> None:
    """An empty fragment leaves no trace."""
    assert join(" my name is ", "", "Sarah") == "my name is Sarah"
    assert join("", "") == ""


@pytest.mark.parametrize("text", ["my name is", "I like music and", "what do you think about", "well, um", "i"])
def test_open(text: str) -> None:
    """Something has to follow."""
    assert is_open(text)


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (["I'm twelve", " I love football "], "I'm twelve. I love football"),
        (["I'm twelve.", "", "really?", "Yes!"], "I'm twelve. really? Yes!"),
        (["I'm comin\N{RIGHT SINGLE QUOTATION MARK}", "bye"], "I'm comin\N{RIGHT SINGLE QUOTATION MARK}. bye"),
        (["  ", ""], ""),
    ],
)
def test_what_is_said_in_several_goes(texts: list[str], text: str) -> None:
    """Each ends a clause, with a mark of its own or without."""
    assert sentences(*texts) == text


@pytest.mark.parametrize("text", ["tell me a joke", "what", "Why?", "no", "", "goodbye"])
def test_not_open(text: str) -> None:
    """Nothing has to follow; a question word alone is a question."""
    assert not is_open(text)


@pytest.mark.parametrize("text", ["mhm", "Yeah, right.", "uh-huh", "I see", "oh really wow"])
def test_backchannel(text: str) -> None:
    """Somebody listens, and says so."""
    assert is_backchannel(text)


@pytest.mark.parametrize("text", ["", "yes but no", "yeah yeah yeah yeah", "see", "i am right"])
def test_no_backchannel(text: str) -> None:
    """Nothing was said, or more than that somebody listens."""
    assert not is_backchannel(text)


@pytest.mark.parametrize("text", ["stop", "please wait", "Hold on!", "no, hang on a second"])
def test_stop(text: str) -> None:
    """The speaker is asked to be silent."""
    assert is_stop(text)


@pytest.mark.parametrize("text", ["", "on hold", "bus stops", "hold the door on monday"])
def test_no_stop(text: str) -> None:
    """The word has to be that word, a phrase has to stand together."""
    assert not is_stop(text)
