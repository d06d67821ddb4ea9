"""Settings of the server process."""

from typing import Annotated

from msgspec import Meta

from matcher.settings import BadSetting, RedisSettings, Secret

# What a session token must last beyond the longest call when its caller enters the queue: time to wait in. A place and
# a call belong to the caller id in the token, so that one which expires in a call takes the way back into it.
WAITING_S = 600
# For so long at least one token is used for new places. With none of it every place would be another caller's, and
# nobody whom a caller has blocked would be known to them any more.
FRESH_S = 600


class ServerSettings(RedisSettings, frozen=True, kw_only=True):
    """Everything the server can be told. README's table is held against these fields by a test.

    Raises:
        BadSetting: Session tokens would not outlast a call and the way to it.
    """

    host: Annotated[str, Meta(min_length=1, description="Address the page listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="Port of the page.")] = 8080
    origins: Annotated[
        str,
        Meta(description="Further origins whose pages may open sockets, separated by commas. Own host: always."),
    ] = ""
    trusted_hops: Annotated[
        int, Meta(ge=0, le=8, description="Proxies of yours in front: so many X-Forwarded-For entries are believed.")
    ] = 0
    max_sockets: Annotated[int, Meta(ge=1, le=100_000, description="Queue sockets one process accepts.")] = 6000
    session_keys: Annotated[
        Secret,
        Meta(description="`kid:secret,…` for session tokens: the first signs, all verify. Empty: made at each start."),
    ] = Secret()
    session_s: Annotated[
        int, Meta(ge=600, le=86_400, description="Lifetime of a session token, s; at least call + 20 min.")
    ] = 14_400
    bot_key: Annotated[
        Secret, Meta(description="Known to the server and its bots alone, at least 32 characters. Empty: no bots.")
    ] = Secret()
    call_s: Annotated[int, Meta(ge=60, le=21_600, description="Longest call, s; warned one minute before.")] = 3600
    relays: Annotated[
        str,
        Meta(
            pattern=r"^(cloudflare|coturn)(,(cloudflare|coturn))?$",
            description="Relay providers, first choice first: `cloudflare`, `coturn` or both.",
        ),
    ] = "coturn"
    relay_ttl_s: Annotated[
        int, Meta(ge=1800, le=172_800, description="Lifetime of relay credentials, s; at least call + 20 min.")
    ] = 7200
    cloudflare_key_id: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9]*$", description="Cloudflare Realtime TURN key id.")
    ] = ""
    cloudflare_api_token: Annotated[Secret, Meta(description="The TURN key's API token.")] = Secret()
    cloudflare_api_url: Annotated[str, Meta(pattern=r"^https?://", description="Base of Cloudflare's TURN API.")] = (
        "https://rtc.live.cloudflare.com/v1"
    )
    cloudflare_udp_443: Annotated[bool, Meta(description="Also serve TURN over UDP port 443.")] = False
    coturn_host: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9.-]+$", description="Host name or IPv4 address callers reach coturn at.")
    ] = "127.0.0.1"
    coturn_port: Annotated[int, Meta(ge=1, le=65535, description="coturn's port for UDP and TCP.")] = 34780
    coturn_tls_port: Annotated[
        int, Meta(ge=0, le=65535, description="coturn's TLS port; 0: no certificate is configured.")
    ] = 0
    coturn_secret: Annotated[Secret, Meta(description="coturn's static-auth-secret.")] = Secret()
    parameters_via: Annotated[
        str,
        Meta(
            pattern=r"^(queue|channel)$",
            description="How two pages learn to connect: `queue`: with the match, sooner; `channel`: by Realtime.",
        ),
    ] = "queue"
    bot_language: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$",
            description="What bots speak (BCP 47), to callers who do too: `en`; by endpoints `de`, `es`, `fr`, `pt`.",
        ),
    ] = "en"
    bot_speech_by: Annotated[
        str,
        Meta(
            max_length=80,
            pattern=r"^[^\x00-\x1f]*$",
            description="Who processes a bot's speech, as the page says it, such as `OpenAI`. Empty: this server.",
        ),
    ] = ""
    realtime_url: Annotated[
        str,
        Meta(
            pattern=r"^$|^https?://[^ ?#]+/realtime/v1$",
            description="Supabase Realtime, `https://<project>.supabase.co/realtime/v1`. Empty: the built-in hub.",
        ),
    ] = ""
    realtime_key: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_.-]+$", description="Publishable key the page sends; not a secret.")
    ] = "sb_publishable_local"
    realtime_signing_key: Annotated[
        Secret,
        Meta(description="Signs channel tokens: an HS256 secret or a private ES256 JWK. Empty: made at each start."),
    ] = Secret()
    realtime_kid: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_-]*$", description="`kid` of the signing key, where it is not in the JWK.")
    ] = ""

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        least_s = self.call_s + WAITING_S + FRESH_S
        if self.session_s < least_s:
            raise BadSetting(
                f"SOTTO_SESSION_S={self.session_s} is too short for SOTTO_CALL_S={self.call_s}: "
                f"it must be at least {least_s} (call + {(WAITING_S + FRESH_S) // 60} min)"
            )

    @property
    def session_fresh_s(self) -> int:
        """How long a session token may be used for a new place in the queue, from when it was made, s."""
        return self.session_s - self.call_s - WAITING_S
