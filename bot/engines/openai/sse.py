"""Server-sent events, as far as answers of engines need them. Pure and incremental.

WHATWG HTML, 9.2.6 "Interpreting an event stream". Only the data of an event is of use here: ids, retry times and the
types of events are read over.
"""

from collections.abc import Iterator

# Of one event, bytes. A second of 24 kHz speech is 64 kB as base64.
MAX_EVENT_BYTES = 4 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"


class OversizeEvent(Exception):
    """An event is larger than the limit."""


class EventParser:
    """Turns pieces of a body into the data of its events.

    A line ends with LF, CR or CR LF. An event that the body's end cuts off is no event.

    Args:
        limit: The most bytes that one event, or one line, may have.
    """

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._limit = limit
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._first = True
        self._after_cr = False

    def feed(self, piece: bytes) -> Iterator[str]:
        """Take the next piece of the body and yield the data of each event that it completes.

        Raises:
            OversizeEvent: The event that begins to arrive is too large.
        """
        for part in piece.splitlines(keepends=True) if piece else ():
            yield from self._part(part)

    def _part(self, part: bytes) -> Iterator[str]:
        if self._after_cr and part == b"\n":
            self._after_cr = False  # the other half of a CR LF
            return
        self._after_cr = part.endswith(b"\r")
        self._line += part.rstrip(b"\r\n")
        if self._size + len(self._line) > self._limit:
            raise OversizeEvent
        if part.endswith((b"\r", b"\n")):
            line = bytes(self._line)
            self._line.clear()
            event = self._complete(line)
            if event is not None:
                yield event

    def _complete(self, line: bytes) -> str | None:
        if self._first:
            self._first = False
            line = line.removeprefix(_BOM)
        if line:
            field, _, value = line.partition(b":")
            if field == b"data":
                value = value.removeprefix(b" ")
                self._data.append(value)
                self._size += len(value) + 1
            return None
        if not self._data:
            return None
        event = b"\n".join(self._data).decode("utf-8", "replace")
        self._data.clear()
        self._size = 0
        return event
