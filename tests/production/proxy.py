"""nginx with the project's own configuration, and a client that comes to it as a browser does."""

import base64
import json
import os
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from .files import Places

READ, OPERATE = "kdi.example.org", "kdi-drift.example.org"
LOGINS = {READ: ("laeser", "laeser-kodeord"), OPERATE: ("drift", "drift-kodeord")}


def set_up(places: Places) -> list[str]:
    """Put the configuration, logins and a certificate in their places; returns the command that starts nginx."""
    nginx = places.folder / "nginx"
    places.put("nginx/kdi.conf", nginx / "conf.d" / "kdi.conf")
    places.put("nginx/kdi-upstream.conf", nginx / "conf.d" / "kdi-upstream.conf")
    places.put("nginx/kdi-proxy.conf", nginx / "snippets" / "kdi-proxy.conf")
    keys = nginx / "kdi"
    keys.mkdir(parents=True)
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2",
            "-subj", f"/CN={READ}", "-addext", f"subjectAltName=DNS:{READ},DNS:{OPERATE}",
            "-keyout", str(keys / "kdi.key"), "-out", str(keys / "kdi.pem"),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    for name, host in (("laesere", READ), ("drift", OPERATE)):
        user, password = LOGINS[host]
        hashed = subprocess.run(
            ["openssl", "passwd", "-apr1", "-stdin"], input=password, text=True, check=True, capture_output=True
        ).stdout.strip()
        (keys / f"{name}.htpasswd").write_text(f"{user}:{hashed}\n", encoding="utf-8")
    # What Debian's own /etc/nginx/nginx.conf has around conf.d, in a folder of ours.
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {nginx}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (nginx / "nginx.conf").write_text(
        f"{user} daemon off; pid {nginx}/pid; error_log {nginx}/error.log;\n"
        f"events {{}}\nhttp {{ access_log {nginx}/access.log; {temporary} include {nginx}/conf.d/*.conf; }}\n",
        encoding="utf-8",
    )
    return ["nginx", "-e", str(nginx / "error.log"), "-p", str(nginx), "-c", str(nginx / "nginx.conf")]


@dataclass
class Client:
    """Asks the proxy; ``login`` is the name of the host whose password is sent, or empty."""

    certificate: Path
    port: int

    def ask(
        self, host: str, method: str = "GET", path: str = "/", login: str = "", body: object = None, **headers: str
    ) -> urllib3.BaseHTTPResponse:
        pool = urllib3.HTTPSConnectionPool(
            "127.0.0.1", self.port, ca_certs=str(self.certificate), server_hostname=host, assert_hostname=host,
            timeout=60, retries=False,
        )  # fmt: skip
        sent = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if login:
            sent["Authorization"] = _authorization(login)
        if body is not None:
            sent["Content-Type"] = "application/json"
        with pool:
            return pool.request(method, path, headers=sent, body=None if body is None else json.dumps(body))

    def graphql(self, query: str, host: str = OPERATE, **variables: Any) -> dict[str, Any]:
        """What a query or mutation answers to the one who may ask that host."""
        answer = self.ask(host, "POST", "/graphql", host, {"query": query, "variables": variables})
        assert answer.status == 200, (answer.status, answer.data)
        found = answer.json()
        assert "errors" not in found, found["errors"]
        return dict(found["data"])

    def handshake(self, host: str, login: str) -> str:
        """The first line of the answer to a browser that wants to speak over a websocket (RFC 6455, 4.1)."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=60) as plain,
            context.wrap_socket(plain, server_hostname=host) as stream,
        ):
            authorization = f"Authorization: {_authorization(login)}\r\n" if login else ""
            stream.sendall(
                f"GET /graphql HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
                f"Sec-WebSocket-Protocol: graphql-ws\r\n{authorization}\r\n".encode()
            )
            return stream.recv(4096).split(b"\r\n", 1)[0].decode()


def _authorization(login: str) -> str:
    return "Basic " + base64.b64encode(":".join(LOGINS[login]).encode()).decode()
