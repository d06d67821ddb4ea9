"""The configuration of the local coturn: a relay for this machine's own calls, and for nothing else."""

from pathlib import Path

RELAY_PORTS = (50000, 50999)


def configuration(folder: Path, port: int, secret: str) -> str:
    """Return coturn's configuration file.

    Args:
        folder: Where it may write its pid and its database, which stays empty.
        port: The port for UDP and TCP, on loopback.
        secret: The REST secret, draft-uberti-behave-turn-rest-00.

    Raises:
        SystemExit: The secret cannot stand in the file.
    """
    if any(character.isspace() or character == "#" for character in secret):
        raise SystemExit("SOTTO_COTURN_SECRET may hold no space, line break or #: coturn could not read it.")
    return f"""\
listening-ip=127.0.0.1
relay-ip=127.0.0.1
listening-port={port}
min-port={RELAY_PORTS[0]}
max-port={RELAY_PORTS[1]}
realm=sotto.local
use-auth-secret
static-auth-secret={secret}
fingerprint
stale-nonce=600

# Two relays on one machine meet on loopback; nothing else may be reached through them.
allow-loopback-peers
allowed-peer-ip=127.0.0.1
denied-peer-ip=0.0.0.0-255.255.255.255
denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
no-multicast-peers
no-tcp-relay

# A Firefox caller holds two allocations per URL, and twice that during an ICE restart.
user-quota=24
total-quota=400
# Bytes per second: several times what speech takes, useless for files.
max-bps=20000

no-tls
no-dtls
no-cli
no-rfc5780
no-software-attribute
no-stun-backward-compatibility
response-origin-only-with-rfc5780

# coturn logs addresses and user names.
no-stdout-log
log-file=/dev/null
simple-log
pidfile={folder}/coturn.pid
userdb={folder}/coturn.db
"""
