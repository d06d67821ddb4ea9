"""What the recogniser knows of the language."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.dialogue.script import SCRIPTS, load, parse
from bot.engines.embedded.language_model import Model, prepare, unknown
from bot.engines.embedded.language_model_process import BACKGROUND_WORDS, spelled
from bot.engines.errors import Misconfigured

SCRIPT = load("en")
ENGLISH = (SCRIPTS / "en.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The model of the English script."""
    return prepare(SCRIPT, tmp_path_factory.mktemp("models"))


def test_every_word_of_the_script_can_be_heard() -> None:
    """The recogniser has a pronunciation of each: whoever adds a word learns here that it has none."""
    assert not unknown(SCRIPT.vocabulary())


def test_a_word_that_cannot_be_heard_stops_the_start(tmp_path: Path) -> None:
    """It is a mistake in the script, and not one to run into in a call."""
    script = parse(ENGLISH.replace('"hello there"', '"hello theeere"'))
    assert unknown(script.vocabulary()) == {"theeere"}
    with pytest.raises(Misconfigured):
        prepare(script, tmp_path)


def test_the_dictionary_has_the_script_and_everyday_words(model: Model) -> None:
    """With every pronunciation, and no more words than that."""
    lines = model.dictionary.read_text("utf-8").splitlines()
    words = {spelled(line) for line in lines}
    assert words >= SCRIPT.vocabulary()
    assert BACKGROUND_WORDS <= len(words) <= BACKGROUND_WORDS + len(SCRIPT.vocabulary())
    assert any(line.startswith("read(2) ") for line in lines)


def test_the_model_prefers_the_script_s_sentences(model: Model) -> None:
    """Their words follow each other; others are known, each for itself."""
    text = model.language.read_text("utf-8")
    assert " where are you\n" in text
    assert " government " in text
    assert "government of" not in text


def test_it_is_made_once(model: Model) -> None:
    """The next start takes what there is."""
    made = model.language.stat()
    assert prepare(SCRIPT, model.language.parents[1]) == model
    assert model.language.stat() == made


def test_another_script_has_another_model(model: Model) -> None:
    """No start takes the model of an older script."""
    script = parse(ENGLISH.replace('"hello there"', '"hello everybody"'))
    assert prepare(script, model.language.parents[1]).language.parent != model.language.parent


def test_processes_that_make_it_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    """Either is first; both have the same whole model, and nothing else is left."""
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda _: prepare(SCRIPT, tmp_path / "models"), range(2))
    assert first == second
    assert first.language.stat().st_size > 0
    assert list((tmp_path / "models").iterdir()) == [first.language.parent]


def test_without_the_recogniser_it_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As what it is: this installation cannot do it, however often it tries."""
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)  # as where it is not installed
    with pytest.raises(Misconfigured) as raised:
        prepare(SCRIPT, tmp_path)
    assert "pocketsphinx" in str(raised.value.__cause__)
