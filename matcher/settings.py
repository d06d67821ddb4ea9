"""Settings: one frozen value per process, read once from SOTTO_* variables and .env, passed on as a value."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

PREFIX = "SOTTO_"


class Secret:
    """A string that does not print: `str`, `repr` and formatting show `***`."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself. Only for the line that uses it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class BadSetting(Exception):
    """A setting is wrong: `str` names the variable, the fault and the allowed range, never a secret's value."""


class RedisSettings(Struct, frozen=True, kw_only=True):
    """Where the queue lives and how a process speaks about itself: what every process needs."""

    redis_url: Annotated[
        str,
        Meta(
            pattern=r"^$|^(rediss?|unix)://",
            description="Redis 6.2 or newer, or Valkey. Empty: the one that `make run` starts, `.run/valkey.sock`.",
        ),
    ] = ""
    pool: Annotated[
        str, Meta(pattern=r"^[a-z0-9-]{1,32}$", description="Name of the waiting room; callers meet within one.")
    ] = "main"
    log_level: Annotated[
        str, Meta(pattern=r"^(debug|info|warning|error)$", description="Least severe level that is logged.")
    ] = "info"
    log_format: Annotated[
        str, Meta(pattern=r"^(json|console)$", description="One JSON object or one readable line per event.")
    ] = "json"


Loaded = TypeVar("Loaded", bound=Struct)


def read_env_file(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines; `#` starts a comment line, quotes around a value are dropped. No file: nothing."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    values = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals:
            raise BadSetting(f"{path} line {number}: expected NAME=value")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def load(kind: type[Loaded], environ: Mapping[str, str] | None = None, env_file: Path | None = None) -> Loaded:
    """Build the settings of one process.

    Args:
        kind: The settings struct to fill; field `x` is read from SOTTO_X.
        environ: Variables, the process's own by default; they win over the file.
        env_file: The file of further variables, `.env` in the working directory by default.

    Raises:
        BadSetting: A value does not fit its field.
    """
    values = {**read_env_file(env_file or Path(".env")), **(os.environ if environ is None else environ)}
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        variable = PREFIX + field.name.upper()
        if variable in values:
            given[field.name] = _convert(variable, values[variable], field.type)
    return kind(**given)


def _convert(variable: str, text: str, annotation: Any) -> Any:
    bare, meta = split_meta(annotation)
    if bare is Secret:
        return Secret(text)
    try:
        return msgspec.convert(text.strip(), annotation, strict=False)
    except msgspec.ValidationError:
        raise BadSetting(f"{variable}={text!r} is not allowed: it must be {allowed(bare, meta)}") from None


def split_meta(annotation: Any) -> tuple[Any, Meta]:
    """Split `Annotated[type, Meta]` into its two parts; a bare type has an empty Meta."""
    metadata = getattr(annotation, "__metadata__", ())
    return getattr(annotation, "__origin__", annotation), metadata[0] if metadata else Meta()


def allowed(bare: Any, meta: Meta) -> str:
    """Say in words which values a field takes."""
    name = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}.get(bare, "a value")
    match (meta.ge, meta.le):
        case (None, None):
            pass
        case (low, None):
            name += f", at least {low}"
        case (None, high):
            name += f", at most {high}"
        case (low, high):
            name += f" from {low} to {high}"
    return name + (f" matching {meta.pattern}" if meta.pattern else "")
