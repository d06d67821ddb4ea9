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
    """One request that was let in, or one conversation, in which there is more than one to answer."""

    def __init__(self, limiter: Limiter, breaker: Breaker, now: Callable[[], float]) -> None:
        self._limiter = limiter
        self._breaker = breaker
        self._now = now
        self._trial = breaker.state is State.HALF_OPEN
        self._asked: float | None = now()
        self._answered = False

    def asked(self) -> None:
        """Note that the next answer's time begins now."""
        self._asked = self._now()

    def answered(self) -> None:
        """Note a token of the answer; the first one counts."""
        if self._asked is None:
            return
        self._limiter.answered(self._now() - self._asked, self._now())
        self._asked = None
        if self._trial and not self._answered:
            # The others need not wait for its end.
            self._breaker.succeeded()
        self._answered = True

    def interrupted(self) -> None:
        """What came until then was well; where nothing came, nothing is known."""
        if self._answered:
            self._breaker.succeeded()
        elif self._trial:
            self._breaker.abandoned()


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
        attempt = Attempt(self.limiter, self.breaker, self._now)
        try:
            yield attempt
        except EngineError as error:
            self._failed(error)
            raise
        except BaseException:
            attempt.interrupted()
            raise
        else:
            self.breaker.succeeded()
        finally:
            self.limiter.give_back()

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
