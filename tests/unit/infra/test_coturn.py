"""The local coturn's configuration."""

from pathlib import Path

import pytest

from infra.run.coturn import configuration


def test_it_listens_and_relays_on_loopback_only() -> None:
    """Every address that coturn may use or reach is loopback's, and its log goes nowhere."""
    lines = configuration(Path("folder"), 34780, "secret").splitlines()
    assert {line for line in lines if line.startswith(("listening-ip", "relay-ip", "allowed-peer-ip"))} == {
        "listening-ip=127.0.0.1", "relay-ip=127.0.0.1", "allowed-peer-ip=127.0.0.1",
    }  # fmt: skip
    assert "denied-peer-ip=0.0.0.0-255.255.255.255" in lines
    assert {"listening-port=34780", "static-auth-secret=secret", "no-stdout-log", "log-file=/dev/null"} <= set(lines)


@pytest.mark.parametrize("secret", ["two words", "line\nuser=open:door", "cut#off"])
def test_a_secret_cannot_become_a_second_setting(secret: str) -> None:
    """A secret that coturn would read as something else is refused before it is written."""
    with pytest.raises(SystemExit, match="SOTTO_COTURN_SECRET"):
        configuration(Path("folder"), 34780, secret)
