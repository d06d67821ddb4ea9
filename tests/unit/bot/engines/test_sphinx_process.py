"""The recogniser itself, without its process."""

from pathlib import Path

import pytest

from bot.dialogue.script import load
from bot.engines.embedded.language_model import prepare
from bot.engines.embedded.sphinx_process import RATE_HZ, REQUEST, Kind, Recogniser, Requests
from tests.voices import silence, spoken


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> Recogniser:
    """One that is ready, and does not mind in which order it hears the tests."""
    model = prepare(load("en"), tmp_path_factory.mktemp("models"))
    return Recogniser(str(model.language), str(model.dictionary))


def hear(recogniser: Recogniser, pcm: bytes) -> None:
    """Let it hear speech, a second at a time."""
    for start in range(0, len(pcm), 2 * RATE_HZ):
        recogniser.hear(memoryview(pcm)[start : start + 2 * RATE_HZ])


def test_it_answers_with_words_and_how_sure_they_are(recogniser: Recogniser) -> None:
    """Before the end of a turn as far as it is, and nothing where nothing was said."""
    assert recogniser.partial() == recogniser.finish() == ("", 1.0)
    hear(recogniser, spoken("i like to travel") + silence(300))
    assert recogniser.partial()[0] == "i like to travel"
    text, sure = recogniser.finish()
    assert text == "i like to travel"
    assert 0.5 < sure <= 1
    assert recogniser.partial() == ("", 1.0)


def test_a_turn_without_end_forgets_its_beginning(recogniser: Recogniser) -> None:
    """After half a minute it begins anew."""
    hear(recogniser, spoken("i like to travel") + silence(31_000) + spoken("tell me a joke"))
    assert recogniser.finish()[0] == "tell me a joke"


def test_silence_is_nothing(recogniser: Recogniser) -> None:
    """No words, whatever it would have been sure of."""
    hear(recogniser, silence(2000))
    assert recogniser.finish()[0] == ""


def test_requests_are_read_from_one_buffer(tmp_path: Path) -> None:
    """It is overwritten when a turn ends, and what breaks off is an end."""
    path = tmp_path / "requests"
    path.write_bytes(REQUEST.pack(Kind.AUDIO, 0, 6) + b"speech" + REQUEST.pack(Kind.FINISH, 7, 0) + b"\x01")
    with path.open("rb", buffering=0) as source:
        requests = Requests(source)
        kind, _, payload = requests.next()
        assert (kind, bytes(payload)) == (Kind.AUDIO, b"speech")
        assert requests.next()[:2] == (Kind.FINISH, 7)
        requests.overwrite()
        assert not any(payload)
        with pytest.raises(EOFError):
            requests.next()
