"""System packages: what is missing comes with apt, and on other systems a sentence says what to install."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A Debian package, and a command or glob pattern that shows that it, or its like elsewhere, is there."""

    name: str
    witness: str

    def present(self) -> bool:
        """Tell whether the witness is found."""
        if self.witness.startswith("/"):
            return any(Path("/").glob(self.witness[1:]))
        return shutil.which(self.witness) is not None


RUN = (
    Package("coturn", "turnserver"),
    # The bot's: its codec, its voice, and one for what that one does not speak.
    Package("libopus0", "/usr/lib/*/libopus.so.0"),
    Package("libflite1", "/usr/lib/*/libflite_cmu_us_slt.so.1"),
    Package("espeak-ng", "espeak-ng"),
)
TEST = (
    *RUN,
    Package("flite", "flite"),
    Package("chromium", "chromium"),
    Package("chromium-headless-shell", "chromium-headless-shell"),
    Package("firefox-esr", "firefox-esr"),
    Package("postgresql", "/usr/lib/postgresql/*/bin/initdb"),
    # Hosts and counters for the tests of who sends packets to whom. Commands of root's, which others have on no path.
    Package("iproute2", "/usr/*bin/ip"),
    Package("nftables", "/usr/*bin/nft"),
    Package("fontconfig", "fc-list"),
    Package("fonts-dejavu-core", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
)


def missing(packages: Iterable[Package]) -> list[str]:
    """Name the packages that are not there."""
    return [package.name for package in packages if not package.present()]


def venv_package() -> list[str]:
    """Name the package that lets this Python make a virtual environment, where Debian left it out."""
    return [] if importlib.util.find_spec("ensurepip") else [f"python3.{sys.version_info.minor}-venv"]


def rights(names: list[str], *, apt: bool, root: bool, sudo: bool) -> list[str]:
    """Return what goes before `apt-get`: nothing for root, sudo for others.

    Raises:
        SystemExit: Nothing can be installed here; the text says what the user is to install.
    """
    wanted = " ".join(names)
    if not apt:
        raise SystemExit(f"Sotto needs these, as Debian names them: {wanted}. Install them and start again.")
    if root:
        return []
    if not sudo:
        raise SystemExit(f"Sotto needs root or sudo once, to install packages. As root: apt-get install {wanted}")
    return ["sudo"]


def install(names: list[str]) -> None:
    """Install packages with apt; with nothing missing, do nothing.

    Raises:
        SystemExit: They cannot be installed; the text says what to do.
    """
    if not names:
        return
    have = shutil.which
    before = rights(names, apt=bool(have("apt-get")), root=os.geteuid() == 0, sudo=bool(have("sudo")))
    print(f"Installing {', '.join(names)} with apt …", flush=True)
    apt = [
        *before,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Dpkg::Use-Pty=0",
    ]
    # A foreign source that does not answer need not stand in the way of the packages themselves.
    subprocess.run([*apt, "update"], check=False)
    with ExitStack() as stack:
        if "coturn" in names and Path("/run/systemd/system").is_dir():
            stack.enter_context(_SleepingService(before, "coturn.service"))
        done = subprocess.run([*apt, "install", "-y", "--no-install-recommends", *names], check=False)
    if done.returncode:
        raise SystemExit(f"apt could not install what Sotto needs. Try it by hand: apt-get install {' '.join(names)}")


class _SleepingService(AbstractContextManager[None]):
    """Keeps systemd from starting a service that its package would start: ours runs beside it, loopback only."""

    def __init__(self, before: list[str], unit: str) -> None:
        self._systemctl = [*before, "systemctl", "--quiet"]
        self._unit = unit

    def __enter__(self) -> None:
        subprocess.run([*self._systemctl, "mask", "--runtime", self._unit], check=False)

    def __exit__(self, *_: object) -> None:
        subprocess.run([*self._systemctl, "unmask", "--runtime", self._unit], check=False)
        subprocess.run([*self._systemctl, "disable", self._unit], check=False)
