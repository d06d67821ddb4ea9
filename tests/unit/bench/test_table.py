"""Figures become tables, and a run of some parts leaves the others' figures alone."""

from tests.bench.table import (
    Aim,
    Baseline,
    Row,
    Section,
    cells,
    in_markdown,
    in_terminal,
    lines_of,
    merged,
    number,
    sections_of,
)

ROWS = [
    Row("one", 12.34, "ms", Baseline(10, "echo"), Aim(20), "the server"),
    Row("many", 2500, "msg/s", Baseline(5000, "echo"), Aim(3000, least=True)),
    Row("alone", 7, "KB"),
]
SECTION = Section("part", "what it is", "How it is done.", ROWS)


def test_a_number_has_three_digits_that_count() -> None:
    """Small ones have decimals, large ones have none; whole ones are whole."""
    assert [number(value) for value in (0.1234, 1.234, 20, 12.34, 123.4, 12345.6)] == [
        "0.12", "1.23", "20", "12.3", "123", "12,346",
    ]  # fmt: skip


def test_a_row_says_whether_its_aim_is_met() -> None:
    """By the value or by the ratio, upwards or downwards; nothing is said without an aim."""
    assert [row.met for row in ROWS] == [True, False, None]
    assert Row("ratio", 15, "ms", Baseline(10, "limit"), Aim(1.2, ratio=True)).met is False
    assert Row("ratio", 12, "ms", Baseline(10, "limit"), Aim(1.2, ratio=True)).met is True
    assert Row("no limit", 12, "ms", None, Aim(1.2, ratio=True)).met is None
    assert Row("limit of nothing", 12, "ms", Baseline(0, "limit"), Aim(1.2, ratio=True)).ratio is None


def test_a_row_shows_all_that_it_holds() -> None:
    """Value with unit, baseline with name, ratio, aim, verdict, bound."""
    assert cells(ROWS[0]) == ("one", "12.3 ms", "10 echo", "1.23", "≤ 20", "yes", "the server")
    assert cells(ROWS[1]) == ("many", "2,500 msg/s", "5,000 echo", "0.50", "≥ 3,000", "NO", "")
    assert str(Aim(1.5, ratio=True)) == "≤ 1.50 x"


def test_a_bound_is_not_said_twice_in_a_row() -> None:
    """The same as above is a ditto mark; nothing stays nothing."""
    rows = [Row("a", 1, "ms", bounded_by=bound) for bound in ("x", "x", "y", "", "", "y", "y", "y")]

    assert [line[-1] for line in lines_of(Section("part", "t", "m", rows))] == ["x", "″", "y", "", "", "y", "″", "″"]


def test_the_terminal_has_aligned_columns() -> None:
    """Every figure's aim begins in the same column."""
    lines = in_terminal(SECTION).splitlines()

    assert lines[0] == "part: what it is"
    assert lines[1].index("aim") == lines[2].index("≤ 20") == lines[3].index("≥ 3,000")


def test_a_run_of_some_parts_replaces_only_their_sections() -> None:
    """Others keep their text, the order is the parts', and what is no part any more goes."""
    old = merged(
        "# Old head", "", {name: in_markdown(SECTION._replace(name=name), "then", "c") for name in "abx"}, "abx"
    )
    new = merged("# Head", old, {"b": in_markdown(SECTION._replace(name="b"), "now", "c")}, "cba")

    assert new.startswith("# Head\n\n## b: ")
    assert list(sections_of(new)) == ["b", "a"]
    assert "Measured now: `c`" in sections_of(new)["b"]
    assert sections_of(new)["a"] == sections_of(old)["a"]
    assert merged("# Head", new, {}, "cba") == new


def test_a_cell_cannot_break_the_table() -> None:
    """A bar within a cell would be a column of its own."""
    assert "| a/b | 7 KB |" in in_markdown(Section("part", "t", "m", [Row("a|b", 7, "KB")]), "now", "c")


def test_the_method_is_one_paragraph() -> None:
    """Wherever the lines of its source end."""
    method = "word\n" * 100

    lines = in_markdown(SECTION._replace(method=method), "now", "c").split("\n\n")[1].splitlines()
    assert " ".join(lines).split() == ["word"] * 100
    assert all(len(line) <= 120 for line in lines)
    assert len(lines[0]) > 115
