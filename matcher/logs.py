"""Logs are events with allow-listed keys; whatever is not on the list is dropped before it is written.

info is one line per step of a lifecycle. No address, SDP, candidate, ufrag, TURN username, token or transcript ever
gets a key here, and an exception is logged by its type alone: its text may quote what it choked on.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

ALLOWED_KEYS = frozenset(
    {
        "event", "level", "timestamp", "process", "call_id", "reason", "stage", "state", "code", "route", "method",
        "status", "count", "ms", "seconds", "provider", "worker", "port", "error", "where", "limit", "attempt", "kind",
    }
)  # fmt: skip


def keep_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not allow-listed; an exception becomes its type's name and where it was raised."""
    fault = event.pop("exc_info", None)
    if fault is True:
        fault = sys.exc_info()[1]
    if isinstance(fault, tuple):
        fault = fault[1]
    if isinstance(fault, BaseException):
        event["error"] = type(fault).__name__
        event["where"] = _where(fault)
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def _where(fault: BaseException) -> str:
    trace = fault.__traceback__
    if trace is None:
        return ""
    while trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


class _ForeignHandler(logging.Handler):
    """Turns other libraries' records into events without their text, which may hold what we must not keep."""

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().log(
            record.levelno, "library.log", kind=record.name, where=f"{record.module}:{record.lineno}", exc_info=fault
        )


def configure(process: str, level: str = "info", form: str = "json", stream: TextIO | None = None) -> None:
    """Set up structlog for one process.

    Args:
        process: Name of the process, on every line.
        level: Least severe level to write.
        form: `json` or `console`.
        stream: Where to write; standard error by default.
    """
    least = logging.getLevelName(level.upper())
    renderer: Any = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            keep_allowed,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=process)
    # Libraries below warning say nothing that we need, and some of it is payload.
    logging.basicConfig(level=logging.WARNING, handlers=[_ForeignHandler()], force=True)
