"""Python packages: one `.venv`, filled from the locks. The development lock holds all of the other one, and more."""

import subprocess
import sys
from pathlib import Path

from infra.setup.packages import install, venv_package
from infra.setup.stamps import Stamp, digest

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": Path("requirements/run.txt"), "dev": Path("requirements/dev.txt")}


def stamp(kind: str) -> Stamp:
    """Return the mark of one lock in the environment."""
    return Stamp(VENV / f"{kind}.stamp", PYTHON)


def missing() -> list[str]:
    """Name the system package without which no environment can be made, while there is none."""
    return [] if PYTHON.exists() else venv_package()


def _works(*arguments: str) -> bool:
    try:
        return subprocess.run([str(PYTHON), *arguments], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def prepare(kind: str) -> None:
    """Make `.venv` and install the lock `run` or `dev`, unless it, or the larger one, is there already.

    Raises:
        SystemExit: pip failed; its own words stand above.
    """
    now = {each: digest([LOCKS[each]], sys.version) for each in ("dev", kind)}
    if any(stamp(each).fresh(value) for each, value in now.items()) and _works("-c", ""):
        return
    if not _works("-m", "pip", "--version"):
        install(venv_package())
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    print(f"Installing Python packages from {LOCKS[kind]} …", flush=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes"]
    if subprocess.run([*pip, "-r", LOCKS[kind]], check=False).returncode:
        raise SystemExit("pip could not install Sotto's Python packages. Check the network and start again.")
    stamp(kind).set(now[kind])
