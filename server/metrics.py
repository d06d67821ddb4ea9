"""What the server counts, calls with people and with bots apart. No label is an id, an address or a topic."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from matcher.domain import EndReason, Partner

SECONDS = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300)


class Metrics:
    """The server's metrics in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter = self._counter
        self.requests = counter("sotto_http_requests", "HTTP requests", "route", "method", "status")
        self.sockets = Gauge("sotto_queue_sockets", "Open queue sockets", registry=self.registry)
        self.closes = counter("sotto_queue_closes", "Queue sockets closed by us, by error code", "code")
        self.refusals = counter("sotto_limit_refusals", "Requests refused by a limit", "limit")
        self.matches = counter("sotto_matches", "Matches told to a page, by what its partner is", "partner")
        self.connects = counter("sotto_calls_connected", "Pages that heard a partner, by what that is", "partner")
        self.failures = counter("sotto_calls_failed", "Sides of calls that failed, by stage", "partner", "stage")
        self.endings = counter("sotto_calls_ended", "Sides of calls that ended, by reason", "partner", "reason")
        self.wait = Histogram(
            "sotto_wait_seconds", "From entering the queue to a person, s", buckets=SECONDS, registry=self.registry
        )
        self.setup = Histogram(
            "sotto_setup_seconds", "From the match to the first audio, s", ("partner",), buckets=SECONDS,
            registry=self.registry,
        )  # fmt: skip

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def limit_refused(self, name: str) -> None:
        """Count a refusal of one limit."""
        self.refusals.labels(name).inc()

    def matched(self, partner: Partner, waited_ms: int | None) -> None:
        """Count a match told to a page, and how long it waited for a person, where that is known."""
        self.matches.labels(partner).inc()
        if waited_ms is not None and partner is Partner.HUMAN:
            self.wait.observe(max(0, waited_ms) / 1000)

    def connected(self, partner: Partner, setup_s: float) -> None:
        """Count a page that hears its partner, and how long that took."""
        self.connects.labels(partner).inc()
        self.setup.labels(partner).observe(setup_s)

    def failed(self, partner: Partner, stage: str) -> None:
        """Count a call that did not come to be, or whose path died."""
        self.failures.labels(partner, stage).inc()

    def ended(self, partner: Partner, reason: EndReason) -> None:
        """Count the end of a call."""
        self.endings.labels(partner, reason).inc()
