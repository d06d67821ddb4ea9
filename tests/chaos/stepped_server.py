"""`python -m tests.chaos.stepped_server`: a server process whose clock on the wall can be stepped while it runs.

SIGUSR1 sets it ahead by STEP_S, SIGUSR2 sets it back by as much. Everything else is as in `python -m server`.
"""

import signal

import uvicorn

from matcher import crash, logs
from matcher.clock import SystemClock
from matcher.settings import load
from server.__main__ import serving_options
from server.app import create_app
from server.settings import ServerSettings

STEP_S = 90


class SteppedClock(SystemClock):
    """The machine's clock, some steps ahead or behind."""

    def __init__(self) -> None:
        self._ahead_ms = 0

    def step(self, seconds: int) -> None:
        """Set it ahead, or back."""
        self._ahead_ms += seconds * 1000

    def now_ms(self) -> int:
        """Return the time since the Unix epoch, in ms, as this clock has it."""
        return super().now_ms() + self._ahead_ms


def main() -> None:
    """Serve until a signal ends it."""
    clock = SteppedClock()
    signal.signal(signal.SIGUSR1, lambda _, __: clock.step(STEP_S))
    signal.signal(signal.SIGUSR2, lambda _, __: clock.step(-STEP_S))
    settings = load(ServerSettings)
    app = create_app(settings, clock)
    logs.configure("server", settings.log_level, settings.log_format)
    crash.contain()
    uvicorn.Server(uvicorn.Config(app, host=settings.host, port=settings.port, **serving_options())).run()


if __name__ == "__main__":
    main()
