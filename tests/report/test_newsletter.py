"""The newsletter: one large number, text and HTML alike, and nothing is sent unless it is asked for."""

import email
import re
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from orchestration.report import mail, nyhedsbrev
from orchestration.report.nyhedsbrev import Newsletter

from .conftest import Published

FOCUS = "## Månedens fokus\n\nKorsbæk Kommune slår *dørene* op. <script>alert(1)</script>\n"


@pytest.fixture(scope="module")
def letter(published: Published) -> Newsletter:
    return nyhedsbrev.build(published.edition, FOCUS)


def test_the_number_is_the_marts(published: Published, letter: Newsletter) -> None:
    row = published.edition.row("select * from kpi.kald_pr_borger_danmark where maaned = $maaned")
    assert letter.number == f"{row['kald_pr_borger']:.1f}".replace(".", ",")
    assert letter.subject == f"KDI i tal, december 2022: {letter.number} kald pr. borger"
    assert letter.number in letter.headline


def test_text_and_html_say_the_same(letter: Newsletter) -> None:
    html = nyhedsbrev.html(letter, {p.cid: f"cid:{p.cid}" for p in letter.pictures})
    text = nyhedsbrev.text(letter)
    for said in (letter.headline, *letter.findings, *(cell for row in letter.table.rows for cell in row)):
        assert said in text
        assert said in html
    assert "<em>dørene</em>" in html and "<script>" not in html


def test_a_row_stands_for_at_least_five_municipalities(letter: Newsletter) -> None:
    assert len(letter.table.rows) == 20
    assert all(int(row[3]) >= 5 for row in letter.table.rows)


def test_the_focus_begins_as_a_text_to_write_on_and_is_kept(published: Published, tmp_path: Path) -> None:
    settings = published.settings(tmp_path)
    path = nyhedsbrev.focus_file(settings, published.edition)
    assert path == tmp_path / "reports" / "fokus" / "2022-12.md"
    assert "Månedens fokus" in path.read_text(encoding="utf-8")
    path.write_text("# Vores egen tekst", encoding="utf-8")
    written = list(nyhedsbrev.write(published.edition, settings, tmp_path / "ud"))
    assert [p.name for p in written] == ["nyhedsbrev.txt", "nyhedsbrev.eml", "nyhedsbrev.html"]
    preview = written[-1].read_text(encoding="utf-8")
    assert "<h1>Vores egen tekst</h1>" in preview
    assert re.findall(r'(?:src|href)="(?!data:image/png)[^"]*"', preview) == []


class Inbox:
    """A mail server's memory."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    received = Inbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(received, hostname="127.0.0.1", port=port)
    server.start()
    yield received, port
    server.stop()


def test_sent_on_request_with_its_pictures_inside(
    published: Published, tmp_path: Path, inbox: tuple[Inbox, int]
) -> None:
    received, port = inbox
    settings = published.settings(tmp_path).model_copy(update={"mail_server": SecretStr(f"smtp://127.0.0.1:{port}")})
    mail.send_newest(settings, published.edition.month, "redaktion@example.org")
    (sent,) = received.mails
    assert sent["To"] == "redaktion@example.org"
    html = sent.get_body(("html",))
    assert html is not None and "kald pr. borger" in sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    pictures = {
        part["Content-ID"].strip().strip("<>") for part in sent.walk() if part.get_content_type() == "image/png"
    }
    assert pictures == set(re.findall(r'src="cid:([^"]+)"', html.get_content())) and len(pictures) == 2


def test_without_a_server_nothing_is_sent_and_the_remedy_is_said(published: Published, tmp_path: Path) -> None:
    with pytest.raises(mail.NotSent, match="KDI_MAIL_SERVER er ikke sat"):
        mail.send_newest(published.settings(tmp_path), published.edition.month, "redaktion@example.org")


class Greedy:
    """A server, or a man in the middle, that asks for a password and offers no encryption; keeps what it is told."""

    def __init__(self) -> None:
        self.told = b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self.socket, self.socket.accept()[0] as peer, peer.makefile("rb") as lines:
            peer.sendall(b"220 post\r\n")
            for line in lines:
                self.told += line
                answers = {b"ehlo": b"250-post\r\n250 AUTH PLAIN LOGIN", b"QUIT": b"221 bye"}
                peer.sendall(answers.get(line[:4], b"250 ok") + b"\r\n")


def test_no_password_goes_to_a_server_without_encryption(published: Published, tmp_path: Path) -> None:
    server = Greedy()
    address = SecretStr(f"smtp://kdi:hemmeligkode@127.0.0.1:{server.socket.getsockname()[1]}")
    settings = published.settings(tmp_path).model_copy(update={"mail_server": address})
    with pytest.raises(mail.NotSent, match=r"tilbyder ikke kryptering \(STARTTLS\)"):
        mail.send_newest(settings, published.edition.month, "redaktion@example.org")
    assert server.told.startswith(b"ehlo ") and b"AUTH" not in server.told and b"MAIL" not in server.told


def test_a_server_that_refuses_does_not_bring_the_password_into_the_message(
    published: Published, tmp_path: Path
) -> None:
    address = SecretStr("smtp://bruger:hemmelig@127.0.0.1:9")
    settings = published.settings(tmp_path).model_copy(update={"mail_server": address})
    with pytest.raises(mail.NotSent) as refused:
        mail.send_newest(settings, published.edition.month, "redaktion@example.org")
    assert "127.0.0.1" in str(refused.value) and "hemmelig" not in str(refused.value)
