"""What goes wrong with an engine. Codes are stable; texts never quote a request, an answer, an address or a key. Pure.

EngineError
├── Unavailable      unavailable    cannot be reached, is out of order, or went away in the middle of an answer
│   └── Busy         busy           not even asked: the breaker is open or the limit is reached
├── RateLimited      rate_limited   has too much to do, and asks us to stay away for `retry_after_s` where it says so
├── TimedOut         timed_out      a budget is used up: connection, first token or the next one
├── Refused          refused        will not do this, however often it is asked: too long, a wrong parameter
│   └── Misconfigured config         will not do anything so configured: address, key, model
├── Filtered         filtered       began or declined an answer for what was said in it
└── BadAnswer        bad_answer     the answer is not what the protocol says
"""

from typing import ClassVar


class EngineError(Exception):
    """An engine did not do what it was asked for.

    Args:
        retry_after_s: Seconds for which it asked to be left alone, where it did.
    """

    code: ClassVar[str] = "engine"

    def __init__(self, *, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(self.code)


class Unavailable(EngineError):
    """It cannot be reached, is out of order, or went away in the middle of an answer."""

    code = "unavailable"


class Busy(Unavailable):
    """It was not asked: its breaker is open, or as many requests as it can take are under way."""

    code = "busy"


class RateLimited(EngineError):
    """It has too much to do."""

    code = "rate_limited"


class TimedOut(EngineError):
    """It used up a budget."""

    code = "timed_out"


class Refused(EngineError):
    """It will not do this: the same request would end in the same way."""

    code = "refused"


class Misconfigured(Refused):
    """It will not do anything for us: the address, the key or the model is wrong."""

    code = "config"


class Filtered(EngineError):
    """It withheld the answer for its content. The engine itself is well."""

    code = "filtered"


class BadAnswer(EngineError):
    """Its answer is not what the protocol says."""

    code = "bad_answer"
