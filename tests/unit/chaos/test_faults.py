"""What `make chaos` takes for the consequence of a pause that outlasted a lease."""

from dataclasses import replace

from matcher.modes import Mode
from tests.chaos.faults import ran_out
from tests.integration.room_world import World

BEFORE = World(
    tickets={
        "stayed": {"worker": "paused", "state": "waiting"},
        "came back elsewhere": {"worker": "paused", "state": "waiting"},
        "in a call": {"worker": "paused", "state": "active"},
        "of another": {"worker": "lives", "state": "waiting"},
    },
    callers={}, calls={}, leases={}, workers={"paused": 20_000, "lives": 20_000}, due={}, waiting={},
    index=frozenset(), talkers=frozenset(), owned=frozenset(), clock=10_000, ahead=0, mode=Mode(),
)  # fmt: skip


def test_a_place_ran_out_only_if_its_servers_lease_did() -> None:
    """Not one that another server took over, and none of a server that went on renewing."""
    after = replace(
        BEFORE,
        tickets={"came back elsewhere": {"worker": "lives", "state": "waiting"}},
        workers={"lives": 40_000},
        clock=30_000,
    )
    assert ran_out(BEFORE, after) == 1
    assert ran_out(BEFORE, replace(after, workers={"lives": 40_000, "paused": 29_999})) == 1
    assert ran_out(BEFORE, replace(after, workers={"lives": 40_000, "paused": 30_001})) == 0
