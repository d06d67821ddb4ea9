"""`python -m infra.checks`: what the house asks of tracked files and no linter looks at."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_LINES = 300
COUNTED = {".py", ".ts", ".tsx", ".lua", ".css", ".sh", ".mjs"}
# Locks and pages are installed from wherever the machine says; a host in a file would overrule it.
REGISTRY = re.compile(r"registry\.npm[j]s|py[p]i\.org|python[h]osted|deb\.deb[i]an|registry\.yarn[p]kg")
MACHINE = re.compile(r"(?<![\w.~-])/(?:r[o]ot|w[o]rk|h[o]me/\w+|U[s]ers/\w+)/")
PEER = re.compile(r"new\s+RTCPeerConnection\b")


def faults(path: Path, text: str) -> Iterator[str]:
    """Yield what is wrong with one file, as `path:line: what`."""
    lines = text.splitlines()
    if path.suffix in COUNTED and len(lines) > MAX_LINES:
        yield f"{path}: {len(lines)} lines, {MAX_LINES} are allowed: these are two ideas"
    for number, line in enumerate(lines, 1):
        if REGISTRY.search(line):
            yield f"{path}:{number}: names the host of a package registry"
        if MACHINE.search(line):
            yield f"{path}:{number}: names a path of one machine"


def peers(path: Path, text: str) -> list[str]:
    """List the places of a source file, tests aside, that build a peer connection."""
    if path.suffix not in {".ts", ".tsx", ".js", ".mjs"} or ".test." in path.name or path.parts[0] != "web":
        return []
    return [f"{path}:{number}" for number, line in enumerate(text.splitlines(), 1) if PEER.search(line)]


def tracked() -> Iterator[tuple[Path, str]]:
    """Yield each tracked text file with its content."""
    names = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
    for path in map(Path, filter(None, names.split("\0"))):
        try:
            yield path, path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def main() -> int:
    """Print every fault; return 1 when there is one."""
    found: list[str] = []
    built: list[str] = []
    for path, text in tracked():
        found += faults(path, text)
        built += peers(path, text)
    if len(built) > 1:
        found.append(f"RTCPeerConnection is built in more places than one, each of which must be relay-only: {built}")
    print("\n".join(found) or "house rules: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
