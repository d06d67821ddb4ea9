"""The measurements as tables: for the terminal, and for RESULTS.md. Pure.

A section is what one part of the bench has measured. In the file each has the heading `## <name>: <title>`, by which a
run of only some parts finds the sections that it replaces.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from textwrap import fill
from typing import NamedTuple

_HEADING = re.compile(r"^## ([\w-]+): ", re.MULTILINE)

COLUMNS = ("figure", "value", "baseline", "ratio", "aim", "met", "bounded by")


class Aim(NamedTuple):
    """What a figure should be: the value, or its ratio to the baseline, at most or at least the bound."""

    bound: float
    least: bool = False
    ratio: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {number(self.bound)}{' x' if self.ratio else ''}"


class Baseline(NamedTuple):
    """What a figure is measured against, in the same run and the same unit."""

    value: float
    name: str


class Row(NamedTuple):
    """One figure."""

    figure: str
    value: float
    unit: str
    baseline: Baseline | None = None
    aim: Aim | None = None
    bounded_by: str = ""

    @property
    def ratio(self) -> float | None:
        """Value over baseline, where that says something."""
        return self.value / self.baseline.value if self.baseline and self.baseline.value else None

    @property
    def met(self) -> bool | None:
        """Whether the aim is reached; None where there is none, or nothing to hold it against."""
        held = self.ratio if self.aim and self.aim.ratio else self.value
        if self.aim is None or held is None:
            return None
        return held >= self.aim.bound if self.aim.least else held <= self.aim.bound


class Section(NamedTuple):
    """What one part has measured.

    Args:
        name: The part's name, as given on the command line.
        title: What is measured, in a few words.
        method: How, in one paragraph: what one needs to know to read the figures.
        rows: The figures.
    """

    name: str
    title: str
    method: str
    rows: Sequence[Row]


def number(value: float) -> str:
    """Write a number with three significant digits, and thousands apart."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def cells(row: Row) -> tuple[str, ...]:
    """Return a row's cells, in the order of COLUMNS."""
    return (
        row.figure,
        f"{number(row.value)} {row.unit}",
        f"{number(row.baseline.value)} {row.baseline.name}" if row.baseline else "",
        number(row.ratio) if row.ratio is not None else "",
        str(row.aim) if row.aim else "",
        {True: "yes", False: "NO", None: ""}[row.met],
        row.bounded_by,
    )


def lines_of(section: Section) -> list[tuple[str, ...]]:
    """Return the cells of all rows; a bound that is the row's above is a ditto mark."""
    rows, above = [], ""
    for row in section.rows:
        *others, bound = cells(row)
        rows.append((*others, "″" if bound and bound == above else bound))
        above = bound
    return rows


def in_terminal(section: Section) -> str:
    """Draw one section with aligned columns."""
    table = [COLUMNS, *lines_of(section)]
    widths = [max(len(line[place]) for line in table) for place in range(len(COLUMNS))]
    lines = [
        "  ".join(
            cell.rjust(width) if 0 < place < 4 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    ]
    return "\n".join([f"{section.name}: {section.title}", *lines, ""])


def in_markdown(section: Section, when: str, command: str) -> str:
    """Draw one section of RESULTS.md, with when it was measured, on what, and by which command."""
    lines = [COLUMNS, ("---", "--:", "--:", "--:", "---", "---", "---"), *lines_of(section)]
    table = "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
    method = fill(section.method, 120, break_long_words=False, break_on_hyphens=False)
    return f"## {section.name}: {section.title}\n\n{method}\n\nMeasured {when}: `{command}`\n\n{table}\n"


def sections_of(text: str) -> dict[str, str]:
    """Return the sections of a RESULTS.md by name."""
    found = list(_HEADING.finditer(text))
    ends = [*(heading.start() for heading in found[1:]), len(text)]
    # Without any section there is one end too many.
    return {heading[1]: text[heading.start() : end].rstrip() + "\n" for heading, end in zip(found, ends, strict=False)}


def merged(head: str, old: str, new: Mapping[str, str], order: Iterable[str]) -> str:
    """Return RESULTS.md with the new sections in place of the old ones; of what `order` does not name nothing stays."""
    sections = {**sections_of(old), **new}
    return "\n".join([head.rstrip() + "\n", *(sections[name] for name in order if name in sections)])
