"""`python3 -m infra.setup run|test|check`: bring a checkout to where one verb can work. What is done stays done."""

import fcntl
import sys
from pathlib import Path

from infra.setup import packages, page, python

PACKAGES = {"run": packages.RUN, "test": packages.TEST, "check": ()}


def main(verb: str) -> None:
    """Do what is missing for one verb: `run` the service, `test` it, or `check` its code."""
    state = Path(".run")
    state.mkdir(mode=0o700, exist_ok=True)
    # Two verbs at once would install into the same folders.
    with (state / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        packages.install(packages.missing(PACKAGES[verb]) + python.missing())
        python.prepare("run" if verb == "run" else "dev")
        page.install()
        if verb != "check":
            page.build()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
    except PermissionError as fault:
        sys.exit(f"{fault.filename} belongs to another user, perhaps from a start with sudo: make clean as that user.")
