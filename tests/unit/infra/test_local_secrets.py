"""Secrets of the machine: made once, kept private, never made where the user gave his own."""

from pathlib import Path

from infra.run import local_secrets
from matcher.settings import Secret
from server.settings import ServerSettings


def test_secrets_are_made_once_and_stay(tmp_path: Path) -> None:
    """The second start reads what the first one made, and only adds what is newly needed."""
    path = tmp_path / "run" / "secrets.env"
    first = local_secrets.keep(path, ["SOTTO_SESSION_KEYS"])
    second = local_secrets.keep(path, ["SOTTO_SESSION_KEYS", "SOTTO_COTURN_SECRET"])
    assert second["SOTTO_SESSION_KEYS"] == first["SOTTO_SESSION_KEYS"]
    assert second["SOTTO_COTURN_SECRET"] not in {"", first["SOTTO_SESSION_KEYS"]}
    assert local_secrets.keep(path, ["SOTTO_COTURN_SECRET"]) == {"SOTTO_COTURN_SECRET": second["SOTTO_COTURN_SECRET"]}


def test_only_this_user_can_read_them(tmp_path: Path) -> None:
    """The file has mode 0600 and its folder 0700, also where they were left wider."""
    path = tmp_path / "run" / "secrets.env"
    path.parent.mkdir(mode=0o755)
    path.touch(0o644)
    local_secrets.keep(path, ["SOTTO_COTURN_SECRET"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_the_users_own_secrets_win() -> None:
    """Nothing is made up for a setting that has a value."""
    given = ServerSettings(
        session_keys=Secret("a:b"), coturn_secret=Secret("c"), realtime_signing_key=Secret("d"), bot_key=Secret("e")
    )
    assert local_secrets.wanted(given, own_coturn=True) == []


def test_what_another_machine_must_know_is_never_made_up() -> None:
    """A secret shared with Supabase or a coturn elsewhere must be given: an invented one would hide that it lacks."""
    remote = ServerSettings(realtime_url="https://project.example/realtime/v1")
    assert local_secrets.wanted(remote, own_coturn=False) == ["SOTTO_SESSION_KEYS", "SOTTO_BOT_KEY"]
    assert set(local_secrets.wanted(ServerSettings(), own_coturn=True)) == {
        "SOTTO_SESSION_KEYS", "SOTTO_REALTIME_SIGNING_KEY", "SOTTO_COTURN_SECRET", "SOTTO_BOT_KEY",
    }  # fmt: skip
