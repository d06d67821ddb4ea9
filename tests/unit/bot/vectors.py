"""The cases that both languages replay."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "vectors"


def vectors(name: str) -> Any:
    """Return the cases of one module."""
    return json.loads((FOLDER / f"{name}.json").read_text())
