"""What stands before one endpoint: its circuit breaker and its limit. Who is not let in learns it at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.engines.errors import (
    Busy,
    EngineError,
    Filtered,
    Misconfigured,
    RateLimited,
    Refused,
    TimedOut,
    Unavailable,
)
from bot.engines.limiter import Limiter
from matcher.breaker import Breaker, State


class Attempt:
    """One request that was let in."""

    def __init__(self, limiter: Limiter, now: Callable[[], float]) -> None:
        self._limiter = limiter
        self._now = now
        self._began = now()
        self.first_s: float | None = None  # from the request to the first token, where one came

    def answered(self) -> None:
        """Note a token; the first one counts."""
        if self.first_s is None:
            self.first_s = self._now() - self._began
            self._limiter.answered(self.first_s, self._now())


class Guard:
    """The guard of one endpoint, shared by all calls of the process.

    Args:
        limiter: Its limit.
        now: Seconds on a clock that only goes forward.
    """

    def __init__(self, limiter: Limiter, now: Callable[[], float]) -> None:
        self.limiter = limiter
        self.breaker = Breaker()
        self._now = now

    @property
    def open(self) -> bool:
        """Whether nothing passes for now."""
        return self.breaker.wait_s(self._now()) > 0

    @contextmanager
    def attempt(self, *, speculative: bool = False) -> Iterator[Attempt]:
        """Let one request in, and learn from how it ends.

        Raises:
            Busy: It is not let in; `retry_after_s` says when, where that is known.
        """
        if (wait_s := self.breaker.wait_s(self._now())) > 0:
            raise Busy(retry_after_s=wait_s)
        if not self.limiter.take(speculative=speculative):
            raise Busy
        self.breaker.attempt()
        trial = self.breaker.state is State.HALF_OPEN
        attempt = Attempt(self.limiter, self._now)
        try:
            yield attempt
        except EngineError as error:
            self._failed(error)
            raise
        except BaseException:
            # Interrupted. What came until then was well; where nothing came, nothing is known.
            self._interrupted(attempt, trial=trial)
            raise
        else:
            self.breaker.succeeded()
        finally:
            self.limiter.give_back()

    def _interrupted(self, attempt: Attempt, *, trial: bool) -> None:
        if attempt.first_s is not None:
            self.breaker.succeeded()
        elif trial:
            self.breaker.abandoned()

    def _failed(self, error: EngineError) -> None:
        now = self._now()
        match error:
            case Filtered():
                self.breaker.succeeded()
            case Refused():
                self.breaker.failed(now, final=isinstance(error, Misconfigured))
            case RateLimited() | TimedOut() | Unavailable():
                self.limiter.overloaded(now)
                self.breaker.failed(now, retry_after_s=error.retry_after_s)
            case _:
                self.breaker.failed(now)
