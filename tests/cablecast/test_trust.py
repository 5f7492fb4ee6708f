"""Encrypted connections: verified always, pinned where a station says so, and never half trusted."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import Run, server_at
from tests.cablecast.fakes import FakeClock, FakeSecrets
from vodstudio.cablecast.client import API, Client
from vodstudio.core.errors import NeedsUser, VodError
from vodstudio.core.station import Server

pytest.importorskip("cryptography")


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class _Quiet(HTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust us leaves in the middle."""


@dataclass
class Encrypted:
    """A server with a certificate of its own making."""

    url: str
    certificate: Path


Serve = Callable[..., Encrypted]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    running: list[tuple[HTTPServer, threading.Thread]] = []

    def start(name: str = "127.0.0.1", days: int = 30) -> Encrypted:
        certificate = make_certificate(tmp_path / "server.pem", name, days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = _Quiet(("127.0.0.1", 0), _Answers)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        running.append((server, thread))
        return Encrypted(f"https://127.0.0.1:{server.server_address[1]}", certificate)

    yield start
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


def make_certificate(path: Path, name: str, days: int) -> Path:
    """A certificate that signs itself, with its key, valid from forty days ago."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    try:
        spoken: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        spoken = x509.DNSName(name)
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=40))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([spoken]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def asked(server: Server, run: Run[Any]) -> tuple[Any, FakeSecrets]:
    client = Client(server, FakeSecrets(), FakeClock())
    try:
        return run(client.get(f"{API}/locations", is_guest=True)), FakeSecrets()
    finally:
        run(client.close())


def refused(server: Server, run: Run[Any]) -> VodError:
    with pytest.raises(VodError) as told:
        asked(server, run)
    return told.value


def test_g28_a_pinned_certificate_is_trusted(serve: Serve, run: Run[Any]) -> None:
    there = serve()
    body, _ = asked(server_at(there.url, ca_file=there.certificate), run)
    assert body == {}


def test_g28_a_self_signed_certificate_is_not(serve: Serve, run: Run[Any]) -> None:
    error = refused(server_at(serve().url), run)
    assert isinstance(error, NeedsUser)
    assert error.code == "VS-BAD-CERTIFICATE"
    assert "self" in error.title


def test_g28_a_certificate_for_another_host(serve: Serve, run: Run[Any]) -> None:
    there = serve(name="cablecast.example.org")
    error = refused(server_at(there.url, ca_file=there.certificate), run)
    assert error.code == "VS-BAD-CERTIFICATE"
    assert "127.0.0.1" in error.title


def test_g27_an_expired_certificate(serve: Serve, run: Run[Any]) -> None:
    there = serve(days=-1)
    error = refused(server_at(there.url, ca_file=there.certificate), run)
    assert error.code == "VS-BAD-CERTIFICATE"
    assert "expired" in error.title
