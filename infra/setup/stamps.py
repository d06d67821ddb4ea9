"""Stamps: a step is done when the digest of its inputs stands beside what it made."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


def digest(inputs: Iterable[Path], *words: str) -> str:
    """Return one digest over the names and contents of files, folders included whole, and further words."""
    total = hashlib.sha256("\0".join(words).encode())
    for top in inputs:
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file():
                total.update(f"\0{path.as_posix()}\0".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@dataclass(frozen=True)
class Stamp:
    """The mark `file` says which inputs `made` was made from."""

    file: Path
    made: Path

    def fresh(self, wanted: str) -> bool:
        """Tell whether what was made still exists and comes from the inputs with the digest `wanted`."""
        try:
            return self.made.exists() and self.file.read_text() == wanted
        except FileNotFoundError:
            return False

    def set(self, reached: str) -> None:
        """Note that the step is done for the inputs with the digest `reached`."""
        self.file.write_text(reached)
