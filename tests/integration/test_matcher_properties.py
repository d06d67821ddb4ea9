"""The waiting room under anything that can happen, in any order."""

from tests.integration.room_search import search


def test_whatever_happens_the_waiting_room_keeps_its_rules(valkey_socket: str) -> None:
    """A stateful search: `RoomRules` says what happens, `RoomMachine` what is always true."""
    search(valkey_socket, examples=100)
