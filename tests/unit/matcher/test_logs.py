"""Logs keep what is allow-listed and nothing else."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from matcher import logs

CANARY = "203.0.113.77"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Logging as a process has it, captured."""
    handlers = logging.root.handlers[:]
    stream = io.StringIO()
    logs.configure("test", "debug", stream=stream)
    yield stream
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:] = handlers


def last_line(stream: io.StringIO) -> dict[str, Any]:
    """Return the last event written."""
    line: dict[str, Any] = json.loads(stream.getvalue().splitlines()[-1])
    return line


@pytest.mark.claim("not-written-down")
def test_unknown_keys_are_dropped(written: io.StringIO) -> None:
    """A key that is not on the list never reaches the output."""
    structlog.get_logger().info("call.matched", call_id="c1", address=CANARY)

    line = last_line(written)
    assert (line["event"], line["call_id"], line["process"]) == ("call.matched", "c1", "test")
    assert CANARY not in str(line)


def test_an_exception_is_logged_by_its_type_and_place(written: io.StringIO) -> None:
    """Its text may quote input, so it is left out."""
    try:
        raise ValueError(CANARY)
    except ValueError:
        structlog.get_logger().exception("http.crashed")

    line = last_line(written)
    assert line["error"] == "ValueError"
    assert "test_logs" in line["where"]
    assert CANARY not in str(line)


def test_other_libraries_are_logged_without_their_text(written: io.StringIO) -> None:
    """A library's warning names the library and the line, nothing more."""
    logging.getLogger("realtime").error("payload %s", CANARY)

    line = last_line(written)
    assert (line["event"], line["kind"]) == ("library.log", "realtime")
    assert CANARY not in str(line)
