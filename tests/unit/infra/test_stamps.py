"""Set-up steps: done once, and again as soon as their inputs differ."""

from pathlib import Path

from infra.setup.stamps import Stamp, digest


def test_a_step_is_fresh_until_its_inputs_change(tmp_path: Path) -> None:
    """The stamp holds for the very inputs it was set for: a changed byte, name or word makes the step due again."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.ts").write_text("one")
    stamp = Stamp(tmp_path / "stamp", source)
    assert not stamp.fresh(digest([source], "3.11"))
    stamp.set(digest([source], "3.11"))
    assert stamp.fresh(digest([source], "3.11"))
    assert not stamp.fresh(digest([source], "3.12"))
    (source / "a.ts").write_text("two")
    assert not stamp.fresh(digest([source], "3.11"))
    (source / "a.ts").write_text("one")
    (source / "deep").mkdir()
    (source / "deep" / "b.ts").write_text("")
    assert not stamp.fresh(digest([source], "3.11"))


def test_a_renamed_file_is_a_change(tmp_path: Path) -> None:
    """Names count as much as contents: the same bytes under another name give another digest."""
    (tmp_path / "a.ts").write_text("same")
    before = digest([tmp_path])
    (tmp_path / "a.ts").rename(tmp_path / "b.ts")
    assert digest([tmp_path]) != before


def test_what_was_made_must_still_be_there(tmp_path: Path) -> None:
    """A stamp alone is no proof: when what the step made is gone, the step is due."""
    made = tmp_path / "dist"
    made.mkdir()
    stamp = Stamp(tmp_path / "stamp", made)
    stamp.set("digest")
    assert stamp.fresh("digest")
    made.rmdir()
    assert not stamp.fresh("digest")
