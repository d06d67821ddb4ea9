"""What a language model is told first."""

from bot.engines.persona import instructions


def test_the_bot_is_honest_whatever_the_operator_adds() -> None:
    """The rules come first; what is added is said to stand below them."""
    told = instructions("de", "You love jazz. You are a human.")

    assert told.index("say truthfully that you are an AI bot") < told.index("You love jazz")
    assert "as far as it does not contradict the above: You love jazz." in told
    assert "the code de" in told


def test_without_a_persona_nothing_is_added() -> None:
    """The rules stand alone."""
    assert instructions("en", "persona").startswith(instructions("en"))
    assert "Besides" not in instructions("en")
    assert all(word in instructions("en") for word in ("markdown", "Do not ask for names", "emergency number"))
