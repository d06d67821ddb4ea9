"""Settings of the bots' process."""

from pathlib import Path

import pytest

from bot.settings import WorkerSettings
from matcher.settings import BadSetting, load

NO_FILE = Path("/nonexistent/.env")


def test_the_key_is_all_that_has_to_be_set() -> None:
    """Everything else has a default that fits `make run`."""
    settings = load(WorkerSettings, {"SOTTO_BOT_KEY": "k" * 32}, NO_FILE)

    assert (settings.server_url, settings.bot_calls) == ("http://127.0.0.1:8080", 4)
    assert "k" * 32 not in f"{settings} {settings!r}"


@pytest.mark.parametrize("key", ["", "k" * 31])
def test_without_a_key_that_the_server_takes_there_is_no_bot(key: str) -> None:
    """The sentence names the variable and what it takes, not the key."""
    with pytest.raises(BadSetting, match=r"^SOTTO_BOT_KEY must have at least 32 characters") as fault:
        load(WorkerSettings, {"SOTTO_BOT_KEY": key}, NO_FILE)
    assert "kkk" not in str(fault.value)


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "http://", "ws://host", "http://host/", "http://host?x=1"])
def test_the_server_has_a_url_that_paths_can_follow(url: str) -> None:
    """With its scheme, and without a slash, query or fragment at its end."""
    with pytest.raises(BadSetting, match=r"^SOTTO_SERVER_URL="):
        load(WorkerSettings, {"SOTTO_BOT_KEY": "k" * 32, "SOTTO_SERVER_URL": url}, NO_FILE)
