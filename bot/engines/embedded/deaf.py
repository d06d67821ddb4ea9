"""What stands for the embedded ears where there are none: for any language but English."""

from bot.engines.errors import Unavailable
from bot.engines.protocols import SttStream


class DeafStt:
    """Hears nothing: a call has the configured ears, or those of an engine that converses, and ends without these."""

    def open(self) -> SttStream:
        """Open no ears.

        Raises:
            Unavailable: Always.
        """
        raise Unavailable
