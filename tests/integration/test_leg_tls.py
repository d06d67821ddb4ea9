"""The bot's relay over TLS, where UDP leads nowhere: a real coturn with a certificate that was made for the test."""

import asyncio
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot import path
from bot.path import NoRelay
from bot.relays import Relay, addresses_of, allocate
from matcher.wire import IceServer
from tests.conftest import Coturn, running_coturn
from tests.integration.legs import BUSY_S, credentials, proxy, tone, two_ends
from tests.network.udp_proxy import Way


@dataclass(frozen=True)
class Secure:
    """A coturn that takes TLS as `localhost`, and the certificate that it shows."""

    coturn: Coturn
    certificate: Path


def certify(folder: Path, name: str = "localhost") -> Path:
    """Make a self-signed certificate for a host; its key is beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    return folder / "certificate.pem"


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """One for all tests here."""
    certificate = certify(tmp_path_factory.mktemp("tls"))
    key = certificate.with_name("key.pem")
    with running_coturn(f"--cert={certificate}", f"--pkey={key}") as coturn:
        yield Secure(coturn, certificate)


def over_tls(coturn: Coturn, *before: str, host: str = "localhost") -> list[IceServer]:
    """Return credentials for its relays over TLS; `before`: URLs that are named before."""
    (server,) = credentials(coturn)
    return [IceServer((*before, f"turns:{host}:{coturn.port}?transport=tcp"), server.username, server.credential)]


async def test_tls_is_tried_a_second_after_udp_stays_silent(secure: Secure, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is held to its name, the operator says who may vouch for it, and sound comes all the same."""
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    before = asyncio.all_tasks()
    async with proxy(secure.coturn, Way(open=False)) as (between, port):
        servers = over_tls(secure.coturn, f"turn:127.0.0.1:{port}?transport=udp")
        start = time.monotonic()
        gathered = await path.gather(servers, 0, lambda _: None)
        took_s = time.monotonic() - start
        await gathered.close()
        assert between.carried["cut"] > 0
        # One second, and room for a busy machine.
        assert 0.9 < took_s < 3
        async with two_ends(servers, credentials(secure.coturn)) as (a, b):
            (way,) = a.leg._peer._paths.values()
            (checks,) = way._connection._protocols
            assert isinstance(checks.transport, Relay)
            tls = checks.transport._client.transport.get_extra_info("ssl_object")
            assert (tls.server_hostname, tls.context.verify_mode) == ("localhost", ssl.CERT_REQUIRED)
            a.playout.say(0, tone(440, 20_000))
            await b.hears(440, BUSY_S)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("wrong", ["issuer", "name"])
async def test_nobody_else_is_taken_for_the_relay(
    secure: Secure, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, wrong: str
) -> None:
    """Neither by a certificate that nobody known has issued, nor by one of another host; nobody is told credentials."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certify(tmp_path) if wrong == "issuer" else secure.certificate))
    servers = over_tls(secure.coturn, host="localhost" if wrong == "issuer" else "127.0.0.1")
    (address,) = addresses_of(servers)
    before = asyncio.all_tasks()
    with pytest.raises(ssl.SSLCertVerificationError):
        await allocate(address, asyncio.DatagramProtocol())
    with pytest.raises(NoRelay):
        await path.gather(servers, 0, lambda _: None)
    assert asyncio.all_tasks() == before
