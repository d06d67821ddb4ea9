"""The page: npm packages and the build, with the Node that came into `.venv` as a wheel."""

import os
import subprocess
from pathlib import Path

from infra.setup.python import VENV
from infra.setup.stamps import Stamp, digest

WEB = Path("web")
MODULES = WEB / "node_modules"
LOCK = [WEB / "package.json", WEB / "package-lock.json"]
INSTALLED = Stamp(MODULES / ".sotto-stamp", MODULES)
BUILT = Stamp(MODULES / ".sotto-built", WEB / "dist")


def sources() -> list[Path]:
    """List what the build reads: all of web/ but what was installed or built."""
    return sorted(path for path in WEB.iterdir() if path.name not in {"node_modules", "dist"})


def _npm(*arguments: str) -> bool:
    path = f"{(VENV / 'bin').resolve()}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(VENV.resolve() / "bin" / "npm"), "--loglevel=error", *arguments]
    return subprocess.run(command, cwd=WEB, env={**os.environ, "PATH": path}, check=False).returncode == 0


def install() -> None:
    """Install the locked npm packages, unless they are there.

    Raises:
        SystemExit: npm failed; its own words stand above.
    """
    wanted = digest(LOCK)
    if INSTALLED.fresh(wanted):
        return
    print("Installing npm packages …", flush=True)
    # No package needs its install script: what is not run cannot surprise.
    if not _npm("ci", "--ignore-scripts"):
        raise SystemExit("npm could not install the page's packages. Check the network and start again.")
    INSTALLED.set(wanted)


def build() -> None:
    """Build the page, unless it stands as its sources want it.

    Raises:
        SystemExit: The build failed; its own words stand above.
    """
    wanted = digest(sources())
    if BUILT.fresh(wanted):
        return
    print("Building the page …", flush=True)
    if not _npm("run", "--silent", "build"):
        raise SystemExit("The page could not be built; the reason stands above.")
    BUILT.set(wanted)
