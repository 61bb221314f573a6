"""The newsletter of the month: one large number, its twelve months, three news, and the month's focus.

The focus is written by people in ``<home>/reports/fokus/<month>.md``, which begins as a copy of
``reports/maanedens_fokus.md``; as long as nobody has written there, the newsletter has none.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from itertools import pairwise
from pathlib import Path

import jinja2
from markdown_it import MarkdownIt

from kdi.notation import danish
from kdi.report import letter_news, plain
from kdi.report.edition import Edition
from kdi.report.imprint import Imprint
from kdi.report.letter_news import News
from kdi.report.line_chart import Lines
from kdi.report.showable import one_line, shown
from kdi.settings import PROJECT_ROOT

TEMPLATES = PROJECT_ROOT / "reports" / "mail"
BUILT_IN_FOCUS = PROJECT_ROOT / "reports" / "maanedens_fokus.md"
# the width of the text in a letter of 600 pixels, and on a phone of 360
WIDE, NARROW = (536, 150), (328, 150)


@dataclass(frozen=True)
class Picture:
    """A picture in the mail: PNG bytes, since mail programs do not show SVG. ``kind`` says for which width."""

    cid: str
    kind: str
    width: int
    height: int
    png: bytes


@dataclass(frozen=True)
class Newsletter:
    """Everything in the newsletter, ready to be shown."""

    month: str
    number: str
    label: str
    headline: str
    definition: str
    release: str
    data_through: str
    focus: str
    news: tuple[News, ...]
    chart_title: str
    chart_alt: str
    pictures: tuple[Picture, ...]
    imprint: Imprint

    @property
    def subject(self) -> str:
        return f"KDI i tal, {self.month}: {self.headline}"

    @property
    def focus_text(self) -> str:
        return plain.text_of(self.focus)


def build(edition: Edition, focus: str, sent_by: Imprint) -> Newsletter:
    """The newsletter of the edition's month, with the focus as Markdown."""
    measure = edition.measure("kald_pr_borger", "kpi.kald_pr_borger_danmark")
    rows = edition.rows("select * from kpi.kald_pr_borger_danmark where maaned <= $maaned order by maaned")
    values = {r["maaned"]: r["kald_pr_borger"] for r in rows}
    number = measure.text(values[edition.month])
    lines = Lines({"Kald pr. borger": [(r["maaned"], r["kald_pr_borger"]) for r in rows[-12:]]}, "kald pr. borger")
    return Newsletter(
        month=danish.month(edition.month),
        number=number,
        label="kald pr. borger i Danmark",
        headline=headline(number, values, edition.month),
        definition=measure.definition,
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
        focus="" if is_unedited(focus) else focus,
        news=tuple(letter_news.of_month(edition)),
        chart_title="Kald pr. borger måned for måned",
        chart_alt=lines.alt,
        pictures=tuple(
            Picture(f"udvikling-{kind}", kind, *size, lines.png(size))
            for kind, size in (("bred", WIDE), ("smal", NARROW))
        ),
        imprint=sent_by,
    )


def headline(number: str, values: dict[date, float | None], month: date) -> str:
    """``5,9 kald pr. borger, 18 % flere end februar 2022``: the same month a year before, since use has seasons."""
    year_before = month.replace(year=month.year - 1)
    now, then = values.get(month), values.get(year_before)
    if now is None:
        return f"kald pr. borger i {danish.month(month)} kan ikke opgøres: folketallet mangler"
    said = f"{number} kald pr. borger"
    if not then:
        return said
    difference = round(100 * (now / then - 1))
    if difference == 0:
        return f"{said}, som i {danish.month(year_before)}"
    return f"{said}, {abs(difference)}\u00a0% {'flere' if difference > 0 else 'færre'} end {danish.month(year_before)}"


def focus_file(reports: Path, edition: Edition) -> Path:
    """Where the month's focus is written; begun with the built-in text."""
    own = reports / "fokus" / f"{edition.month:%Y-%m}.md"
    if not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(BUILT_IN_FOCUS.read_text(encoding="utf-8"), encoding="utf-8")
    return own


def is_unedited(focus: str) -> bool:
    """Whether nobody has written it: the built-in text however it is broken into lines, or nothing but headings."""
    root = MarkdownIt("commonmark").parse(focus)
    said = [t.content for before, t in pairwise(root) if t.type == "inline" if before.tag not in _HEADINGS]
    built_in = BUILT_IN_FOCUS.read_text(encoding="utf-8")
    return not "".join(said).strip() or focus.lstrip("\ufeff").split() == built_in.split()


_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(["html.j2", "html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(letter: Newsletter, sources: dict[str, str]) -> str:
    """The HTML part. ``sources`` says where each picture is: ``cid:`` in mail, ``data:`` in the preview."""
    focus = MarkdownIt("commonmark", {"html": False}).render(letter.focus)
    return _environment().get_template("nyhedsbrev.html.j2").render(brev=letter, fokus=focus, kilder=sources)


def text(letter: Newsletter) -> str:
    """The same for those who read mail as text."""
    return _environment().get_template("nyhedsbrev.txt.j2").render(brev=letter)


def message(letter: Newsletter, recipient: str, published: str) -> EmailMessage:
    """The mail: text, and HTML with its pictures inside."""
    mail = EmailMessage()
    mail["Subject"] = one_line(letter.subject)
    mail["From"] = Address(one_line(letter.imprint.sender), addr_spec=letter.imprint.mail_from)
    mail["To"] = recipient
    mail["Date"] = format_datetime(datetime.fromisoformat(published))
    mail["Content-Language"] = "da"
    mail["List-Unsubscribe"] = f"<{letter.imprint.unsubscribe}>"
    mail.set_content(text(letter))
    ids = {p.cid: make_msgid(p.cid, domain="kdi-indsigt.invalid") for p in letter.pictures}
    mail.add_alternative(html(letter, {cid: f"cid:{mid[1:-1]}" for cid, mid in ids.items()}), subtype="html")
    body = mail.get_payload()[1]  # type: ignore[index]
    for p in letter.pictures:
        body.add_related(p.png, "image", "png", cid=ids[p.cid], filename=f"{p.cid}.png", disposition="inline")  # type: ignore[union-attr]
    return mail


def written(edition: Edition, sent_by: Imprint, reports: Path) -> Newsletter:
    """The month's newsletter with the focus as it stands in its file."""
    letter = build(edition, focus_file(reports, edition).read_text(encoding="utf-8"), sent_by)
    # what an editor wrote is for the reader's own fonts
    return replace(shown(letter), focus=letter.focus)


def write(edition: Edition, sent_by: Imprint, reports: Path, folder: Path) -> Iterator[Path]:
    """The preview as HTML, the text, and the mail itself as a file; nothing is sent."""
    letter = written(edition, sent_by, reports)
    folder.mkdir(parents=True, exist_ok=True)
    inline = {p.cid: f"data:image/png;base64,{base64.b64encode(p.png).decode()}" for p in letter.pictures}
    for name, content in (
        ("nyhedsbrev.txt", text(letter).encode()),
        ("nyhedsbrev.eml", message(letter, sent_by.mail_from, edition.published).as_bytes()),
        ("nyhedsbrev.html", html(letter, inline).encode()),
    ):
        path = folder / name
        path.write_bytes(content)
        yield path


def remarks(edition: Edition, sent_by: Imprint, reports: Path) -> list[str]:
    """What its editor should know before it is sent, one line each."""
    found = []
    path = focus_file(reports, edition)
    if is_unedited(path.read_text(encoding="utf-8")):
        found.append(f"Månedens fokus er ikke skrevet og er derfor ikke med. Skriv den i {path}, og kør igen.")
    if not sent_by.web:
        found.append("Nyhedsbrevet har ingen links: KDI_WEB_URL er ikke sat.")
    return found
