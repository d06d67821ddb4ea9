"""The documents and the code say the same."""

import itertools
import re
from pathlib import Path

import msgspec
import pytest

from bot.engines.settings import EngineSettings
from bot.settings import WorkerSettings
from bot.turns.diagram import mermaid
from matcher import wire
from matcher.settings import Secret, split_meta
from server.queue.phases import ALLOWED
from server.settings import ServerSettings

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def settings_table() -> list[str]:
    """Return README's rows as the code would write them."""
    rows = []
    kinds = (ServerSettings, WorkerSettings, EngineSettings)
    fields: dict[str, msgspec.structs.FieldInfo] = {}
    for field in itertools.chain.from_iterable(msgspec.structs.fields(kind) for kind in kinds):
        fields.setdefault(field.name, field)  # some are for both
    for field in fields.values():
        _, meta = split_meta(field.type)
        default = "" if isinstance(field.default, Secret) or field.default == "" else f"`{field.default}`"
        rows.append(f"| `SOTTO_{field.name.upper()}` | {default.replace('True', 'true').replace('False', 'false')} "
                    f"| {meta.description} |")  # fmt: skip
    return rows


def test_readme_lists_every_setting_as_it_is() -> None:
    """Name, default and meaning, in the code's order; nothing else in the table."""
    documented = re.findall(r"^\| `SOTTO_.*$", README, re.MULTILINE)

    assert settings_table() == documented


@pytest.mark.parametrize("kind", [*wire.ClientMessage.__subclasses__(), *wire.ServerMessage.__subclasses__()])
def test_architecture_lists_every_message_with_its_fields(kind: type[msgspec.Struct]) -> None:
    """One row per message: its type, and each field by name."""
    tag = kind.__struct_config__.tag
    rows = [row for row in ARCHITECTURE.splitlines() if row.startswith(f"| `{tag}` |")]

    assert any(all(f"`{name}`" in row for name in kind.__struct_fields__) for row in rows), (tag, rows)


def test_architecture_shows_the_phases() -> None:
    """Each phase of a queue socket is named."""
    for phase in ALLOWED:
        assert f"`{phase.name}`" in ARCHITECTURE


def test_documents_name_files_that_exist() -> None:
    """A path in backticks in the documents is a file or folder of the project."""
    for name in ("README.md", "ARCHITECTURE.md", "THREAT_MODEL.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:web|tests|server|matcher|bot|infra)/[\w./-]+)", text):
            assert (ROOT / path.split("::")[0]).exists(), f"{name}: {path}"
        for path, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text):
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), f"{name}: {path}::{test}"


def test_the_diagram_of_the_turns_is_that_of_their_table() -> None:
    """Whoever changes the one is told to draw the other anew: `bot.turns.diagram.mermaid()`."""
    assert f"```mermaid\n{mermaid().rstrip()}\n```\n" in ARCHITECTURE
