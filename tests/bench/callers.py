"""Callers of the bench without a browser: what they say of their connections."""

from matcher.parameters import Candidate, Description, Parameters


def description(number: int) -> Description:
    """Return what the page of that number says of its connection: as long as a real one, and no other page's."""
    octets = number.to_bytes(32, "big").hex(":").upper()
    parameters = Parameters(0, f"bench{number:06}", f"{number:024}", octets, 111)
    return Description(parameters, (Candidate(0, "203.0.113.7", 1024 + number % 60_000),))
