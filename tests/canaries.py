"""What must not be found anywhere, in every form that it could take, and the search for it."""

import base64
import hashlib
import ipaddress
import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

from redis.asyncio import Redis

# Fewer would be found by chance.
MIN_CHARS = 6


def forms(secret: str) -> set[bytes]:
    """Return the spellings of a secret: plain, encoded, and as a hash without a key, which anybody could undo."""
    plain = secret.encode()
    found = {plain, plain.hex().encode(), urllib.parse.quote(secret, safe="").encode()}
    for encoded in (base64.b64encode(plain), base64.urlsafe_b64encode(plain)):
        found.add(encoded.rstrip(b"="))
    return found | _hashes(plain)


def address_forms(address: str) -> set[bytes]:
    """Return the spellings of an IP address: text short and long, mapped, bytes, number, hashes."""
    parsed = ipaddress.ip_address(address)
    found = forms(address) | forms(parsed.exploded) | forms(parsed.compressed) | {str(int(parsed)).encode()}
    packed = {parsed.packed}
    if isinstance(parsed, ipaddress.IPv4Address):
        mapped = ipaddress.IPv6Address(b"\0" * 10 + b"\xff\xff" + parsed.packed)
        found |= forms(mapped.exploded) | forms(mapped.compressed) | forms(f"::ffff:{address}")
    else:
        # A household: its prefix alone is an address already.
        packed.add(parsed.packed[:8])
        found |= {parsed.exploded[:19].encode(), parsed.compressed.split("::")[0][:19].encode()}
    for octets in packed:
        found |= {octets, octets.hex().encode(), repr(octets)[2:-1].encode(), base64.b64encode(octets).rstrip(b"=")}
        found |= _hashes(octets)
    return found


def fingerprint_forms(fingerprint: str) -> set[bytes]:
    """Return the spellings of a certificate's fingerprint, hexadecimal bytes with colons."""
    octets = bytes.fromhex(fingerprint.replace(":", ""))
    return forms(fingerprint) | forms(octets.hex()) | {octets, base64.b64encode(octets).rstrip(b"=")}


def _hashes(plain: bytes) -> set[bytes]:
    hashed = [hashlib.new(name, plain, usedforsecurity=False) for name in ("md5", "sha1", "sha256")]
    return {one.hexdigest()[:24].encode() for one in hashed} | {one.digest()[:12] for one in hashed}


class Canaries:
    """Named secrets with their spellings."""

    def __init__(self) -> None:
        self._forms: dict[str, set[bytes]] = {}

    def plant(self, name: str, spellings: Iterable[bytes]) -> None:
        """Add spellings of a secret of that name; what is so short that chance would find it is left out."""
        self._forms.setdefault(name, set()).update(one for one in spellings if len(one) >= MIN_CHARS or b"\0" in one)

    def found(self, places: Mapping[str, bytes]) -> list[str]:
        """Name what was found where; the secrets themselves stay out of it."""
        lowered = {place: content.lower() for place, content in places.items()}
        return sorted(
            {
                f"{name} in {place}"
                for name, spellings in self._forms.items()
                for place, content in lowered.items()
                if any(one.lower() in content for one in spellings)
            }
        )

    @property
    def names(self) -> list[str]:
        """What was planted."""
        return sorted(self._forms)


async def dump(redis: Redis) -> bytes:
    """Return every key and value in Redis, as they are."""
    found: list[Any] = []
    for key in await redis.keys("*"):
        found.append(key)
        match await redis.type(key):
            case b"string":
                found.append(await redis.get(key) or b"")
            case b"hash":
                found += [part for pair in (await redis.hgetall(key)).items() for part in pair]
            case b"zset":
                found += await redis.zrange(key, 0, -1)
            case b"set":
                found += await redis.smembers(key)
            case b"list":
                found += await redis.lrange(key, 0, -1)
            case b"stream":
                found.append(str(await redis.xrange(key)).encode())
            case b"none":
                pass  # expired meanwhile
            case kind:
                raise AssertionError(f"a kind of value that this does not read: {kind!r}")
    return b"\n".join(map(bytes, found))
