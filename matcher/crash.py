"""What a process leaves behind when it dies of a bug: an event in the log, and neither the fault's text nor its memory.

Python's own last words quote the exception, and a core file is all that the process knew.
"""

import logging
import resource
import sys
import threading
from types import TracebackType

import structlog

log = structlog.get_logger()


def contain() -> None:
    """Have every last word of this process go through the log, and no core file written; after `logs.configure`."""
    sys.excepthook = _on_fault
    sys.unraisablehook = lambda fault: log.error("process.fault_unraisable", exc_info=fault.exc_value)
    threading.excepthook = lambda fault: log.error("process.thread_crashed", exc_info=fault.exc_value)
    # A warning of a socket that was left open names both of its addresses.
    logging.captureWarnings(True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _on_fault(kind: type[BaseException], fault: BaseException, _: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("process.crashed", exc_info=fault)
