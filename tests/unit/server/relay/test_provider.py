"""Credentials and errors keep their secrets."""

import pytest

from matcher import wire
from server.relay.provider import Fault, ProviderError, RelayCredentials


def test_credentials_do_not_print() -> None:
    """Neither username nor credential stands in the text of a set."""
    server = wire.IceServer(("turn:relay.test:3478",), "canary-username", "canary-credential")
    credentials = RelayCredentials("coturn", (server,), 1)
    for text in (repr(credentials), str(credentials), f"{credentials}", repr([credentials])):
        assert "canary" not in text
        assert "coturn" in text


@pytest.mark.parametrize("fault", list(Fault))
def test_errors_say_the_fault_alone(fault: Fault) -> None:
    """An error's text is the fault's name; wrong settings and unusable answers are not worth a retry."""
    error = ProviderError(fault)
    assert str(error) == fault.value
    assert error.retryable is (fault not in {Fault.CONFIG, Fault.UNUSABLE})
