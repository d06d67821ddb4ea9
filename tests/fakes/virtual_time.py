"""An event loop whose time is virtual: instead of sleeping until the next timer it moves its clock there."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

EPOCH_S = 1_790_000_000


class _NoWait(selectors.DefaultSelector):
    """Never waits; what the loop would have slept is added to `now`."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Report what is ready, and move the time on when nothing is."""
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("every task waits for something that no timer will bring")
            self.now += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs timers in their order and at once. Not for real sockets."""

    def __init__(self) -> None:
        self._no_wait = _NoWait()
        super().__init__(self._no_wait)

    def time(self) -> float:
        """Return the virtual time, s."""
        return self._no_wait.now

    def stall(self, seconds: float) -> None:
        """Have whatever runs now take so long."""
        self._no_wait.now += seconds


class LoopClock:
    """Wall-clock time that goes with the running loop's."""

    def now_ms(self) -> int:
        """Return ms since the Unix epoch."""
        return int((EPOCH_S + asyncio.get_running_loop().time()) * 1000)


def run_virtually(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
