"""Which pages may open sockets here."""

from urllib.parse import urlsplit


class Origins:
    """Own host always; further ones by configuration.

    Args:
        further: Origins such as `https://talk.example.org`, separated by commas.
    """

    def __init__(self, further: str = "") -> None:
        self._further = frozenset(entry.strip().rstrip("/") for entry in further.split(",") if entry.strip())

    def allows(self, origin: str | None, host: str) -> bool:
        """Say whether a page of this origin may open a socket to `host` (the request's Host header).

        A missing Origin is no browser page: cross-site requests always carry one (Fetch standard, section 3.2), and
        what it may do is decided by its token alone.
        """
        if origin is None:
            return True
        if origin in self._further:
            return True
        try:
            return origin != "null" and urlsplit(origin).netloc == host
        except ValueError:
            return False  # no URL at all
