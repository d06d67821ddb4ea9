"""Settings: where values come from, and what a wrong one says."""

from pathlib import Path

import pytest

from matcher.settings import BadSetting, Secret, load, read_env_file
from server.settings import ServerSettings

NO_FILE = Path("/nonexistent/.env")


def test_every_field_has_a_default() -> None:
    """Nothing set at all is a working local configuration."""
    assert load(ServerSettings, {}, NO_FILE) == ServerSettings()


def test_values_are_converted_to_their_type() -> None:
    """Numbers and flags are given as text."""
    settings = load(ServerSettings, {"SOTTO_PORT": " 9000 ", "SOTTO_CLOUDFLARE_UDP_443": "true"}, NO_FILE)

    assert (settings.port, settings.cloudflare_udp_443) == (9000, True)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SOTTO_PORT", "0", "SOTTO_PORT='0' is not allowed: it must be a whole number from 1 to 65535"),
        ("SOTTO_PORT", "http", "SOTTO_PORT='http' is not allowed: it must be a whole number from 1 to 65535"),
        (
            "SOTTO_CLOUDFLARE_UDP_443",
            "maybe",
            "SOTTO_CLOUDFLARE_UDP_443='maybe' is not allowed: it must be true or false",
        ),
        ("SOTTO_LOG_FORMAT", "xml", "SOTTO_LOG_FORMAT='xml' is not allowed: it must be text matching ^(json|console)$"),
    ],
)
def test_a_wrong_value_names_the_variable_the_fault_and_the_range(name: str, value: str, expected: str) -> None:
    """The sentence is all that a self-hoster needs."""
    with pytest.raises(BadSetting) as fault:
        load(ServerSettings, {name: value}, NO_FILE)

    assert expected == str(fault.value)


@pytest.mark.parametrize(
    ("session_s", "call_s", "least_s"), [("4799", "3600", 4800), ("14400", "21600", 22800), ("600", "60", 1260)]
)
def test_a_session_has_to_outlast_a_call_and_the_way_to_it(session_s: str, call_s: str, least_s: int) -> None:
    """Ten minutes to wait in, and ten in which a token serves more than one place; the sentence names what it takes."""
    with pytest.raises(BadSetting, match=f"^SOTTO_SESSION_S={session_s} .* at least {least_s} ") as fault:
        load(ServerSettings, {"SOTTO_SESSION_S": session_s, "SOTTO_CALL_S": call_s}, NO_FILE)
    assert f"SOTTO_CALL_S={call_s}" in str(fault.value)

    settings = load(ServerSettings, {"SOTTO_SESSION_S": str(least_s), "SOTTO_CALL_S": call_s}, NO_FILE)
    assert settings.session_fresh_s == 600


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """.env holds defaults of an installation, the environment overrides one start."""
    env_file = tmp_path / ".env"
    env_file.write_text("# local\nexport SOTTO_PORT=9001\nSOTTO_POOL='blue'\n")

    settings = load(ServerSettings, {"SOTTO_PORT": "9002"}, env_file)

    assert (settings.port, settings.pool) == (9002, "blue")


def test_a_line_without_a_value_is_refused_by_its_number(tmp_path: Path) -> None:
    """The file's own faults are named too, without quoting what may be a secret."""
    env_file = tmp_path / ".env"
    env_file.write_text("SOTTO_PORT=1\nhunter2\n")

    with pytest.raises(BadSetting, match="line 2") as fault:
        read_env_file(env_file)

    assert "hunter2" not in str(fault.value)


def test_secrets_never_print() -> None:
    """Neither alone nor inside their settings."""
    settings = load(ServerSettings, {"SOTTO_COTURN_SECRET": "hunter2"}, NO_FILE)

    assert settings.coturn_secret.reveal() == "hunter2"
    assert "hunter2" not in f"{settings} {settings!r} {settings.coturn_secret} {settings.coturn_secret!r}"
    assert not Secret()
