"""Secrets of this machine: made at the first start, kept in `.run` for this user alone, never shown."""

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from matcher.settings import read_env_file
from server.settings import ServerSettings


def wanted(settings: ServerSettings, *, own_coturn: bool) -> list[str]:
    """Name the secrets that nobody gave and that we may make up: those that no other machine must share."""
    names = {
        "SOTTO_SESSION_KEYS": not settings.session_keys,
        "SOTTO_REALTIME_SIGNING_KEY": not settings.realtime_signing_key and not settings.realtime_url,
        "SOTTO_COTURN_SECRET": not settings.coturn_secret and own_coturn,
        "SOTTO_BOT_KEY": not settings.bot_key,
    }
    return [name for name, needed in names.items() if needed]


def make(name: str) -> str:
    """Make one secret of 256 random bits; session keys carry a key id in front."""
    value = secrets.token_urlsafe(32)
    return f"local:{value}" if name == "SOTTO_SESSION_KEYS" else value


def keep(path: Path, names: Iterable[str]) -> Mapping[str, str]:
    """Return the named secrets from the file, and add to it those that it lacks.

    Args:
        path: The file; its folder and it become readable by this user only.
        names: The variables that are needed.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.parent.chmod(0o700)
    kept = read_env_file(path)
    lacking = {name: make(name) for name in names if name not in kept}
    write_private(path, "".join(f"{name}={value}\n" for name, value in {**kept, **lacking}.items()))
    return {name: {**kept, **lacking}[name] for name in names}


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else can read at any moment, in one step: the old one or the new one, never half."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
