"""What a page elsewhere can do with a browser's stored password: nothing, whatever it asks for."""

import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from chromium import chromium, needs_chromium, new_page

from . import proxy
from .conftest import free_ports, missing
from .files import Places
from .proxy import LOGINS, OPERATE, READ, Client
from .supervisor import until

ABSENT = missing("nginx", "openssl")
pytestmark = pytest.mark.skipif(bool(ABSENT), reason=f"not installed here: {', '.join(ABSENT)}")

# Everything that Dagster's web server answers with data, or does something at.
PATHS = [
    "/graphql", "/graphql?query=mutation%7Bx%7D", "/report_asset_materialization/lake/kle", "/report_asset_check/a",
    "/report_asset_observation/a", "/logs/a/b/stdout", "/notebook?path=x", "/download_debug/a", "/server_info",
    "/dagit_info", "/upload", "/%67raphql", "//graphql", "/x/../graphql",
]  # fmt: skip
PAGES = ["/", "/runs", "/assets/lake/kle", "/overview/activity", "/runs/0f4e"]


class _Answers(BaseHTTPRequestHandler):
    """What stands behind the proxy: it answers whatever gets through."""

    def _answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[int]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def nginx(places: Places) -> Iterator[Client]:
    command = proxy.set_up(places)
    process = subprocess.Popen(command, start_new_session=True)
    client = Client(places.folder / "nginx" / "kdi" / "kdi.pem", places.ports[443])
    try:
        until(lambda: answers(client), 20, "nginx began")
        yield client
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answers(client: Client) -> bool:
    try:
        return client.ask(READ).status == 401
    except Exception:
        return False


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with served(ThreadingHTTPServer(("127.0.0.1", 0), _Answers)) as behind:
        places = Places(tmp_path_factory.mktemp("fremmed"), free_ports(80, 443, 4000) | {3000: behind, 3001: behind})
        with nginx(places) as client:
            yield client


@pytest.mark.parametrize("host", [READ, OPERATE])
@pytest.mark.parametrize("path", PATHS)
def test_no_path_answers_a_page_elsewhere(path: str, host: str, client: Client) -> None:
    other = {"cross-site": "https://ond.example.com", "same-site": "https://andet.example.org"}
    for site, origin in other.items():
        for method in ("GET", "POST", "PUT", "DELETE"):
            for headers in (
                {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
                {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
                {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
                {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Origin": origin},
                {"Origin": origin, "Upgrade": "websocket", "Connection": "Upgrade"},
                {"Origin": "null"},
                {"Origin": f"http://{host}"},
                {"Origin": f"https://{host}.example.com"},
                {"Origin": f"https://{host}:8443"},
            ):
                sent = {name.replace("-", "_"): value for name, value in headers.items()}
                answer = client.ask(host, method, path, login=host, **sent)
                assert answer.status == 403, (method, headers)


@pytest.mark.parametrize("path", PATHS + PAGES)
def test_the_ui_itself_and_programs_come_through(path: str, client: Client) -> None:
    own = {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"}
    for host in (READ, OPERATE):
        assert client.ask(host, "POST", path, login=host, Origin=f"https://{host}", **own).status == 200
        assert client.ask(host, "GET", path, login=host, **own).status == 200
        assert client.ask(host, "GET", path, login=host).status == 200  # curl
        assert client.ask(host, "GET", path, login=host, Origin=f"https://{host}").status == 200  # a websocket's
        typed = {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
        assert client.ask(host, "GET", path, login=host, **typed).status == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_link_in_a_mail_leads_to_its_page(path: str, client: Client) -> None:
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert client.ask(OPERATE, "GET", path, login=OPERATE, **link).status == 200
    assert client.ask(OPERATE, "POST", path, login=OPERATE, **link).status == 403


# --- in a real browser, in front of a real Dagster ---

ASSET = "import dagster as dg\n\n@dg.asset\ndef kle() -> int:\n    return 1\n\ndefs = dg.Definitions([kle])\n"
EVIL = """<html><body><script>
window.seen = {};
const host = 'HOST';
const noted = (name, promise) => promise.then(r => seen[name] = r.type + ' ' + r.status, e => seen[name] = '' + e);
noted('report', fetch(`https://${host}/report_asset_materialization/kle?description=forged`,
    {method: 'POST', mode: 'no-cors', credentials: 'include'}));
const mutation = encodeURIComponent('mutation { freeConcurrencySlots(runId: "x") }');
noted('mutation', fetch(`https://${host}/graphql?query=${mutation}`, {mode: 'no-cors', credentials: 'include'}));
noted('upload', fetch(`https://${host}/graphql`, {method: 'POST', mode: 'no-cors', credentials: 'include',
    body: new FormData()}));
const image = new Image(); image.onload = () => seen.image = 'loaded'; image.onerror = () => seen.image = 'error';
image.src = `https://${host}/report_asset_check/kle`;
const socket = new WebSocket(`wss://${host}/graphql`, 'graphql-ws');
socket.onopen = () => seen.socket = 'open'; socket.onerror = () => seen.socket = 'error';
const form = document.createElement('form'); form.method = 'POST'; form.target = 'ramme';
form.action = `https://${host}/report_asset_materialization/kle?description=form`;
const frame = document.createElement('iframe'); frame.name = 'ramme'; document.body.append(frame, form); form.submit();
</script></body></html>"""


@pytest.mark.long
@needs_chromium
def test_a_sibling_page_in_a_browser_that_is_logged_in_changes_nothing(tmp_path: Path) -> None:
    home, page = tmp_path / "dagster", tmp_path / "ond"
    home.mkdir()
    page.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    (tmp_path / "defs.py").write_text(ASSET, encoding="utf-8")
    places = Places(tmp_path / "sted", free_ports(80, 443, 3000, 3001, 4000))
    port = places.ports[443]
    (page / "index.html").write_text(EVIL.replace("HOST", f"{OPERATE}:{port}"), encoding="utf-8")
    dagster = subprocess.Popen(
        [str(Path(sys.executable).parent / "dagster-webserver"), "-f", str(tmp_path / "defs.py"), "-h", "127.0.0.1",
         "-p", str(places.ports[3000])],
        env=os.environ | {"DAGSTER_HOME": str(home)}, cwd=tmp_path, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    elsewhere = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(page)))
    try:
        options = (
            "--ignore-certificate-errors",
            f"--host-resolver-rules=MAP {OPERATE} 127.0.0.1, MAP andet.example.org 127.0.0.1",
        )
        with nginx(places) as client, served(elsewhere) as evil_port, chromium(*options) as browser:
            context_of_page = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context_of_page.load_cert_chain(client.certificate, client.certificate.with_name("kdi.key"))
            elsewhere.socket = context_of_page.wrap_socket(elsewhere.socket, server_side=True)
            until(lambda: client.ask(OPERATE, path="/server_info", login=OPERATE).status == 200, 120, "Dagster is up")
            context = browser.new_context(ignore_https_errors=True)
            user, password = LOGINS[OPERATE]
            own = new_page(context)
            own.goto(f"https://{user}:{password}@{OPERATE}:{port}/server_info")
            assert "dagster" in own.content(), "the operator is logged in"
            sockets = own.evaluate(
                f"""() => new Promise(done => {{
                    const s = new WebSocket('wss://{OPERATE}:{port}/graphql', 'graphql-ws');
                    s.onopen = () => done('open'); s.onerror = () => done('error'); }})"""
            )
            assert sockets == "open", "the UI's own websocket"
            foreign = new_page(context)
            foreign.goto(f"https://andet.example.org:{evil_port}/")
            foreign.wait_for_function("window.seen.socket && window.seen.image && window.seen.report", timeout=30_000)
            foreign.wait_for_timeout(1000)
            seen = foreign.evaluate("window.seen")
            assert seen["socket"] == "error"
            assert seen["image"] == "error"
            asked = '{ assetOrError(assetKey: {path: ["kle"]}) { ... on Asset { assetMaterializations { runId } } } }'
            assert "runId" not in json.dumps(client.graphql(asked)), "nothing was reported"
            log = (tmp_path / "sted" / "nginx" / "access.log").read_text(encoding="utf-8")
            forged = [line for line in log.splitlines() if "report_asset" in line or "mutation" in line]
            assert forged and all(line.split('" ')[1].startswith(("403", "401")) for line in forged), forged
    finally:
        os.killpg(dagster.pid, signal.SIGKILL)
        dagster.wait()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
