"""What must not be found anywhere, in every form that it could take, and the search for it."""

import base64
import hashlib
import ipaddress
import re
import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any

from redis.asyncio import Redis

# Fewer would be found by chance.
MIN_CHARS = 6
# A port so close to its address, in the same line, is no chance either.
NEAR_CHARS = 64


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
        found |= {octets, octets.hex().encode(), _shown(octets), base64.b64encode(octets).rstrip(b"=")}
        found |= _hashes(octets)
    return found


def fingerprint_forms(fingerprint: str) -> set[bytes]:
    """Return the spellings of a certificate's fingerprint, hexadecimal bytes with colons."""
    octets = bytes.fromhex(fingerprint.replace(":", ""))
    return forms(fingerprint) | forms(octets.hex()) | {octets, base64.b64encode(octets).rstrip(b"=")}


def candidate_patterns(ip: str, port: int) -> list[bytes]:
    """Return what finds a candidate in whatever notation: the port, in digits or as MessagePack has it, near its IP."""
    packed = b"\xcd" + port.to_bytes(2, "big")
    ports = rb"(?:(?<!\d)%d(?!\d)|%s|%s)" % (port, re.escape(packed), re.escape(_shown(packed)))
    address = rb"(?:(?<!\d)|(?<=\\x[0-9a-f]{2}))%s(?!\d)" % re.escape(ip.encode())
    near = rb"[^\n]{1,%d}?" % NEAR_CHARS
    return [address + near + ports, ports + near + address]


def ufrag_patterns(ufrag: str) -> list[bytes]:
    """Return what finds an ICE user fragment beside its name: four characters alone are anybody's."""
    return [rb"ufrag(?:[^\w\n]|\\x[0-9a-f]{2}){1,8}" + re.escape(ufrag.encode()) + rb"(?![\w+/])"]


def _shown(octets: bytes) -> bytes:
    """Return bytes as Python shows them."""
    return repr(octets)[2:-1].encode()


def _hashes(plain: bytes) -> set[bytes]:
    hashed = [hashlib.new(name, plain, usedforsecurity=False) for name in ("md5", "sha1", "sha256")]
    return {one.hexdigest()[:24].encode() for one in hashed} | {one.digest()[:12] for one in hashed}


class Canaries:
    """Named secrets with their spellings."""

    def __init__(self) -> None:
        self._forms: dict[str, set[bytes]] = {}
        self._patterns: dict[str, list[re.Pattern[bytes]]] = {}

    def plant(self, name: str, spellings: Iterable[bytes]) -> None:
        """Add spellings of a secret of that name; what is so short that chance would find it is left out."""
        self._forms.setdefault(name, set()).update(one for one in spellings if len(one) >= MIN_CHARS or b"\0" in one)

    def plant_patterns(self, name: str, patterns: Iterable[bytes]) -> None:
        """Add regular expressions that find spellings of a secret of that name, in upper case as in lower."""
        self._patterns.setdefault(name, []).extend(re.compile(one, re.IGNORECASE) for one in patterns)

    def found(self, places: Mapping[str, bytes]) -> list[str]:
        """Name what was found where; the secrets themselves stay out of it."""
        lowered = {place: content.lower() for place, content in places.items()}
        spelt = {
            f"{name} in {place}"
            for name, spellings in self._forms.items()
            for place, content in lowered.items()
            if any(one.lower() in content for one in spellings)
        }
        matched = {
            f"{name} in {place}"
            for name, patterns in self._patterns.items()
            for place, content in places.items()
            if any(one.search(content) for one in patterns)
        }
        return sorted(spelt | matched)

    @property
    def names(self) -> list[str]:
        """What was planted."""
        return sorted({*self._forms, *self._patterns})


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
