"""coturn with the configuration for production, behind the one public address of the lab."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.run.start import listens
from tests.conftest import Coturn, wait_until
from tests.network.namespaces import PRIVATE, PUBLIC, Lab

COTURN = Path(__file__).parents[2] / "infra/coturn"
USER = "turnserver"


@contextmanager
def public_relay(lab: Lab, *further: str) -> Iterator[Coturn]:
    """Run coturn on t, reached at `PUBLIC`, as the user that Debian's package makes for it.

    Args:
        lab: Where.
        further: Options that are added to what infra/coturn/turnserver.conf leaves to its reader.
    """
    server = Coturn(3478)
    # That user may read neither a checkout of root's nor pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="sotto-"))
    shutil.copy(COTURN / "turnserver.conf", folder)
    for path in (folder, folder / "turnserver.conf"):
        shutil.chown(path, USER)
    command = [
        "setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--pdeathsig=TERM",
        "turnserver", "-c", f"{folder}/turnserver.conf", f"--listening-ip={PRIVATE}", f"--relay-ip={PRIVATE}",
        f"--external-ip={PUBLIC}/{PRIVATE}", f"--static-auth-secret={server.secret}", "--no-tls",
        f"--pidfile={folder}/pid", f"--userdb={folder}/db", *further,
    ]  # fmt: skip
    process = lab.t.call(subprocess.Popen, command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        lab.t.call(wait_until, lambda: listens(PRIVATE, server.port), "coturn's TCP listener", 60)
        yield server
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


@contextmanager
def firewall(lab: Lab) -> Iterator[None]:
    """Close what infra/coturn/firewall.nft closes on the relay's machine."""
    lab.t.run("nft", "-f", str(COTURN / "firewall.nft"))
    try:
        yield
    finally:
        lab.t.run("nft", "delete", "table", "inet", "sotto_relay")
