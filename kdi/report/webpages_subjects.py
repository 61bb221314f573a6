"""Pages of KLE main groups and of SAPA: the same for all readers, so never how many cases, and never whose."""

from collections.abc import Iterator
from typing import Any

from kdi.notation import danish
from kdi.report import sapa
from kdi.report.directory import Directory, group_title
from kdi.report.document import Column, tabulate
from kdi.report.edition import SMALLEST_GROUP, Edition
from kdi.report.line_chart import Lines
from kdi.report.small_counts import few
from kdi.report.web_blocks import Part, Trend
from kdi.report.webpages import Page


def pages(edition: Edition, directory: Directory) -> Iterator[Page]:
    """A page per KLE main group: how many municipalities lack cases on its common subjects. Never how many cases."""
    groups = edition.rows("select * from kpi.kle_daekning_sum where udtraeksdato = $udtraek order by hovedgruppe")
    gaps: dict[str, list[dict[str, Any]]] = {}
    for r in edition.rows("select * from kpi.kle_huller_sum where udtraeksdato = $udtraek order by kle_nummer"):
        gaps.setdefault(r["hovedgruppe"], []).append(r)
    share = edition.measure("daekningsgrad", "kpi.kle_daekning")
    when = (
        f"Udtræk fra {danish.day(edition.extract)}." if edition.extract else "Der er intet udtræk til og med perioden."
    )
    table = tabulate(
        "Dækning i hovedgrupperne",
        groups,
        (Column("Hovedgruppe", 3), group_title),
        (Column(share.label, right=True), lambda r: share.text(r["daekningsgrad"])),
        (Column("Kommuner uden huller", right=True), lambda r: f"{r['kommuner_uden_huller']} af {r['kommuner']}"),
        (Column("Emner med huller", right=True), lambda r: danish.number(len(gaps.get(r["hovedgruppe"], [])))),
        empty="Der er ingen udtræk af KLE-sager.",
    )
    trail = (("kle.html", "KLE"),)
    define = (*edition.define("kpi.kle_daekning", "daekningsgrad"), *edition.define("kpi.kle_huller", "kle_huller"))
    yield Page("kle.html", "KLE-numre med og uden sager", "kle.html", when, (Part("", (table,)),), (), define)
    for r in groups:
        missing = gaps.get(r["hovedgruppe"], [])
        rows = tabulate(
            f"{danish.counted(len(missing), 'emne', 'emner')} mangler sager i en eller flere kommuner",
            missing,
            (Column("KLE-nummer", 0.8), lambda m: m["kle_nummer"]),
            (Column("Emne", 3), lambda m: m["emne"] or danish.MISSING),
            (Column("Kommuner uden sager", right=True), lambda m: few(m["kommuner"])),
            note="Emner, som mindst halvdelen af kommunens størrelsesklasse har sager på.",
            empty="Alle kommuner har sager på de emner, der er almindelige i deres størrelsesklasse.",
        )
        yield Page(
            directory.group_pages[r["hovedgruppe"]],
            group_title(r),
            "kle.html",
            f"{share.label} {share.text(r['daekningsgrad'])}. {when}",
            (Part("", (rows,)),),
            definitions=define,
            trail=trail,
        )


def sapa_page(edition: Edition) -> Page:
    """Which kinds of unit look up in SAPA: kinds that at least five municipalities have, and no municipality's name."""
    table = sapa.table_of_kinds(
        "De slags enheder, hvor flest er stille, står først",
        [row for row in sapa.kinds(edition) if row["er_anonym"]],
        note=f"Kun slags enheder, som mindst {SMALLEST_GROUP} kommuner har. Stille: ingen opslag i måneden.",
        empty="Ingen slags enheder findes i fem kommuner eller flere.",
    )
    months = edition.rows("select * from kpi.sapa_sum where maaned <= $maaned and niveau = 'alle' order by maaned")
    trend = [row for row in months if row["er_anonym"]][-24:]
    lines = Lines({"Opslag pr. bruger": [(r["maaned"], r["opslag_pr_bruger"]) for r in trend]}, "opslag pr. bruger")
    return Page(
        "sapa.html",
        "Hvem bruger SAPA?",
        "sapa.html",
        _sapa_headline(edition, months),
        (
            Part("Hvilke slags enheder er stille?", (table,)),
            *(
                (Part("Opslag pr. bruger", (Trend("Måned for måned", "Alle kommuner, der er med.", lines),)),)
                if trend
                else ()
            ),
        ),
        definitions=edition.define("kpi.sapa", "sapa_stille_enheder", "opslag_pr_bruger"),
    )


def _sapa_headline(edition: Edition, months: list[dict[str, Any]]) -> str:
    row = next((r for r in months if r["maaned"] == edition.month), None)
    if row is None:
        return f"Vi har ingen data om SAPA i {danish.month(edition.month)}."
    if not row["er_anonym"]:
        return "For få kommuner til at vise brugen af SAPA."
    return (
        f"{danish.number(row['enheder_stille'])} af {danish.number(row['enheder'])} enheder i"
        f" {danish.count(row['myndigheder'], 'kommune', 'kommuner')}"
        f" slog ikke op i {danish.month(edition.month)}."
    )
