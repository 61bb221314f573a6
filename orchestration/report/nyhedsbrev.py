"""The newsletter of the month: one large number, its twelve months, the month's focus, and who calls what.

The focus is written by people in ``<home>/reports/fokus/<month>.md``, which begins as a copy of
``reports/maanedens_fokus.md``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

import jinja2
from markdown_it import MarkdownIt

from orchestration.report import charts, danish, findings
from orchestration.report.document import Column, Table, tabulate
from orchestration.report.edition import Edition
from orchestration.report.municipality import SystemNames
from orchestration.report.showable import shown
from orchestration.settings import PROJECT_ROOT, Settings

TEMPLATES = PROJECT_ROOT / "reports" / "mail"
BUILT_IN_FOCUS = PROJECT_ROOT / "reports" / "maanedens_fokus.md"


@dataclass(frozen=True)
class Picture:
    """A picture in the mail: PNG bytes, since mail programs do not show SVG."""

    cid: str
    title: str
    png: bytes
    alt: str


@dataclass(frozen=True)
class Newsletter:
    """Everything in the newsletter, ready to be shown."""

    month: str
    headline: str
    number: str
    label: str
    definition: str
    release: str
    data_through: str
    focus: str
    findings: tuple[str, ...]
    pictures: tuple[Picture, ...]
    table: Table

    @property
    def subject(self) -> str:
        return f"KDI i tal, {self.month}: {self.number} kald pr. borger"


def build(edition: Edition, focus: str) -> Newsletter:
    """The newsletter of the edition's month, with the focus as Markdown."""
    measure = edition.measure("kald_pr_borger", "kpi.kald_pr_borger_danmark")
    rows = edition.rows("select * from kpi.kald_pr_borger_danmark where maaned <= $maaned order by maaned")
    now, year_before = rows[-1], rows[-13] if len(rows) > 12 else {}
    trend = charts.trend(
        {"Kald pr. borger": [(r["maaned"], r["kald_pr_borger"]) for r in rows[-12:]]}, "kald pr. borger", 420, 170
    )
    areas = _areas(edition)
    return Newsletter(
        month=danish.month(edition.month),
        headline=findings.per_citizen(
            now["kald_pr_borger"], danish.month(edition.month), year_before.get("kald_pr_borger")
        ),
        number=measure.text(now["kald_pr_borger"]),
        label="kald pr. borger i Danmark",
        definition=measure.definition,
        release=edition.release_id,
        data_through=danish.day(edition.month_end),
        focus=focus,
        findings=tuple(_findings(edition, areas)),
        pictures=(
            Picture("udvikling", "Kald pr. borger de seneste 12 måneder", charts.png(trend), trend.alt),
            *_area_picture(areas),
        ),
        table=_services(edition),
    )


def _areas(edition: Edition) -> list[dict[str, Any]]:
    return edition.rows(
        """select dataomraade, cast(sum(kald) as bigint) as kald,
            sum(kald) / cast(sum(sum(kald)) over () as double) as andel
        from kpi.kald_pr_indbygger where maaned = $maaned group by dataomraade having sum(kald) > 0
        order by kald desc, dataomraade"""
    )


def _area_picture(areas: list[dict[str, Any]]) -> tuple[Picture, ...]:
    if not areas:
        return ()
    shown = areas[:8]
    picture = charts.bars(
        [(a["dataomraade"], a["kald"] / 1e6, f"{danish.number(a['kald'] / 1e6, 1)} mio.") for a in shown],
        "kald i måneden efter dataområde",
        330,
    )
    title = f"{shown[0]['dataomraade']} fylder mest: {danish.percent(shown[0]['andel'])} af kaldene"
    return (Picture("omraader", title, charts.png(picture), picture.alt),)


def _findings(edition: Edition, areas: list[dict[str, Any]]) -> Iterator[str]:
    k98 = edition.row("select * from kpi.potentiale_k98 where maaned = $maaned")
    if k98:
        yield findings.realised("De 98 kommuner tilsammen", k98["realiseret"], k98["mulige"])
    least = edition.row(
        """select * from kpi.udbredelse where maaned = $maaned and anvendere >= 5 and aktive > 0 and udbredelsesgrad < 1
        order by udbredelsesgrad, anvendere desc, it_system, service, version limit 1"""
    )
    if least:
        service = f"{least['service']} {least['version'] or ''}".strip()
        many = "kun én" if least["aktive"] == 1 else danish.number(least["aktive"])
        yield (
            f"Mindst udbredt er {service}: {many} af de {danish.number(least['anvendere'])} kommuner, der har"
            f" {least['it_system']}, kalder den."
        )
    if areas:
        yield f"{danish.percent(areas[0]['andel'])} af kaldene gælder {areas[0]['dataomraade'].lower()}."


def _services(edition: Edition) -> Table:
    """Service × system with calls of all municipalities in the month: the twenty largest."""
    names = SystemNames(edition)
    rows = edition.rows(
        """select * from kpi.system_service_maaned where maaned = $maaned and er_anonym
        order by kald desc, service, version, it_system, it_system_uuid limit 20"""
    )
    return tabulate(
        f"Flest kald: {rows[0]['service']} fra {names(rows[0])}" if rows else "Ingen kald i måneden",
        rows,
        (Column("Service", 2), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("System", 1.6), names),
        (Column("Kald", 1, right=True), lambda r: danish.number(r["kald"])),
        (Column("Kommuner", 0.8, right=True), lambda r: danish.number(r["kommuner"])),
        name="services",
        note="De 20 største på begge platforme, hvor mindst fem kommuner står bag og ingen har over halvdelen.",
        empty="Der er ingen kald i måneden.",
    )


def focus_file(settings: Settings, edition: Edition) -> Path:
    """Where the month's focus is written; begun with the built-in text."""
    own = settings.reports / "fokus" / f"{edition.month:%Y-%m}.md"
    if not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(BUILT_IN_FOCUS.read_text(encoding="utf-8"), encoding="utf-8")
    return own


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


def message(letter: Newsletter, sender: str, recipient: str, published: str) -> EmailMessage:
    """The mail: text, and HTML with its pictures inside."""
    mail = EmailMessage()
    mail["Subject"] = letter.subject
    mail["From"] = sender
    mail["To"] = recipient
    mail["Date"] = format_datetime(datetime.fromisoformat(published))
    mail["Content-Language"] = "da"
    mail.set_content(text(letter))
    ids = {p.cid: make_msgid(p.cid, domain="kdi-indsigt.invalid") for p in letter.pictures}
    mail.add_alternative(html(letter, {cid: f"cid:{mid[1:-1]}" for cid, mid in ids.items()}), subtype="html")
    body = mail.get_payload()[1]  # type: ignore[index]
    for p in letter.pictures:
        body.add_related(p.png, "image", "png", cid=ids[p.cid], filename=f"{p.cid}.png", disposition="inline")  # type: ignore[union-attr]
    return mail


def write(edition: Edition, settings: Settings, folder: Path) -> Iterator[Path]:
    """The preview as HTML, the text, and the mail itself as a file; nothing is sent."""
    import base64

    focus = focus_file(settings, edition).read_text(encoding="utf-8")
    # what an editor wrote is for the reader's own fonts
    letter = replace(shown(build(edition, focus)), focus=focus)
    folder.mkdir(parents=True, exist_ok=True)
    inline = {p.cid: f"data:image/png;base64,{base64.b64encode(p.png).decode()}" for p in letter.pictures}
    for name, content in (
        ("nyhedsbrev.txt", text(letter).encode()),
        ("nyhedsbrev.eml", message(letter, settings.mail_from, settings.mail_from, edition.published).as_bytes()),
        ("nyhedsbrev.html", html(letter, inline).encode()),
    ):
        path = folder / name
        path.write_bytes(content)
        yield path
