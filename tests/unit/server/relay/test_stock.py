"""How many spares, and how long."""

from random import Random

from server.relay.provider import RelayCredentials
from server.relay.stock import EARNED, MAX_READY, START, Demand, Stock

NOBODY: frozenset[str] = frozenset()
TTL_S, CALL_S = 7200, 3600


def credentials(expires_at: int, provider: str = "far") -> RelayCredentials:
    """Return a set without servers."""
    return RelayCredentials(provider, (), expires_at)


def test_a_fresh_process_expects_somebody_but_not_for_long() -> None:
    """At the start two spares are wanted; when nobody comes, none are bought any more."""
    demand = Demand(0)
    assert demand.target(0) == START
    assert demand.target(60) == 0


def test_target_follows_the_recent_takes() -> None:
    """What about half a minute took is kept ready and one more; quiet lets it fall to nothing."""
    demand = Demand(0)
    for second in range(600):
        demand.taken(second)
    assert 25 <= demand.target(600) <= 35
    assert demand.target(900) == 0


def test_target_is_capped() -> None:
    """No rush makes the process hoard."""
    demand = Demand(0)
    for tenth in range(10_000):
        demand.taken(tenth / 10)
    assert demand.target(1000) == MAX_READY


def test_waste_uses_up_the_credit() -> None:
    """Spares that nobody took are not bought again before takes have earned them."""
    demand = Demand(0)
    demand.wasted(START)
    demand.taken(10)
    assert demand.target(10) == 0
    for _ in range(int(1 / EARNED)):
        demand.taken(10)
    assert demand.target(10) == 1


def test_a_spare_is_handed_out_once_and_oldest_first() -> None:
    """Each set leaves the stock with its first taker."""
    stock = Stock(TTL_S, CALL_S, Random(1))
    first, second = credentials(TTL_S), credentials(TTL_S + 1)
    stock.add(first, 0)
    stock.add(second, 1)
    assert stock.take(2, NOBODY) is first
    assert stock.take(2, NOBODY) is second
    assert stock.take(2, NOBODY) is None


def test_a_spare_must_serve_a_whole_call() -> None:
    """A set with less than the longest call and 10 min left is not handed out, whatever its age here."""
    stock = Stock(TTL_S, CALL_S, Random(1))
    stock.add(credentials(CALL_S + 600), 0)
    assert stock.has(0, NOBODY)
    assert not stock.has(1, NOBODY)
    assert stock.take(1, NOBODY) is None
    assert stock.discard_old(1) == 1
    assert len(stock) == 0


def test_spares_of_a_dead_relay_wait() -> None:
    """The sets of a provider whose relay is down stay behind, others are handed out."""
    stock = Stock(TTL_S, CALL_S, Random(1))
    stock.add(credentials(TTL_S, "dead"), 0)
    alive = credentials(TTL_S, "alive")
    stock.add(alive, 0)
    assert stock.take(0, frozenset({"dead"})) is alive
    assert not stock.has(0, frozenset({"dead"}))
    assert stock.has(0, NOBODY)


def test_spares_bought_together_grow_old_apart() -> None:
    """Ages at which spares are dropped are spread over a fifth of the time they may lie."""
    stock = Stock(TTL_S, CALL_S, Random(1))
    keep_s = TTL_S - CALL_S - 600
    for _ in range(64):
        stock.add(credentials(TTL_S), 0)
    assert stock.discard_old(keep_s * 0.8 - 1) == 0
    early = stock.discard_old(keep_s * 0.9)
    assert 20 <= early <= 44
    assert stock.discard_old(keep_s) == 64 - early
