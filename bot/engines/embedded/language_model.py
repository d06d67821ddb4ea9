"""What the recogniser knows of the language: made from the script, once, and kept for the next start.

With it the recogniser needs a fifth of the time and of the memory that it needs for English at large, and understands
more of what callers say to this bot.
"""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from bot.dialogue.script import Script
from bot.engines.embedded import language_model_process
from bot.engines.embedded.language_model_process import DICTIONARY, LANGUAGE, spelled
from bot.engines.errors import Misconfigured, TimedOut, Unavailable

PROGRAM = Path(language_model_process.__file__)
MAKE_S = 60.0  # a second on a machine that does nothing else


@dataclass(frozen=True, slots=True)
class Model:
    """The files of a model: an ARPA trigram model, and a dictionary in CMU's format."""

    language: Path
    dictionary: Path


def prepare(script: Script, cache: Path) -> Model:
    """Return the model of a script; make it, unless it is in `cache`, which processes may share. Blocks.

    Raises:
        Misconfigured: pocketsphinx is not installed, or the script has words that it cannot hear.
        Unavailable: It could not be made.
        TimedOut: It was not made within MAKE_S.
    """
    if unknown(script.vocabulary()):
        raise Misconfigured
    sentences = sorted(set(script.sentences()))
    folder = cache / f"sphinx-{_digest(sentences)}"
    if not folder.exists():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            _make(sentences, folder)
        except (OSError, subprocess.CalledProcessError) as fault:
            raise Unavailable from fault
        except subprocess.TimeoutExpired:
            raise TimedOut from None
    return Model(folder / LANGUAGE, folder / DICTIONARY)


def unknown(words: Iterable[str]) -> frozenset[str]:
    """Return those of some words that the recogniser has no pronunciation of.

    Raises:
        Misconfigured: pocketsphinx is not installed.
    """
    package = find_spec("pocketsphinx")
    if package is None or not package.submodule_search_locations:
        raise Misconfigured from PackageNotFoundError("pocketsphinx")
    models = Path(package.submodule_search_locations[0]) / "model"
    lines = (models / "en-us" / "cmudict-en-us.dict").read_text("utf-8").splitlines()
    return frozenset(words) - {spelled(line) for line in lines}


def _digest(sentences: list[str]) -> str:
    made_of = [version("pocketsphinx"), PROGRAM.read_text("utf-8"), *sentences]
    return hashlib.sha256("\n".join(made_of).encode()).hexdigest()[:16]


def _make(sentences: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        making = Path(temporary) / "making"
        making.mkdir()
        subprocess.run(  # noqa: S603 # our own program
            [sys.executable, "-I", PROGRAM, making],
            input="\n".join(sentences).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=MAKE_S,
            check=True,
        )
        try:
            making.rename(folder)
        except OSError:
            if not folder.exists():  # otherwise another process was first
                raise
