"""Pages of systems, interfaces and KLE groups: the same for all readers, so counts and distributions only."""

from collections.abc import Callable, Iterator
from typing import Any

from orchestration.report import danish, tilslutning
from orchestration.report.document import Column, Section, Table, tabulate
from orchestration.report.edition import Edition
from orchestration.report.file_names import file_names
from orchestration.report.municipality import SystemNames
from orchestration.report.webpages import Page


def systems(edition: Edition) -> Iterator[Page]:
    """A page per system on SKI's list or in the status sheet, and the list of them."""
    found = tilslutning.systems(edition)
    states = {
        (r["it_system"], r["it_system_uuid"]): r
        for r in edition.rows("select * from kpi.tilslutning where statusdato = $statusdato")
    }
    counted = {
        (r["it_system"], r["it_system_uuid"]): r
        for r in edition.rows(
            """select it_system, it_system_uuid, count(*) as mulige,
            count(*) filter (where status = 'realiseret') as i_brug,
            count(distinct cvr) as kommuner from kpi.potentiale where maaned = $maaned group by all"""
        )
    }
    rows = [{"system": s, "stand": states[s.name, s.uuid], "brug": counted.get((s.name, s.uuid), {})} for s in found]
    share = edition.measure("tilslutningsgrad", "kpi.tilslutning")
    table = tabulate(
        f"{danish.counted(len(rows), 'system', 'systemer')} på SKI’s liste eller i onboardingarket",
        rows,
        (Column("System", 2), lambda r: r["system"].shown),
        (Column("Leverandør", 1.6), lambda r: r["system"].supplier),
        (Column("Klarmeldte", 1, right=True), lambda r: f"{r['stand']['klarmeldte']} af {r['stand']['obligatoriske']}"),
        (Column(share.label, 1, right=True), lambda r: share.text(r["stand"]["tilslutningsgrad"])),
        (Column("Kommuner", 0.8, right=True), lambda r: danish.number(r["brug"].get("kommuner"))),
        (
            Column("I brug", 1, right=True),
            lambda r: f"{r['brug']['i_brug']} af {r['brug']['mulige']}" if r["brug"] else danish.MISSING,
        ),
    )
    names = tilslutning.file_names_of(found)
    links = tuple((f"system/{names[s.identity]}.html", s.shown) for s in found)
    yield Page(
        "systemer.html",
        "It-systemer",
        "systemer.html",
        table.title,
        (Section("Alle systemer", (table,)),),
        links,
        definitions=edition.define("kpi.tilslutning", "tilslutningsgrad"),
    )
    for system in found:
        document = tilslutning.build(edition, system, public=True)
        yield Page(
            f"system/{names[system.identity]}.html",
            system.shown,
            "systemer.html",
            document.headline,
            (Section("Tilslutning", document.front), document.sections[0]),
            definitions=document.definitions,
            notes=document.notes,
            trail=(("systemer.html", "Systemer"),),
        )


def interfaces(edition: Edition) -> Iterator[Page]:
    """A page per interface: the systems that must have it, and the services behind it."""
    names = SystemNames(edition)
    potential = _grouped(
        edition.rows(
            """select snitflade, it_system, it_system_uuid, count(*) as mulige,
            count(*) filter (where status = 'realiseret') as i_brug,
            count(*) filter (where status = 'udbredelse') as klar,
            count(*) filter (where status = 'tilslutning') as mangler,
            count(*) filter (where status = 'kan_ikke_maales') as umaalte
        from kpi.potentiale where maaned = $maaned group by all order by it_system collate da, it_system_uuid"""
        )
    )
    services = _grouped(
        edition.rows("select * from kpi.service_konsekvens where maaned = $maaned order by service, version")
    )
    known = edition.rows(
        "select snitflade, navn from marts.dim_snitflade where snitflade_id <> 0"
        " order by snitflade not like 'SF%', snitflade"
    )
    known = [r for r in known if r["snitflade"] in potential or r["snitflade"] in services]
    files = file_names({r["snitflade"]: r["snitflade"] for r in known})
    links = tuple((f"snitflade/{files[r['snitflade']]}.html", _title(r)) for r in known)
    yield Page(
        "snitflader.html",
        "Snitflader",
        "snitflader.html",
        f"{danish.counted(len(known), 'snitflade', 'snitflader')} er krævet eller i brug.",
        (),
        links,
    )
    for r in known:
        rows, behind = potential.get(r["snitflade"], []), services.get(r["snitflade"], [])
        used, possible = sum(p["i_brug"] for p in rows), sum(p["mulige"] for p in rows)
        lead = (
            f"I brug i {danish.number(used)} af {danish.number(possible)} mulige anvendelser."
            if possible
            else "Ingen SKI-systemer i brug har snitfladen som krav."
        )
        yield Page(
            f"snitflade/{files[r['snitflade']]}.html",
            _title(r),
            "snitflader.html",
            lead,
            (
                Section("Systemer, der skal have den", (_by_system(rows, names),)),
                Section("Services bag den", (_services(behind),)),
            ),
            definitions=edition.define("kpi.potentiale_k98", "mulige", "realiseret", "udbredelsespotentiale"),
            trail=(("snitflader.html", "Snitflader"),),
        )


def _title(row: dict[str, Any]) -> str:
    return row["snitflade"] if row["snitflade"] == row["navn"] else f"{row['snitflade']} {row['navn']}"


def _grouped(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["snitflade"], []).append(row)
    return found


def _by_system(rows: list[dict[str, Any]], names: Callable[[dict[str, Any]], str]) -> Table:
    return tabulate(
        f"{danish.counted(len(rows), 'system', 'systemer')} skal have snitfladen",
        rows,
        (Column("System", 2), names),
        (Column("Kommuner, der bruger systemet", right=True), lambda r: danish.number(r["mulige"])),
        (Column("I brug", right=True), lambda r: danish.number(r["i_brug"])),
        (Column("Udbredelse", right=True), lambda r: danish.number(r["klar"])),
        (Column("Tilslutning", right=True), lambda r: danish.number(r["mangler"])),
        (Column("Kan ikke måles", right=True), lambda r: danish.number(r["umaalte"])),
        empty="Ingen SKI-systemer i brug har den som krav.",
    )


def _services(rows: list[dict[str, Any]]) -> Table:
    return tabulate(
        f"{danish.counted(len(rows), 'service', 'services')} med kald på 12 måneder",
        rows,
        (Column("Service", 2.4), lambda r: f"{r['service']} {r['version'] or ''}".strip()),
        (Column("Systemer", right=True), lambda r: danish.number(r["systemer"])),
        (Column("Leverandører", right=True), lambda r: danish.number(r["leverandoerer"])),
        (Column("Kommuner", right=True), lambda r: danish.number(r["kommuner"])),
        (Column("Kald på 12 mdr.", right=True), _public_calls),
        (Column("Nyere version"), lambda r: r["nyere_version"] or ""),
        empty="Ingen services bag snitfladen har kald.",
    )


def _public_calls(row: dict[str, Any]) -> str:
    return danish.number(row["kald_12m"]) if row["er_anonym"] else danish.TOO_FEW


def subjects(edition: Edition) -> Iterator[Page]:
    """A page per KLE main group: how many municipalities lack cases on its common subjects. Never how many cases."""
    groups = edition.rows(
        """select hovedgruppe, min(hovedgruppe_titel) as titel, count(*) as kommuner,
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
        (Column("Hovedgruppe", 3), _group_title),
        (Column(share.label, right=True), lambda r: share.text(r["grad"])),
        (Column("Kommuner uden huller", right=True), lambda r: f"{r['hele']} af {r['kommuner']}"),
        (Column("Emner med huller", right=True), lambda r: danish.number(len(gaps.get(r["hovedgruppe"], [])))),
        empty="Der er ingen udtræk af KLE-sager.",
    )
    trail = (("kle.html", "KLE"),)
    files = file_names({r["hovedgruppe"]: r["hovedgruppe"] for r in groups})
    links = tuple((f"kle/{files[r['hovedgruppe']]}.html", _group_title(r)) for r in groups)
    define = (*edition.define("kpi.kle_daekning", "daekningsgrad"), *edition.define("kpi.kle_huller", "kle_huller"))
    yield Page(
        "kle.html", "KLE-numre med og uden sager", "kle.html", when, (Section("Hovedgrupper", (table,)),), links, define
    )
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
            f"kle/{files[r['hovedgruppe']]}.html",
            _group_title(r),
            "kle.html",
            f"{share.label} {share.text(r['grad'])}. {when}",
            (Section("Emner", (rows,)),),
            definitions=define,
            trail=trail,
        )


def _group_title(row: dict[str, Any]) -> str:
    return f"{row['hovedgruppe']} {row['titel'] or ''}".strip()
