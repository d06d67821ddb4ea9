"""Ports: a taken one is found before anything starts."""

import socket

import pytest

from infra.run.ports import TCP, UDP, other, require
from tests.conftest import free_port


@pytest.mark.parametrize("kind", [TCP, UDP])
def test_a_taken_port_is_named_with_a_way_out(kind: socket.SocketKind) -> None:
    """While somebody holds a port the start ends with one sentence that names it and its setting; then it is free."""
    with socket.socket(type=kind) as holder:
        port = free_port()
        holder.bind(("127.0.0.1", port))
        if kind is TCP:
            holder.listen()
        with pytest.raises(SystemExit, match=rf"^Port {port} is taken .* SOTTO_PORT={other(port)} make run$"):
            require("127.0.0.1", port, (TCP, UDP), "SOTTO_PORT")
    require("127.0.0.1", port, (TCP, UDP), "SOTTO_PORT")


def test_an_address_of_another_machine_is_named() -> None:
    """An address that this machine does not have (192.0.2.1 is for documentation, RFC 5737) is called just that."""
    with pytest.raises(SystemExit, match=r"cannot be opened on 192\.0\.2\.1"):
        require("192.0.2.1", 8080, (TCP,), "SOTTO_PORT")


@pytest.mark.parametrize(("port", "suggestion"), [(8080, 8081), (80, 8081), (65535, 8081)])
def test_the_suggested_port_needs_no_rights(port: int, suggestion: int) -> None:
    """The port suggested instead exists and is open to every user."""
    assert other(port) == suggestion
