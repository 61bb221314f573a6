"""Pages of KLE main groups: the same for all readers, so never how many cases, and never whose."""

from collections.abc import Iterator
from typing import Any

from orchestration.report import danish
from orchestration.report.directory import Directory, group_title
from orchestration.report.document import Column, tabulate
from orchestration.report.edition import Edition
from orchestration.report.web_blocks import Part
from orchestration.report.webpages import Page


def pages(edition: Edition, directory: Directory) -> Iterator[Page]:
    """A page per KLE main group: how many municipalities lack cases on its common subjects. Never how many cases."""
    groups = edition.rows(
        """select hovedgruppe, min(hovedgruppe_titel) as hovedgruppe_titel, count(*) as kommuner,
            count(*) filter (where daekningsgrad = 1) as hele,
            sum(emner_daekket) / nullif(cast(sum(emner_med_sager_xyz) as double), 0) as grad
        from kpi.kle_daekning where udtraeksdato = $udtraek and emner_med_sager_xyz > 0
        group by hovedgruppe order by hovedgruppe"""
    )
    gaps: dict[str, list[dict[str, Any]]] = {}
    for r in edition.rows(
        """select hovedgruppe, kle_nummer, any_value(emne) as emne, count(*) as kommuner from kpi.kle_huller
        where udtraeksdato = $udtraek group by all order by kle_nummer"""
    ):
        gaps.setdefault(r["hovedgruppe"], []).append(r)
    share = edition.measure("daekningsgrad", "kpi.kle_daekning")
    when = f"Udtræk fra {danish.day(edition.extract)}." if edition.extract else "Der er ingen udtræk."
    table = tabulate(
        "Dækning i hovedgrupperne",
        groups,
        (Column("Hovedgruppe", 3), group_title),
        (Column(share.label, right=True), lambda r: share.text(r["grad"])),
        (Column("Kommuner uden huller", right=True), lambda r: f"{r['hele']} af {r['kommuner']}"),
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
            (Column("Kommuner uden sager", right=True), lambda m: danish.number(m["kommuner"])),
            note="Emner, som mindst halvdelen af kommunens størrelsesklasse har sager på.",
            empty="Alle kommuner har sager på de emner, der er almindelige i deres størrelsesklasse.",
        )
        yield Page(
            directory.group_pages[r["hovedgruppe"]],
            group_title(r),
            "kle.html",
            f"{share.label} {share.text(r['grad'])}. {when}",
            (Part("", (rows,)),),
            definitions=define,
            trail=trail,
        )
