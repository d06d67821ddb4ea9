"""How long a silent partner holds a bot."""

from bot.patience import LOOK_S, LOOKS, RESTART_LOOKS, Patience


def looks(patience: Patience, packets: int) -> int:
    """Look until patience runs out; returns how often."""
    count = 1
    while patience.look(packets):
        count += 1
    return count


def test_it_runs_out_within_five_seconds() -> None:
    """Without a packet the bot is free again by then, the look included in which it is noticed, and time to leave."""
    patience = Patience()
    assert patience.look(50)
    assert looks(patience, 50) == LOOKS
    assert (LOOKS + 1) * LOOK_S <= 5 - 0.75


def test_packets_renew_it() -> None:
    """As long as anything comes there is no end."""
    patience = Patience()
    assert all(patience.look(packets) for packets in range(1, 1000))


def test_a_restart_prolongs_it() -> None:
    """Whoever looks for another path is there."""
    patience = Patience()
    looks(patience, 0)
    patience.restart()
    assert looks(patience, 0) == LOOKS + RESTART_LOOKS
