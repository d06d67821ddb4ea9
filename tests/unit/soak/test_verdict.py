"""The judge of `make soak`: what it lets pass, and what it does not."""

import pytest

from tests.soak.__main__ import main
from tests.soak.relay_log import Refreshes, refreshes
from tests.soak.verdict import Minute, verdicts

CALM = Minute((40, 60), (500, 400, 60))
RENEWED = Refreshes(allocations=4, permissions=9, nonces=2, refreshed=2)
LOG = """
4: : session 000000000000000001: realm <turn.example.org> user <>: incoming packet message processed, error 401: Unauthorized
4: : session 000000000000000001: new, realm=<turn.example.org>, username=<x>, lifetime=600
4: : session 000000000000000001: realm <turn.example.org> user <x>: incoming packet ALLOCATE processed, success
5: : session 001000000000000002: new, realm=<turn.example.org>, username=<y>, lifetime=600
5: : session 001000000000000003: new, realm=<turn.example.org>, username=<y>, lifetime=600
6: : session 000000000000000001: peer 127.0.0.2 lifetime updated: 300
6: : session 000000000000000001: peer 127.0.0.2 lifetime updated: 600
246: : session 000000000000000001: peer 127.0.0.2 lifetime updated: 300
544: : session 000000000000000001: refreshed, realm=<turn.example.org>, username=<x>, lifetime=600
604: : session 000000000000000001: realm <turn.example.org> user <x>: incoming packet REFRESH processed, error 438: Stale nonce
605: : session 000000000000000001: refreshed, realm=<turn.example.org>, username=<x>, lifetime=600
605: : session 001000000000000002: refreshed, realm=<turn.example.org>, username=<y>, lifetime=600
605: : session 001000000000000003: refreshed, realm=<turn.example.org>, username=<y>, lifetime=0
"""  # noqa: E501 # coturn's lines


def test_a_calm_call_passes() -> None:
    """Memory may breathe."""
    breath = Minute((40, 60), (518, 419, 63))
    assert verdicts([CALM] * 11 + [breath], RENEWED) == []
    assert verdicts([CALM] * 4, Refreshes(0, 0, 0, 0)) == []


@pytest.mark.parametrize(
    ("odd", "word"),
    [
        (Minute((40, 1001), (500, 400, 60)), "minute 2: silent for 1001 ms"),
        (Minute((0, 60), (500, 400, 60)), "minute 2: nobody was watching"),
        (Minute((40, 60), (500, 0, 60)), "minute 2: nobody was watching"),
    ],
)
def test_one_bad_minute_is_enough(odd: Minute, word: str) -> None:
    """A gap, a watcher that died, a browser whose memory cannot be read."""
    assert word in verdicts([CALM, odd, *[CALM] * 10], RENEWED)


@pytest.mark.parametrize(("memory", "who"), [((560, 400, 60), "chromium"), ((500, 400, 65), "server")])
def test_memory_that_grows_is_told(memory: tuple[float, ...], who: str) -> None:
    """A browser's by a tenth, the server's by some MB, from the second quarter to the last."""
    grown = verdicts([CALM] * 9 + [Minute((40, 60), memory)] * 3, RENEWED)
    assert [line.partition(":")[0] for line in grown] == [who]


def test_a_mark_that_was_passed_without_a_renewal_is_told() -> None:
    """After 5 minutes permissions, after 10 the allocations of both ends, after 15 a nonce."""
    assert verdicts([CALM] * 6, Refreshes(0, 0, 0, 0)) == ["no permission was renewed"]
    assert verdicts([CALM] * 12, Refreshes(3, 9, 1, 1)) == ["1 allocations were renewed, not one at each end"]
    assert verdicts([CALM] * 16, Refreshes(4, 9, 0, 2)) == ["no nonce was replaced"]


def test_renewals_are_read_from_coturns_log() -> None:
    """What is asked for while the call is set up is none, and neither is an allocation that is given back."""
    assert refreshes(LOG) == Refreshes(allocations=3, permissions=1, nonces=1, refreshed=2)


@pytest.mark.parametrize("word", ["3", "0", "-5", "ten"])
def test_too_short_a_call_is_refused(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is started."""
    with pytest.raises(SystemExit) as end:
        main([word])
    assert end.value.code == 2
    assert "minutes" in capsys.readouterr().err
