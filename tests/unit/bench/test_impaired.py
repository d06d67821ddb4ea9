"""How a run on a poor network is counted, and put together from pieces."""

import os
from pathlib import Path

from tests.bench import impaired


def test_whoever_goes_back_to_the_queue_has_failed() -> None:
    """Times are those of the others; without any there is only the share."""
    share, typical, _, worst = impaired.rows_of([1.0, None, 3.0, 2.0])

    assert (share.value, share.met) == (75, False)
    assert (typical.value, worst.value) == (2, 3)
    assert impaired.rows_of([2.0] * 99 + [None])[0].met is True
    assert [row.value for row in impaired.rows_of([None])] == [0]


def test_pieces_count_for_an_hour(tmp_path: Path) -> None:
    """Calls of yesterday were another build's."""
    file = tmp_path / "kept.json"
    assert impaired.kept(file) == []

    file.write_text("[1.5, null]")
    assert impaired.kept(file) == [1.5, None]
    os.utime(file, (0, 0))
    assert impaired.kept(file) == []
