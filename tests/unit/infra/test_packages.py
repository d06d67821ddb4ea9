"""System packages: what is missing is found, and who may not install it is told what to do."""

from pathlib import Path

import pytest

from infra.setup.packages import Package, missing, rights


def test_missing_packages_are_found_by_their_witness(tmp_path: Path) -> None:
    """A command on the path or a file that fits the pattern shows that a package is there; the others are missing."""
    (tmp_path / "15").mkdir()
    (tmp_path / "15" / "initdb").touch()
    packages = [
        Package("shell", "sh"),
        Package("database", f"{tmp_path}/*/initdb"),
        Package("relay", "no-such-command-anywhere"),
        Package("font", f"{tmp_path}/no-such-file.ttf"),
    ]
    assert missing(packages) == ["relay", "font"]


def test_root_installs_itself_and_others_with_sudo() -> None:
    """Root needs nothing before apt-get, whether sudo exists or not; another user needs sudo."""
    assert rights(["coturn"], apt=True, root=True, sudo=False) == []
    assert rights(["coturn"], apt=True, root=False, sudo=True) == ["sudo"]


@pytest.mark.parametrize(
    ("apt", "root", "sudo", "says"),
    [(True, False, False, "As root: apt-get install coturn"), (False, True, True, "Install them and start again")],
)
def test_who_cannot_install_is_told_what_to_do(apt: bool, root: bool, sudo: bool, says: str) -> None:
    """Without sudo, or on a system without apt, one sentence names the packages."""
    with pytest.raises(SystemExit, match=says) as stopped:
        rights(["coturn"], apt=apt, root=root, sudo=sudo)
    assert "coturn" in str(stopped.value)
    assert "\n" not in str(stopped.value)
