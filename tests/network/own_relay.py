"""coturn with the configuration for production, opened for relays on this machine alone."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.run.start import listens
from infra.run.tether import end_with_parent
from tests.conftest import Coturn, free_port, wait_until

# The relay's own address, so that loopback's stands for the callers' in coturn's log.
RELAY = "127.0.0.2"
LOG = "coturn.log"
CONFIGURATION = Path(__file__).parents[2] / "infra" / "coturn" / "turnserver.conf"


@contextmanager
def own_relay(folder: Path, *further: str, audible: bool = False) -> Iterator[Coturn]:
    """Run it at `RELAY`.

    Args:
        folder: Where what it says is kept, as `LOG`.
        further: Options besides the configuration.
        audible: Let it say what in production it keeps to itself.
    """
    relay = Coturn(free_port())
    text = CONFIGURATION.read_text()
    configuration = folder / "turnserver.conf"
    configuration.write_text(text.replace("log-file=/dev/null", "log-file=stdout") if audible else text)
    with (folder / LOG).open("wb") as log:
        # Line by line: coturn ends without writing what its buffer holds.
        process = subprocess.Popen(
            ["stdbuf", "-oL", "turnserver", "-c", str(configuration), f"--listening-ip={RELAY}", f"--relay-ip={RELAY}",
             f"--listening-port={relay.port}", "--no-tls", f"--static-auth-secret={relay.secret}",
             "--allow-loopback-peers", f"--allowed-peer-ip={RELAY}", f"--pidfile={folder}/pid",
             f"--userdb={folder}/db", *further],
            stdout=log, stderr=log, preexec_fn=end_with_parent,
        )  # fmt: skip
        try:
            wait_until(lambda: listens(RELAY, relay.port), "coturn's TCP listener", 60)
            yield relay
        finally:
            process.terminate()
            process.wait(20)
