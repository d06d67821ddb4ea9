"""What the processes of the load have seen together, and where Redis's time went."""

from tests.bench.load import Shares
from tests.bench.pairing_generators import seen, untold
from tests.bench.pairing_load import Log
from tests.bench.pairing_profile import Spent, profile, typical_us

ONE = Log({"a": (1.0, 1.002, False), "b": (2.0, 2.001, True)}, {"c": 3.004})
OTHER = Log({"c": (3.0, 3.001, True)}, {"b": 2.003, "of an earlier window": 0.5})


def test_a_window_lasts_until_every_partner_is_told() -> None:
    """In whichever process the partner is; one who waits has none."""
    assert untold([ONE, Log(OTHER.entered)]) == {"b"}
    assert untold([ONE, OTHER]) == set()


def test_joiners_and_partners_count_from_the_same_arrival() -> None:
    """In ms; what belongs to another window does not count."""
    both = seen([ONE, OTHER], Shares())

    assert [round(ms, 6) for ms in both.joiner_ms] == [1, 1]
    assert [round(ms, 6) for ms in both.partner_ms] == [3, 4]


def test_the_time_outside_of_scripts_is_the_sockets() -> None:
    """That inside and in no command is Lua's."""
    turns = [Spent(100, {"evalsha": 60, "hset": 10, "zadd": 5}), Spent(100, {"evalsha": 60, "hset": 20, "zadd": 5})]

    assert profile(turns) == "Lua 40 %, sockets and parsing 40 %, HSET 15 %"
    assert typical_us([*turns, Spent(400, {})]) == 100
