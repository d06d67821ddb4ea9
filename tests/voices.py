"""Callers' voices: flite's, by its command line, in any voice but the bot's own."""

import hashlib
import os
import subprocess
import tempfile
import wave
from pathlib import Path

RATE_HZ = 16_000
# Those besides `slt`, with which the bot speaks.
VOICES = ("rms", "awb")
# What was spoken once is read again: speech takes a tenth of a second to make.
CACHE = Path(__file__).parent.parent / ".pytest_cache" / "voices"


def spoken(text: str, voice: str = "rms") -> bytes:
    """Return speech, 16 bit little-endian mono at RATE_HZ; it begins with a fifth of a second of silence."""
    path = CACHE / f"{hashlib.sha256(f'{voice} {text}'.encode()).hexdigest()[:24]}.wav"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            new = Path(folder) / "new.wav"
            subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(new)], check=True, env=dict(os.environ))
            new.replace(path)
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2), voice
        return file.readframes(file.getnframes())


def silence(ms: int) -> bytes:
    """Return digital silence of the same kind."""
    return bytes(2 * RATE_HZ * ms // 1000)
