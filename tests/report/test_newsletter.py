"""The newsletter: one large number, text and HTML alike, and nothing is sent unless it is asked for."""

import email
import re
import socket
import threading
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from chromium import new_page
from pydantic import SecretStr

from kdi.installation import Installation
from kdi.publish.agreements import NONE
from kdi.report import mail, nyhedsbrev, plain, web
from kdi.report.imprint import Imprint
from kdi.report.nyhedsbrev import Newsletter

from .conftest import Published
from .words import gone_from

FOCUS = "## Månedens fokus\n\nKorsbæk Kommune slår *dørene* op. <script>alert(1)</script>\n"


IMPRINT = Imprint("KOMBIT", "kdi@example.org", "https://example.org/kdi", "https://example.org/afmeld")


@pytest.fixture(scope="module")
def letter(published: Published) -> Newsletter:
    return nyhedsbrev.build(published.edition, FOCUS, IMPRINT)


def test_the_number_is_the_marts(published: Published, letter: Newsletter) -> None:
    row = published.edition.row("select * from kpi.kald_pr_borger_danmark where maaned = $maaned")
    assert letter.number == f"{row['kald_pr_borger']:.1f}".replace(".", ",")
    assert letter.headline == f"{letter.number} kald pr. borger"  # the demo has no December 2021
    assert letter.subject == f"KDI i tal, december 2022: {letter.number} kald pr. borger"


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (5.9, 5.0, "5,9 kald pr. borger, 18\u00a0% flere end februar 2022"),
        (5.9, 6.0, "5,9 kald pr. borger, 2\u00a0% færre end februar 2022"),
        (5.9, 5.91, "5,9 kald pr. borger, som i februar 2022"),
        (5.9, None, "5,9 kald pr. borger"),
        (5.9, 0.0, "5,9 kald pr. borger"),
        (None, 5.0, "kald pr. borger i februar 2023 kan ikke opgøres: folketallet mangler"),
    ],
)
def test_the_headline_compares_with_the_same_month_a_year_before(
    now: float | None, then: float | None, said: str
) -> None:
    values = {date(2023, 2, 1): now, date(2023, 1, 1): 99.0, date(2022, 2, 1): then}
    assert nyhedsbrev.headline("5,9", values, date(2023, 2, 1)) == said


def test_text_and_html_say_the_same(letter: Newsletter) -> None:
    html = nyhedsbrev.html(letter, {p.cid: f"cid:{p.cid}" for p in letter.pictures})
    text = nyhedsbrev.text(letter)
    for said in (letter.headline, letter.chart_alt, *(n.text for n in letter.news), "KOMBIT", "kdi@example.org"):
        assert said in text
        assert said in html
    for address in (*(f"https://example.org/kdi/{n.page}" for n in letter.news), "https://example.org/afmeld"):
        assert address in text
        assert f'href="{address}"' in html
    assert "<em>dørene</em>" in html and "<script>" not in html


def test_the_text_has_no_marks(letter: Newsletter) -> None:
    said = nyhedsbrev.text(letter)
    assert "MÅNEDENS FOKUS\n\nKorsbæk Kommune slår dørene op." in said
    assert "#" not in said and "*" not in said


def test_nothing_says_what_must_go(letter: Newsletter) -> None:
    said = nyhedsbrev.text(letter) + nyhedsbrev.html(letter, {p.cid: "x" for p in letter.pictures})
    assert gone_from(said) == []


def test_three_news_of_at_most_twenty_words_each_with_a_page_of_the_web_edition(
    published: Published, letter: Newsletter, tmp_path: Path
) -> None:
    assert len(letter.news) == 3
    assert all(len(n.text.split()) <= 20 for n in letter.news)
    web.write(published.edition, published.indicators, NONE, None, tmp_path / "web")
    assert [n.page for n in letter.news if not (tmp_path / "web" / n.page).is_file()] == []
    # after the country's share in use, the findings that weigh most in most municipalities
    found = published.edition.rows(
        """select count(*) as kommuner from kpi.fund where maaned = $maaned
        and slags not in ('vel', 'frem', 'brug', 'drift') group by slags having kommuner >= 5
        order by sum(score) desc limit 2"""
    )
    assert [n.text.split()[0] for n in letter.news[1:]] == [str(r["kommuner"]) for r in found]


BUILT_IN = nyhedsbrev.BUILT_IN_FOCUS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "unedited",
    [
        BUILT_IN, BUILT_IN.replace("\n", "\r\n"), "\ufeff" + BUILT_IN, BUILT_IN.replace("\n", " \n") + "\n\n",
        BUILT_IN.replace(" kommunen har ", "\nkommunen har\n"), "", " \n", "## Månedens fokus\n", "# \n\n## Fokus",
    ],
)  # fmt: skip
def test_a_focus_that_nobody_wrote_is_not_sent(published: Published, unedited: str) -> None:
    letter = nyhedsbrev.build(published.edition, unedited, IMPRINT)
    html = nyhedsbrev.html(letter, {p.cid: "x" for p in letter.pictures})
    assert "Månedens fokus" not in html and "Spørg leverandøren" not in html
    assert "FOKUS" not in nyhedsbrev.text(letter)


@pytest.mark.parametrize("edited", ["Vi slår dørene op.", "- Ét punkt", "> Et citat", BUILT_IN + "\nOg mere."])
def test_a_focus_that_somebody_wrote_is_sent(edited: str) -> None:
    assert not nyhedsbrev.is_unedited(edited)


def test_markdown_as_plain_text() -> None:
    written = """# Fokus

Vi har **tre** [nye kurser](https://example.org/k),
se `kdi`.

1. Ét
2. To

- <a@b.dk>
  - dybere

---

> Sagt"""
    assert plain.text_of(written) == (
        "FOKUS\n\nVi har tre nye kurser (https://example.org/k), se kdi.\n\n1. Ét\n2. To\n\n- a@b.dk (mailto:a@b.dk)\n"
        "  - dybere\n\nSagt"
    )


def test_the_focus_begins_as_a_text_to_write_on_and_is_kept(published: Published, tmp_path: Path) -> None:
    press = Installation(published.settings(tmp_path)).press
    told = (published.edition, press.imprint, press.folder)
    path = nyhedsbrev.focus_file(press.folder, published.edition)
    assert path == tmp_path / "reports" / "fokus" / "2022-12.md"
    assert "Månedens fokus" in path.read_text(encoding="utf-8")
    assert [line for line in nyhedsbrev.remarks(*told) if str(path) in line]
    path.write_text("# Vores egen tekst\n\nStår her.", encoding="utf-8")
    assert not [line for line in nyhedsbrev.remarks(*told) if str(path) in line]
    written = list(nyhedsbrev.write(*told, tmp_path / "ud"))
    assert [p.name for p in written] == ["nyhedsbrev.txt", "nyhedsbrev.eml", "nyhedsbrev.html"]
    preview = written[-1].read_text(encoding="utf-8")
    assert "<h1>Vores egen tekst</h1>" in preview
    # nothing is fetched, and without an address of the web edition nothing is linked but the sender
    assert set(re.findall(r'(?:src|href)="(?!data:image/png)([^"]*)"', preview)) == {
        "mailto:kdi-i-tal@example.org", "mailto:kdi-i-tal@example.org?subject=Afmeld%20KDI%20i%20tal",
    }  # fmt: skip


@pytest.mark.parametrize("width", [360, 600])
def test_no_number_breaks_and_the_drawing_fits(letter: Newsletter, tmp_path: Path, browser: Any, width: int) -> None:
    """In a real browser: one drawing is shown, made for the width; no figure stands on two lines."""
    sources = {p.cid: f"{p.cid}.png" for p in letter.pictures}
    for p in letter.pictures:
        (tmp_path / f"{p.cid}.png").write_bytes(p.png)
    (tmp_path / "brev.html").write_text(nyhedsbrev.html(letter, sources), encoding="utf-8")
    page = new_page(browser, viewport={"width": width, "height": 900})
    page.goto((tmp_path / "brev.html").as_uri())
    shown = page.evaluate(
        "[...document.images].filter(i => i.offsetWidth).map(i => [i.offsetWidth, i.naturalWidth / 2])"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    broken = page.evaluate(BROKEN_NUMBERS)
    page.close()
    assert shown == [[328, 328] if width == 360 else [536, 536]]
    assert broken == []


# figures of whose letters not all stand on one line
BROKEN_NUMBERS = r"""() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    for (const hit of node.data.matchAll(/\d[\d.,]*/g)) {
      const range = document.createRange();
      range.setStart(node, hit.index); range.setEnd(node, hit.index + hit[0].length);
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) found.push(hit[0]);
    }
  return found;
}"""


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
    press = Installation(published.settings(tmp_path)).press
    mail.send_newest(press, SecretStr(f"smtp://127.0.0.1:{port}"), published.edition.month, "redaktion@example.org")
    (sent,) = received.mails
    assert sent["To"] == "redaktion@example.org"
    html = sent.get_body(("html",))
    assert sent["From"] == "KDI Indsigt <kdi-i-tal@example.org>"
    assert sent["List-Unsubscribe"].strip() == "<mailto:kdi-i-tal@example.org?subject=Afmeld%20KDI%20i%20tal>"
    assert html is not None and "kald pr. borger" in sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    pictures = {
        part["Content-ID"].strip().strip("<>") for part in sent.walk() if part.get_content_type() == "image/png"
    }
    assert pictures == set(re.findall(r'src="cid:([^"]+)"', html.get_content())) and len(pictures) == 2


def test_without_a_server_nothing_is_sent_and_the_remedy_is_said(published: Published, tmp_path: Path) -> None:
    with pytest.raises(mail.NotSent, match="KDI_MAIL_SERVER er ikke sat"):
        press = Installation(published.settings(tmp_path)).press
        mail.send_newest(press, SecretStr(""), published.edition.month, "redaktion@example.org")


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
    press = Installation(published.settings(tmp_path)).press
    with pytest.raises(mail.NotSent, match=r"tilbyder ikke kryptering \(STARTTLS\)"):
        mail.send_newest(press, address, published.edition.month, "redaktion@example.org")
    assert server.told.startswith(b"ehlo ") and b"AUTH" not in server.told and b"MAIL" not in server.told


def test_a_server_that_refuses_does_not_bring_the_password_into_the_message(
    published: Published, tmp_path: Path
) -> None:
    address = SecretStr("smtp://bruger:hemmelig@127.0.0.1:9")
    press = Installation(published.settings(tmp_path)).press
    with pytest.raises(mail.NotSent) as refused:
        mail.send_newest(press, address, published.edition.month, "redaktion@example.org")
    assert "127.0.0.1" in str(refused.value) and "hemmelig" not in str(refused.value)
