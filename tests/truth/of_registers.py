"""What registers tell, and what is possible by them: declarations, connection, the potential, its sums."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from .star import Row, Star, add, divided, in_force, last_day, middle

NEVER = ("Irrelevant", "Administrativt fjernet")


def gaeldende(star: Star) -> Iterator[Row]:
    extracts = {r["udtraeksdato"] for r in star.rows("marts.fct_kle_sager")}
    quarters = {r["kvartal"] for r in star.rows("marts.fct_folketal")}
    for month in star.months:
        yield {
            "maaned": month, "statusdato": star.status_date(month),
            "udtraeksdato": max((d for d in extracts if d <= last_day(month)), default=None),
            "folketal_kvartal": max((q for q in quarters if q <= month), default=None),
        }  # fmt: skip


def _demanded(star: Star, day: date) -> dict[int, list[str | None]]:
    """The declarations of what each system must have."""
    found: dict[int, list[str | None]] = defaultdict(list)
    for (system, _), r in star.declared[day].items():
        if r["krav"] == "obligatorisk":
            found[system].append(r["klarmelding"])
    return found


def _counted(declarations: list[str | None]) -> Row:
    demanded = sum(d not in NEVER for d in declarations)
    ready = declarations.count("Klarmeldt")
    return {"obligatoriske": demanded, "klarmeldte": ready, "delvise": declarations.count("Delvis")}


def tilslutning(star: Star) -> Iterator[Row]:
    for day, found in star.declared.items():
        demanded = _demanded(star, day)
        for system in {system for system, _ in found}:
            counted = _counted(demanded[system])
            yield {
                "statusdato": day, **star.system(system), **counted,
                "uoplyste": sum(d in (None, "Manglende info") for d in demanded[system]),
                "tilslutningsgrad": divided(float(counted["klarmeldte"]), counted["obligatoriske"]),
            }  # fmt: skip


def tilslutning_kommune(star: Star) -> Iterator[Row]:
    for day in star.declared:
        month = in_force(star.months, day)
        systems: dict[int, list[int]] = defaultdict(list)
        demanded = _demanded(star, day)
        for system in demanded:
            for authority in star.users(month)[system]:
                systems[authority].append(system)
        for authority, used in systems.items():
            sums = {
                name: sum(_counted(demanded[s])[name] for s in used)
                for name in ("obligatoriske", "klarmeldte", "delvise")
            }
            yield {
                "statusdato": day, "maaned": month, **star.authority(authority, "xyz_klasse"), "systemer": len(used),
                **sums, "tilslutningsgrad": divided(float(sums["klarmeldte"]), sums["obligatoriske"]),
            }  # fmt: skip


def klarmelding_reel(star: Star) -> Iterator[Row]:
    for month in star.months:
        day, calls = star.status_date(month), star.by_interface(month)
        told = star.declared[day] if day else {}
        for system, interface in calls.keys() | told.keys():
            r, by_authority = told.get((system, interface), {}), calls.get((system, interface), {})
            number, declared = sum(by_authority.values()), r.get("klarmelding")
            municipal = star.municipalities.keys() & by_authority.keys()
            if declared == "Klarmeldt":
                judged = "bekraeftet" if number else (
                    "klarmeldt_uden_kald" if star.is_measured(month, interface) else "kan_ikke_maales"
                )  # fmt: skip
            else:
                judged = "kald_uden_klarmelding" if number else (
                    "ikke_relevant" if declared in NEVER else "ikke_tilsluttet"
                )  # fmt: skip
            yield {
                "maaned": month, "statusdato": r.get("statusdato"), **star.system(system), **star.interface(interface),
                "klarmelding": declared, "krav": r.get("krav"), "kald_12m": number,
                "kommuner_med_kald": len(municipal), "vurdering": judged,
                "er_anonym": len(municipal) >= 5 and max(by_authority.values()) <= number / 2,
            }  # fmt: skip


def klarmelding_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.klarmelding_reel"):
        system = (r["it_system_uuid"], r["it_system"])
        groups[r["maaned"], "alle", None, None, None, r["vurdering"]].append(r)
        groups[r["maaned"], "leverandoer", None, None, r["leverandoer"], r["vurdering"]].append(r)
        groups[r["maaned"], "it_system", *system, None, r["vurdering"]].append(r)
    for (month, level, uuid, name, supplier, judged), rows in groups.items():
        yield {
            "maaned": month, "niveau": level, "it_system_uuid": uuid, "it_system": name, "leverandoer": supplier,
            "vurdering": judged, "antal": len(rows), "kraevede": sum(r["krav"] == "obligatorisk" for r in rows),
            "systemer": len({_system(r) for r in rows}), "kald_12m": sum(r["kald_12m"] for r in rows),
            "snitflader": ", ".join(sorted({r["snitflade"] for r in rows})),
        }  # fmt: skip


def klarmelding_haendelser(star: Star) -> Iterator[Row]:
    order = ("Nej", "Tilmeldt", "Ensidig", "Delvis", "Klarmeldt")
    sheets = [d for d in star.delivered.get("onboarding", ()) if d in star.declared]
    cells: dict[tuple[int, int], list[tuple[date, Row]]] = defaultdict(list)
    for key in {key for day in sheets for key in star.declared[day]}:
        cells[key] = [(day, star.declared[day].get(key, {})) for day in sheets]
    for (system, interface), told in cells.items():
        before, since = None, None
        for day, r in told:
            now = r.get("klarmelding")
            if now == before:
                continue
            if before is None or now is None or now in NEVER:
                way = "ny" if before is None else "vaek" if now is None else "ud"
            else:
                places = [order.index(d) if d in order else -1 for d in (before, now)]
                way = "frem" if places[1] > places[0] else "tilbage"
            yield {
                "statusdato": day, **star.system(system), **star.interface(interface), "fra": before, "til": now,
                "aarsag": r.get("aarsag"), "dage": (day - since).days if before and since else None, "retning": way,
            }  # fmt: skip
            before, since = now, day


def potentiale(star: Star) -> Iterator[Row]:
    for month in star.months:
        if day := star.status_date(month):
            for (system, interface), r in star.declared[day].items():
                if r["krav"] == "obligatorisk":
                    yield from _possible(star, month, system, interface, r)


def _possible(star: Star, month: date, system: int, interface: int, r: Row) -> Iterator[Row]:
    people = star.population(month)
    calls = {a: n for a, n in star.by_interface(month).get((system, interface), {}).items() if a in star.municipalities}
    rates = [calls[a] / people[a] for a in calls if people.get(a) and not star.is_phased_out(month, a, system)]
    rate, is_shown = middle(rates)
    declared = r["klarmelding"]
    is_declined = declared in NEVER or (declared == "Nej" and r["aarsag"] in ("produkt_udgaaet", "urentabel"))
    here = {
        a for a in star.users(month)[system]
        if not star.is_phased_out(month, a, system) and (a in calls or not is_declined)
    }  # fmt: skip
    for authority in here:
        if authority in calls:
            status, state = "realiseret", "i_brug"
        elif not star.is_measured(month, interface):
            status = state = "kan_ikke_maales"
        else:
            state = "andre_i_gang" if calls else "klarmeldt_ubrugt" if declared == "Klarmeldt" else "ikke_klar"
            status = "tilslutning" if state == "ikke_klar" else "udbredelse"
        known = rate is not None and authority in people
        yield {
            "maaned": month, **star.authority(authority), **star.system(system), **star.interface(interface),
            "klarmelding": declared, "status": status, "tilstand": state,
            "aftale_i_kraft": star.has_agreement(month, authority, system, interface),
            "aktive": len(here & calls.keys()), "anvendere": len(here), "kald_12m": calls.get(authority, 0),
            "forventede_kald": float(rate * people[authority]) if known and rate is not None else None,
            "er_anonym": is_shown,
        }  # fmt: skip


def _system(r: Row) -> str:
    return str(r["it_system_uuid"] or r["it_system"])


def _numbers(rows: Iterable[Row], name: str, *values: str) -> dict[str, int]:
    found = [r[name] for r in rows]
    return {v: found.count(v) for v in values}


def _expected(rows: Iterable[Row]) -> float | None:
    known = [r["forventede_kald"] for r in rows if r["forventede_kald"] is not None]
    return float(sum(known)) if known else None


def potentiale_kommune(star: Star) -> Iterator[Row]:
    size = {r["cvr"]: r["xyz_klasse"] for r in star.authorities.values()}
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.potentiale"):
        groups[r["maaned"], r["cvr"], r["kommune"]].append(r)
    for (month, cvr, name), rows in groups.items():
        statuses = _numbers(rows, "status", "realiseret", "udbredelse", "tilslutning", "kan_ikke_maales")
        left = [r for r in rows if r["status"] != "realiseret"]
        lacking = [r for r in rows if r["tilstand"] in ("andre_i_gang", "klarmeldt_ubrugt", "ikke_klar")]
        yield {
            "maaned": month, "cvr": cvr, "kommune": name, "xyz_klasse": size[cvr],
            "systemer": len({_system(r) for r in rows}), "mulige": len(rows), **statuses,
            "aftale_i_kraft": sum(r["status"] == "udbredelse" and r["aftale_i_kraft"] for r in rows),
            **_numbers(rows, "tilstand", "andre_i_gang", "klarmeldt_ubrugt", "ikke_klar"), "mangler": len(lacking),
            "mangler_hos_tre": sum(sorted(Counter(r["leverandoer"] for r in lacking).values())[-3:]),
            "systemer_mangler": len({_system(r) for r in lacking}),
            "realiseringsgrad": divided(float(statuses["realiseret"]), len(rows) - statuses["kan_ikke_maales"]),
            "forventede_kald": _expected(r for r in left if r["er_anonym"]),
            "for_faa": sum(r["forventede_kald"] is not None and not r["er_anonym"] for r in left),
        }  # fmt: skip


_SUMMED = (
    "mulige", "realiseret", "udbredelse", "tilslutning", "kan_ikke_maales", "aftale_i_kraft", "andre_i_gang",
    "klarmeldt_ubrugt", "ikke_klar", "mangler",
)  # fmt: skip


def potentiale_k98(star: Star) -> Iterator[Row]:
    by_month: dict[date, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.potentiale_kommune"):
        by_month[r["maaned"]].append(r)
    suppliers: dict[date, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.potentiale_sum"):
        if r["niveau"] == "leverandoer":
            suppliers[r["maaned"]].append(r)
    for month, rows in by_month.items():
        under_way = [r["andre_i_gang"] for r in suppliers[month]]
        missing = [r["andre_i_gang"] + r["klarmeldt_ubrugt"] + r["ikke_klar"] for r in suppliers[month]]
        sums = {name: sum(r[name] for r in rows) for name in (*_SUMMED, "for_faa")}
        yield {
            "maaned": month, "kommuner": len(rows), **sums, "mangler_hos_tre": sum(sorted(missing)[-3:]),
            "andre_i_gang_hos_tre": sum(sorted(under_way)[-3:]),
            "realiseringsgrad": divided(float(sums["realiseret"]), sums["mulige"] - sums["kan_ikke_maales"]),
            "forventede_kald": _expected(rows),
        }  # fmt: skip


_STATES = ("i_brug", "andre_i_gang", "klarmeldt_ubrugt", "ikke_klar", "kan_ikke_maales")
_LEVELS: dict[str, tuple[str, ...]] = {
    "k98": (),
    "it_system": ("it_system_uuid", "it_system", "leverandoer"),
    "it_system_snitflade": (
        "it_system_uuid", "it_system", "leverandoer", "snitflade", "snitflade_navn", "klarmelding",
    ),
    "leverandoer": ("leverandoer",),
    "snitflade": ("snitflade", "snitflade_navn"),
}  # fmt: skip


def potentiale_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple, list[Row]] = defaultdict(list)
    used: dict[tuple, set[str]] = defaultdict(set)
    names = _LEVELS["it_system_snitflade"]
    for r in star.rows("kpi.potentiale"):
        for level, known in _LEVELS.items():
            key = tuple(r[n] if n in known else None for n in names)
            groups[r["maaned"], level, key].append(r)
            if r["tilstand"] == "i_brug":
                used[r["maaned"], level, key[:4]].add(r["cvr"])
    for (month, level, key), rows in groups.items():
        states = _numbers(rows, "tilstand", *_STATES)
        now = len({r["cvr"] for r in rows if r["tilstand"] == "i_brug"})
        quarter = add(month, -3)
        is_alike = star.behind(quarter) == star.behind(month)
        before = len(used.get((quarter, level, key[:4]), ())) if is_alike else 0
        yield {
            "maaned": month, "niveau": level, **dict(zip(names, key, strict=True)),
            "kommuner": len({r["cvr"] for r in rows}), "kommuner_i_brug": now, "kommuner_i_brug_kvartal_foer": before,
            "mulige": len(rows), **states,
            "realiseringsgrad": divided(float(states["i_brug"]), len(rows) - states["kan_ikke_maales"]),
            "kald_12m": sum(r["kald_12m"] for r in rows),
            "forventede_kald": _expected(r for r in rows if r["tilstand"] != "i_brug" and r["er_anonym"]),
            "er_anonym": len({r["cvr"] for r in rows}) >= 5, "brug_er_anonym": now >= 5,
            "er_flyttet": now != before and now >= 5 and before >= 5,
        }  # fmt: skip


def potentiale_omraade(star: Star) -> Iterator[Row]:
    groups: dict[tuple, list[Row]] = defaultdict(list)
    areas: dict[tuple[date, str], set[str]] = defaultdict(set)
    for r in star.rows("marts.ski_use_case"):
        named = star.systems[r["it_system_id"]]
        areas[r["statusdato"], str(named["uuid"] or named["navn"])].add(r["ydelsesomraade"])
    for r in star.rows("kpi.potentiale_sum"):
        if r["niveau"] == "it_system":
            day = star.status_date(r["maaned"])
            for area in (areas.get((day, _system(r))) if day else None) or {None}:
                groups[r["maaned"], area].append(r)
    for (month, area), rows in groups.items():
        sums = {n: sum(r[n] for r in rows) for n in ("mulige", *_STATES)}
        yield {
            "maaned": month, "ydelsesomraade": area, "systemer": len(rows), **sums,
            "realiseringsgrad": divided(float(sums["i_brug"]), sums["mulige"] - sums["kan_ikke_maales"]),
        }  # fmt: skip


def fravalg_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.tilslutning_tragt"):
        if r["trin"] == "fravalgt":
            groups[r["maaned"], r["krav"], r["aarsag"], r["fravalg"]].append(r)
    for (month, demand, reason, decline), rows in groups.items():
        yield {
            "maaned": month, "krav": demand, "aarsag": reason, "fravalg": decline, "antal": len(rows),
            "systemer": len({_system(r) for r in rows}), "kommuner": len({r["cvr"] for r in rows}),
        }  # fmt: skip


def teknisk_gaeld_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.teknisk_gaeld"):
        groups[r["maaned"], r["it_system_uuid"], r["it_system"], r["leverandoer"]].append(r)
    for (month, uuid, name, supplier), rows in groups.items():
        owing = sum(r["gaeld"] > 0 for r in rows)
        oldest = [r["aeldste_gaeld_maaneder"] for r in rows if r["aeldste_gaeld_maaneder"] is not None]
        yield {
            "maaned": month, "it_system_uuid": uuid, "it_system": name, "leverandoer": supplier,
            "gaeld": sum(r["gaeld"] for r in rows), "aeldste_gaeld_maaneder": max(oldest, default=None),
            "kommuner": owing, "kommuner_maalt": sum(r["mulige"] > r["kan_ikke_maales"] for r in rows),
            "anvendere": sum(r["fase"] not in ("anskaffelse", "udfaset") for r in rows), "er_anonym": owing >= 5,
        }  # fmt: skip


TABLES = {"marts.gaeldende": gaeldende} | {
    f"kpi.{make.__name__}": make
    for make in (
        tilslutning, tilslutning_kommune, klarmelding_reel, klarmelding_sum, klarmelding_haendelser, potentiale,
        potentiale_kommune, potentiale_k98, potentiale_sum, potentiale_omraade, fravalg_sum, teknisk_gaeld_sum,
    )
}  # fmt: skip
