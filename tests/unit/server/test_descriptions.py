"""Which description of a connection goes to which call."""

from matcher.parameters import Candidate, Description, Parameters
from server.queue.descriptions import Descriptions


def description(ufrag: str) -> Description:
    """Return a description that can be told from others."""
    parameters = Parameters(0, ufrag, "p" * 22, ":".join(["AB"] * 32), 111, yields=True)
    return Description(parameters, (Candidate(0, "198.51.100.7", 50_001),))


def test_a_description_is_given_once() -> None:
    """The call that had it can look at it again; another call gets none."""
    descriptions = Descriptions(wanted=True)
    descriptions.ready(description("one1"))
    assert descriptions.give("call") == description("one1")
    assert descriptions.give("call") is None
    assert descriptions.given("call") == description("one1")
    assert descriptions.give("another") is None
    assert descriptions.given("call") is None


def test_the_newest_is_given() -> None:
    """A connection that replaces the one that waits is described anew."""
    descriptions = Descriptions(wanted=True)
    descriptions.ready(description("old1"))
    descriptions.ready(description("new1"))
    assert descriptions.give("call") == description("new1")


def test_one_that_crosses_with_the_match_is_forgotten() -> None:
    """The partner was told the one before, and the next call is not told of a connection that may be gone."""
    descriptions = Descriptions(wanted=True)
    descriptions.ready(description("one1"))
    descriptions.give("call")
    descriptions.ready(description("late"))
    assert descriptions.give("call") is None
    assert descriptions.given("call") == description("one1")
    assert descriptions.give("another") is None


def test_without_any_there_is_none_to_give() -> None:
    """A page that describes nothing, or a server that wants none, leaves it to the channel."""
    descriptions = Descriptions(wanted=False)
    descriptions.ready(description("one1"))
    assert descriptions.give("call") is None
    assert descriptions.given("call") is None


def test_the_partners_waits_for_its_match() -> None:
    """One that came before the match it belongs to is told with it; any other is dropped."""
    descriptions = Descriptions(wanted=True)
    descriptions.keep("call", description("two2"))
    assert descriptions.partner_in("call") == description("two2")
    assert descriptions.partner_in("call") is None
    descriptions.keep("call", description("two2"))
    assert descriptions.partner_in("another") is None
    assert descriptions.partner_in("call") is None
