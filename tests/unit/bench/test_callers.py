"""What counts as a match in the bench: both ends know of it, and how to connect."""

from random import Random
from typing import Any, cast

import msgspec
import pytest

from matcher import wire
from tests.bench.callers import Crowd, Found, Meeting, Page, description, ready


def pages() -> tuple[Page, Page]:
    """Two that have begun at 1 s and at 2 s."""
    crowd = Crowd(Random(1))
    waiting, coming = (Page(crowd, 1, "en") for _ in range(2))
    waiting.begun, coming.begun = 1.0, 2.0
    return waiting, coming


def test_what_a_page_says_is_what_the_server_takes() -> None:
    """Every page has a description of its own, whose parts are in order."""
    said = [cast(Any, wire.decode(ready(number)[8:].decode())) for number in (1, 70_000)]

    assert [message.description for message in said] == [description(1), description(70_000)]
    assert len({message.description.parameters.ufrag for message in said}) == 2
    assert msgspec.json.decode(msgspec.json.encode(description(3)), type=type(description(3))) == description(3)


def test_a_match_is_found_once_both_ends_know_all_of_it() -> None:
    """All times count from when the one who came last began."""
    waiting, coming = pages()
    meeting = Meeting()

    meeting.matched = {coming: 2.25, waiting: 2.5}
    meeting.described = {waiting: (2.5, description(coming.number))}
    assert meeting.found() is None
    meeting.described[coming] = 2.75, description(waiting.number)
    assert meeting.found() == Found(250, 500, 750)


def test_another_ones_description_is_a_fault() -> None:
    """So that the bench cannot be fast by being wrong."""
    waiting, coming = pages()
    meeting = Meeting()
    meeting.matched = {coming: 2.25, waiting: 2.5}
    meeting.described = {page: (2.5, description(waiting.number)) for page in (coming, waiting)}

    with pytest.raises(AssertionError, match="not the partner's"):
        meeting.found()
