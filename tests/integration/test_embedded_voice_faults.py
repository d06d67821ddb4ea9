"""What goes wrong with espeak-ng, and which voice there is where something is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.engines.embedded.espeak import EspeakTts
from bot.engines.errors import EngineError, TimedOut, Unavailable
from tests.integration.embedded_speech import children, spoken


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program before espeak-ng; its first run, at the start, is answered at once."""
    path = folder / "espeak-ng"
    path.write_text(f'#!/bin/sh\nif [ ! -e "{folder}/tried" ]; then : > "{folder}/tried"; exit 0; fi\n{script}\n')
    path.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


async def test_nobody_sees_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is neither in the program's arguments nor in its environment, which has nothing of ours either."""
    monkeypatch.setenv("SOTTO_CHAT_KEY", "canary-key")
    program(
        tmp_path,
        f'tr "\\0" "\\n" < /proc/$$/cmdline > "{tmp_path}/arguments"; env > "{tmp_path}/environment"\n'
        'exec /usr/bin/espeak-ng "$@"',
        monkeypatch,
    )

    assert await spoken(EspeakTts("en"), "The canary sings.")

    seen = (tmp_path / "arguments").read_text() + (tmp_path / "environment").read_text()
    assert "--stdin" in seen
    assert "canary" not in seen


# What espeak-ng itself sends first: 22050 Hz, and a size that it does not know yet.
HEADER = r"RIFF$\360\377\177WAVEfmt \020\0\0\0\1\0\1\0\042V\0\0D\254\0\0\2\0\020\0data\0\360\377\177"


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("exit 1", Unavailable),
        ("kill -9 $$", Unavailable),
        (f"printf '{HEADER}abcd'; exit 3", Unavailable),
        ("exec sleep 600", TimedOut),
        (f"printf '{HEADER}abcd'; exec sleep 600", TimedOut),
        ("printf 'RIFFabcdAVI '", EngineError),
    ],
)
async def test_faults_of_the_program(
    script: str, kind: type[EngineError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is an error without a word of the text, and leaves no process."""
    program(tmp_path, script, monkeypatch)
    tts = EspeakTts("en", stall_s=0.5)
    before = children()

    with pytest.raises(kind) as caught:
        await spoken(tts, "The canary sings.")

    assert "canary" not in f"{caught.value!r} {caught.value.__cause__!r} {tts!r}"
    assert children() <= before


async def test_a_program_that_has_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uninstalled while the bot runs."""
    program(tmp_path, "exit 0", monkeypatch)
    tts = EspeakTts("en")
    (tmp_path / "espeak-ng").unlink()

    with pytest.raises(Unavailable):
        await spoken(tts)


CHOOSE = """
import asyncio
from bot.engines.embedded.voice import embedded_voice
from matcher.settings import BadSetting

async def main(language):
    try:
        async with embedded_voice(language) as tts:
            print(type(tts).__name__)
    except BadSetting as fault:
        print(fault)

for language in ("en", "en-GB", "de", "zz"):
    asyncio.run(main(language))
"""
DE = "the bot has no voice for SOTTO_BOT_LANGUAGE='de': install espeak-ng"
ZZ = "SOTTO_BOT_LANGUAGE='zz' is not allowed: espeak-ng has no such voice"
NONE = "the bot has no voice for SOTTO_BOT_LANGUAGE={!r}: install {}"
EITHER = "flite (Debian: libflite1) or espeak-ng"


@pytest.mark.parametrize(
    ("flite", "espeak", "chosen"),
    [
        (True, True, ["FliteTts", "FliteTts", "EspeakTts", ZZ]),
        (False, True, ["EspeakTts", "EspeakTts", "EspeakTts", ZZ]),
        (True, False, ["FliteTts", "FliteTts", DE, NONE.format("zz", "espeak-ng")]),
        (False, False, [NONE.format("en", EITHER), NONE.format("en-GB", EITHER), DE, NONE.format("zz", "espeak-ng")]),
    ],
)
def test_which_voice_is_chosen(flite: bool, espeak: bool, chosen: list[str], tmp_path: Path) -> None:
    """flite for English, espeak-ng for all else and in its place; without either the start says what to install."""
    if not flite:
        (tmp_path / "libflite.so.1").write_bytes(b"no library")
    environment = {"PATH": "/usr/bin:/bin" if espeak else "/nonexistent", "LD_LIBRARY_PATH": str(tmp_path)}

    said = subprocess.run(
        [sys.executable, "-c", CHOOSE], env=environment, capture_output=True, text=True, timeout=60, check=True
    )

    assert said.stdout.splitlines() == chosen
