"""Settings of the bot's engines: which endpoint does what. Where none is named, an embedded engine does it."""

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from bot.engines.language import is_english, primary
from bot.engines.openai.endpoint import Endpoint
from matcher.settings import PREFIX, BadSetting, Secret

_URL = "Base of the API, such as `http://127.0.0.1:8000/v1`. Empty:"
_KEY = "Bearer token for it, where it wants one."
_EXTRA = "JSON object of further request members; `null` takes one away."


class Service(StrEnum):
    """What an endpoint is asked for; its value begins the names of its settings."""

    CHAT = "chat"
    STT = "stt"
    TTS = "tts"
    CONVERSE = "converse"


NEEDED = {
    Service.CHAT: ("model",),
    Service.STT: ("model",),
    Service.TTS: ("model", "voice"),
    Service.CONVERSE: ("model", "voice", "stt_model"),
}


class EngineSettings(Struct, frozen=True, kw_only=True):
    """How the bot hears, thinks and speaks. README's table is held against these fields by a test.

    Raises:
        BadSetting: Something about an endpoint is wrong or missing; the text quotes no address, key or prompt.
    """

    bot_language: Annotated[
        str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$", description="As the server has it.")
    ] = "en"
    bot_persona: Annotated[
        Secret, Meta(description="What a language model is told besides the rules that are built in.")
    ] = Secret()
    bot_speech_by: Annotated[str, Meta(description="As the server has it.")] = ""
    chat_url: Annotated[str, Meta(description=f"Chat completions. {_URL} the embedded dialogue.")] = ""
    chat_key: Annotated[Secret, Meta(description=_KEY)] = Secret()
    chat_model: Annotated[str, Meta(description="Model that thinks of answers.")] = ""
    chat_extra: Annotated[Secret, Meta(description=_EXTRA)] = Secret()
    stt_url: Annotated[str, Meta(description=f"Audio transcriptions. {_URL} embedded (English).")] = ""
    stt_key: Annotated[Secret, Meta(description=_KEY)] = Secret()
    stt_model: Annotated[str, Meta(description="Model that understands speech.")] = ""
    stt_language: Annotated[
        str,
        Meta(
            pattern=r"^(|auto|[a-z]{2,3})$",
            description="ISO 639 code that it is told. Empty: the bot's; `auto`: none, it finds out.",
        ),
    ] = ""
    stt_stream: Annotated[bool, Meta(description="Ask for transcriptions as a stream; `whisper-1` has none.")] = False
    stt_extra: Annotated[Secret, Meta(description=_EXTRA)] = Secret()
    tts_url: Annotated[str, Meta(description=f"Audio speech. {_URL} flite or espeak-ng.")] = ""
    tts_key: Annotated[Secret, Meta(description=_KEY)] = Secret()
    tts_model: Annotated[str, Meta(description="Model that speaks.")] = ""
    tts_voice: Annotated[str, Meta(description="Its voice.")] = ""
    tts_rate_hz: Annotated[
        int, Meta(ge=8000, le=48_000, description="Sample rate of its raw sound, Hz, where the answer does not say.")
    ] = 24_000
    tts_extra: Annotated[Secret, Meta(description=_EXTRA)] = Secret()
    converse_url: Annotated[
        str, Meta(description=f"Realtime API, speech to speech; the others then stand in. {_URL} not used.")
    ] = ""
    converse_key: Annotated[Secret, Meta(description=_KEY)] = Secret()
    converse_model: Annotated[str, Meta(description="Model that converses.")] = ""
    converse_voice: Annotated[str, Meta(description="Its voice.")] = ""
    converse_stt_model: Annotated[
        str, Meta(description="Model there that writes down what callers say: the hard rules need it.")
    ] = ""
    converse_turns: Annotated[
        str,
        Meta(pattern=r"^(server|semantic)_vad$", description="How it tells turns: `server_vad` or `semantic_vad`."),
    ] = "server_vad"
    converse_extra: Annotated[Secret, Meta(description="JSON object of further members of its session.")] = Secret()

    def __post_init__(self) -> None:
        """Refuse at the start what would fail in a call."""
        configured = {service for service in Service if self.endpoint(service)}
        if configured and not self.bot_speech_by:
            raise BadSetting(
                "SOTTO_BOT_SPEECH_BY is needed with an endpoint, here and for the server: "
                "callers read who processes what they say before they speak"
            )
        understands = Service.CONVERSE in configured or {Service.STT, Service.CHAT} <= configured
        if not is_english(self.bot_language) and not understands:
            raise BadSetting(
                f"SOTTO_BOT_LANGUAGE={self.bot_language!r} needs SOTTO_STT_URL and SOTTO_CHAT_URL, "
                "or SOTTO_CONVERSE_URL: the embedded engines understand English only"
            )

    def endpoint(self, service: Service) -> Endpoint | None:
        """Return where a service is; None: nowhere."""
        url, key, model = self._of(service, "url"), self._of(service, "key"), self._of(service, "model")
        if not url:
            for name in ("key", "model"):
                if self._of(service, name):
                    raise BadSetting(f"{_variable(service, name)} is set, but {_variable(service, 'url')} is not")
            return None
        for name in NEEDED[service]:
            if not self._of(service, name):
                raise BadSetting(f"{_variable(service, name)} is needed with {_variable(service, 'url')}")
        try:
            Endpoint(url, model)
        except ValueError as fault:
            raise BadSetting(f"{_variable(service, 'url')} is not allowed: {fault}") from None
        try:
            return Endpoint(url, model, key, self._extra(service))
        except ValueError as fault:
            raise BadSetting(f"{_variable(service, 'key')} is not allowed: {fault}") from None

    @property
    def spoken_language(self) -> str:
        """The ISO 639 code that ears are told; empty: none."""
        if self.stt_language == "auto":
            return ""
        return self.stt_language or primary(self.bot_language)

    def _extra(self, service: Service) -> dict[str, Any]:
        text = self._of(service, "extra").reveal()
        try:
            return msgspec.json.decode(text or "{}", type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeError):
            raise BadSetting(f"{_variable(service, 'extra')} is not allowed: it must be a JSON object") from None

    def _of(self, service: Service, name: str) -> Any:
        return getattr(self, f"{service}_{name}")


def _variable(service: Service, name: str) -> str:
    return f"{PREFIX}{service.upper()}_{name.upper()}"
