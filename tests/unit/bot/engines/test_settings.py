"""Settings of the engines: what a wrong one says, and what it never says."""

from pathlib import Path

import pytest

from bot.engines.settings import EngineSettings, Service
from matcher.settings import BadSetting, load

NO_FILE = Path("/nonexistent/.env")
SPEECH_BY = {"SOTTO_BOT_SPEECH_BY": "Example Speech"}
CHAT = SPEECH_BY | {"SOTTO_CHAT_URL": "http://127.0.0.1:8000/v1", "SOTTO_CHAT_MODEL": "m"}
STT = SPEECH_BY | {"SOTTO_STT_URL": "http://127.0.0.1:8001/v1", "SOTTO_STT_MODEL": "m"}
TTS = SPEECH_BY | {"SOTTO_TTS_URL": "http://127.0.0.1:8002/v1", "SOTTO_TTS_MODEL": "m", "SOTTO_TTS_VOICE": "v"}
CONVERSE = SPEECH_BY | {
    "SOTTO_CONVERSE_URL": "https://host/v1",
    "SOTTO_CONVERSE_MODEL": "m",
    "SOTTO_CONVERSE_VOICE": "v",
    "SOTTO_CONVERSE_STT_MODEL": "m",
}


def loaded(*values: dict[str, str]) -> EngineSettings:
    """Return the settings of these variables."""
    return load(EngineSettings, {name: value for some in values for name, value in some.items()}, NO_FILE)


def test_nothing_set_is_all_embedded() -> None:
    """The bot speaks English, and nothing leaves the machine."""
    settings = loaded()

    assert settings == EngineSettings()
    assert [settings.endpoint(service) for service in Service] == [None] * 4


def test_endpoints() -> None:
    """Each has its own address, model, key and further members."""
    settings = loaded(
        CHAT, STT, TTS, CONVERSE, {"SOTTO_CHAT_KEY": "canary", "SOTTO_CHAT_EXTRA": '{"temperature": 0.5, "seed": null}'}
    )

    chat = settings.endpoint(Service.CHAT)
    assert chat is not None
    assert chat.url("models") == "http://127.0.0.1:8000/v1/models"
    assert chat.headers() == {"Authorization": "Bearer canary"}
    assert chat.body(seed=1) == {"model": "m", "temperature": 0.5}
    others = [settings.endpoint(service) for service in (Service.STT, Service.TTS, Service.CONVERSE)]
    assert [other.headers() if other else None for other in others] == [{}] * 3


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (CHAT | {"SOTTO_CHAT_URL": "127.0.0.1:8000"}, "SOTTO_CHAT_URL is not allowed: an endpoint is http"),
        (CHAT | {"SOTTO_CHAT_URL": "ftp://canary/v1"}, "SOTTO_CHAT_URL is not allowed"),
        (STT | {"SOTTO_STT_URL": "http://canary:canary@host/v1"}, "SOTTO_STT_URL is not allowed"),
        (TTS | {"SOTTO_TTS_URL": "http://host/v1?key=canary"}, "SOTTO_TTS_URL is not allowed"),
        (CONVERSE | {"SOTTO_CONVERSE_URL": "wss://canary/v1"}, "SOTTO_CONVERSE_URL is not allowed"),
        (CHAT | {"SOTTO_CHAT_KEY": "canarÿ"}, "SOTTO_CHAT_KEY is not allowed: a key consists of"),
        (CHAT | {"SOTTO_CHAT_MODEL": ""}, "SOTTO_CHAT_MODEL is needed with SOTTO_CHAT_URL"),
        (STT | {"SOTTO_STT_MODEL": ""}, "SOTTO_STT_MODEL is needed with SOTTO_STT_URL"),
        (TTS | {"SOTTO_TTS_VOICE": ""}, "SOTTO_TTS_VOICE is needed with SOTTO_TTS_URL"),
        (CONVERSE | {"SOTTO_CONVERSE_VOICE": ""}, "SOTTO_CONVERSE_VOICE is needed with SOTTO_CONVERSE_URL"),
        (CONVERSE | {"SOTTO_CONVERSE_STT_MODEL": ""}, "SOTTO_CONVERSE_STT_MODEL is needed with SOTTO_CONVERSE_URL"),
        ({"SOTTO_CHAT_KEY": "canary"}, "SOTTO_CHAT_KEY is set, but SOTTO_CHAT_URL is not"),
        ({"SOTTO_TTS_MODEL": "canary"}, "SOTTO_TTS_MODEL is set, but SOTTO_TTS_URL is not"),
        (CHAT | {"SOTTO_CHAT_EXTRA": "{canary"}, "SOTTO_CHAT_EXTRA is not allowed: it must be a JSON object"),
        (STT | {"SOTTO_STT_EXTRA": '["canary"]'}, "SOTTO_STT_EXTRA is not allowed: it must be a JSON object"),
        (
            TTS | {"SOTTO_TTS_RATE_HZ": "96000"},
            "SOTTO_TTS_RATE_HZ='96000' is not allowed: it must be a whole",
        ),
        (CONVERSE | {"SOTTO_CONVERSE_TURNS": "none"}, "SOTTO_CONVERSE_TURNS='none' is not allowed"),
        ({"SOTTO_BOT_LANGUAGE": "--voices"}, "SOTTO_BOT_LANGUAGE='--voices' is not allowed"),
        ({"SOTTO_BOT_LANGUAGE": "../en"}, "SOTTO_BOT_LANGUAGE='../en' is not allowed"),
        (STT | {"SOTTO_STT_LANGUAGE": "English"}, "SOTTO_STT_LANGUAGE='English' is not allowed"),
        (STT | {"SOTTO_STT_STREAM": "maybe"}, "SOTTO_STT_STREAM='maybe' is not allowed: it must be true or false"),
        (CHAT | {"SOTTO_BOT_SPEECH_BY": ""}, "SOTTO_BOT_SPEECH_BY is needed with an endpoint"),
        ({"SOTTO_BOT_LANGUAGE": "de"}, "SOTTO_BOT_LANGUAGE='de' needs SOTTO_STT_URL and SOTTO_CHAT_URL, or "),
        (CHAT | {"SOTTO_BOT_LANGUAGE": "de"}, "SOTTO_BOT_LANGUAGE='de' needs SOTTO_STT_URL"),
    ],
)
def test_a_wrong_setting_stops_the_start(values: dict[str, str], said: str) -> None:
    """The sentence names the variable and what it takes; what may be secret is not in it."""
    with pytest.raises(BadSetting) as fault:
        loaded(values)

    assert str(fault.value).startswith(said)
    assert "canar" not in f"{fault.value!r} {fault.value.__cause__!r}"
    assert fault.value.__suppress_context__ or fault.value.__context__ is None


def test_nothing_private_prints() -> None:
    """Neither keys nor prompts, nor what is sent besides."""
    settings = loaded(
        CHAT,
        {"SOTTO_CHAT_KEY": "canary", "SOTTO_BOT_PERSONA": "a canary", "SOTTO_CHAT_EXTRA": '{"user": "canary"}'},
    )

    assert "canary" not in f"{settings!r} {settings} {settings.endpoint(Service.CHAT)!r}"


@pytest.mark.parametrize(
    ("bot", "stt", "told"), [("en-GB", "", "en"), ("de", "", "de"), ("de", "auto", ""), ("en", "fr", "fr")]
)
def test_the_language_that_ears_are_told(bot: str, stt: str, told: str) -> None:
    """That of the bot, without its country; another, or none, where the operator says so."""
    settings = loaded(CHAT, STT, {"SOTTO_BOT_LANGUAGE": bot, "SOTTO_STT_LANGUAGE": stt})

    assert settings.spoken_language == told


def test_another_language_needs_engines_that_know_it() -> None:
    """Ears and mind, or one that does both; the voice may be embedded."""
    german = {"SOTTO_BOT_LANGUAGE": "de"}

    assert loaded(CHAT, STT, german).bot_language == loaded(CONVERSE, german).bot_language == "de"
