"""Servers that take alerts, each on a free port of this machine, as a municipality's mail and chat servers would."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class MailServer:
    """Keeps what it gets; says no when it is ``closed``."""

    mails: list[EmailMessage] = field(default_factory=list)
    closed: bool = False
    port: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.closed:
            return "451 Try again later"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?mode=insecure&from=drift@kdi.example&to=vagt@kommune.example"

    def text(self, number: int = -1) -> str:
        body = self.mails[number].get_body(("plain", "html"))
        assert body is not None
        return str(body.get_content())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        keeper = MailServer(port=probe.getsockname()[1])
    controller = Controller(keeper, hostname="127.0.0.1", port=keeper.port)
    controller.start()
    try:
        yield keeper
    finally:
        controller.stop()


@dataclass
class WebServer:
    """Keeps the JSON that is posted to it."""

    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    port: int = 0


@contextmanager
def web_server(certificate: Path | None = None) -> Iterator[WebServer]:
    """Speaks HTTP, or HTTPS with a certificate."""
    keeper = WebServer()

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            keeper.posts.append((self.path, json.loads(content)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    keeper.port = server.server_address[1]
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield keeper
    finally:
        server.shutdown()
        server.server_close()


def own_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
