"""What the relay part counts. Labels are provider names and outcomes, never a username or an address."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from matcher.breaker import State

STATE_VALUES = {State.CLOSED: 0, State.HALF_OPEN: 1, State.OPEN: 2}


class PoolMetrics:
    """The pool's metrics, in the given registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ready = Gauge("sotto_relay_pool_ready", "Relay credentials ready to be handed out", registry=registry)
        self.takes = Counter(
            "sotto_relay_takes", "Requests for relay credentials by callers", ("outcome",), registry=registry
        )
        self.mints = Counter(
            "sotto_relay_mints", "Relay credentials asked of a provider", ("provider", "outcome"), registry=registry
        )
        self.discards = Counter("sotto_relay_discards", "Relay credentials that grew too old unused", registry=registry)
        self.revokes = Counter(
            "sotto_relay_revokes", "Relay credentials given back", ("provider", "outcome"), registry=registry
        )
        self.breaker = Gauge(
            "sotto_relay_breaker", "0 closed, 1 half open, 2 open (not asked)", ("provider",), registry=registry
        )


class ProbeMetrics:
    """The health probe's metrics, in the given registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.probes = Counter(
            "sotto_relay_probes", "Test allocations on a relay", ("provider", "outcome"), registry=registry
        )
        self.healthy = Gauge(
            "sotto_relay_healthy", "1: the last test allocation succeeded, 0: it did not", ("provider",),
            registry=registry,
        )  # fmt: skip
