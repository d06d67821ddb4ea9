"""The ports that tests take."""

from tests.conftest import FIRST_PORT, free_port


def test_a_port_is_given_once() -> None:
    """Whoever asks for several before using any gets several, all of this process's own."""
    ports = [free_port() for _ in range(200)]

    assert len(set(ports)) == 200
    assert all(FIRST_PORT <= port < FIRST_PORT + 1000 for port in ports)
