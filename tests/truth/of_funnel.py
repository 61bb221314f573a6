"""The funnel's sums and what follows from its rows, its debt, its headline; and the words of codes.

The steps themselves, and how old a debt is, have their second way in ``tests/tragt/second_way.py``, over worlds of its
own: their columns are taken from the release here (``TAKEN``). What follows from them has its second way here.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import yaml

from .star import Row, Star, add, last_day, may_be_seen

DAY = timedelta(days=1)
_CODES = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts" / "_kode.yml"


def _possible(r: Row) -> bool:
    return bool(
        r["krav"] == "obligatorisk" and r["bruger_systemet"] and r["trin"] != "udfaset" and r["fravalg"] != "aldrig"
    )


def tilslutning_tragt(star: Star) -> Iterator[Row]:
    systems = {(s["navn"], s["uuid"]): i for i, s in star.systems.items()}
    for r in star.rows("kpi.tilslutning_tragt"):
        authority = star.cvr[r["cvr"]]
        system = systems[r["it_system"], r["it_system_uuid"]]
        interface = star.interface_ids.get(r["snitflade"]) if r["snitflade"] else None
        status = star.status_date(r["maaned"])
        told = star.declared[status].get((system, interface), {}) if status and interface else {}
        is_told = status is not None and status <= last_day(r["maaned"])
        step = _next_step(star, r, authority, system, interface)
        part = None
        if step == "spoerg_leverandoeren":
            part = "kombit"
        elif step == "klarmeld" or (step == "fjern_aarsagen" and r["aarsag"] != "ikke_efterspurgt"):
            part = "leverandoer"
        elif step:
            part = "begge" if step == "foerste_kald" else "kommune"
        yield {
            **{name: r[name] for name in TAKEN["kpi.tilslutning_tragt"]},
            "maaned": r["maaned"], **star.authority(authority), **star.system(system), **star.interface(interface),
            "dage": (last_day(r["maaned"]) - r["siden"]).days, "naeste_skridt": step, "naeste_part": part,
            "bruger_systemet": authority in star.users(r["maaned"])[system],
            "kan_ikke_maales": not star.is_measured(r["maaned"], interface) if interface else None,
            "klarmelding": told.get("klarmelding") if is_told and _has_sheet(star, r["maaned"]) else None,
            "krav": told.get("krav") if is_told and _has_list(star, r["maaned"]) else None,
        }  # fmt: skip


_NEXT = {
    "mulig": "spoerg_leverandoeren", "forpligtet": "klarmeld", "tilmeldt": "klarmeld", "aftale": "foerste_kald",
    "foerste_kald": "goer_brugen_stabil",
}  # fmt: skip


def _next_step(star: Star, r: Row, authority: int, system: int, interface: int | None) -> str | None:
    if r["trin"] == "klarmeldt":
        if r["klarmelding"] in ("Delvis", "Ensidig"):
            return "klarmeld"
        return "indgaa_aftale" if r["aftale_kan_ses"] else "tag_i_brug"
    if r["fravalg"] == "ikke_endnu":
        return "fjern_aarsagen"
    if r["trin"] == "udfaset":
        ends = [u["i_brug_til"] for u in star.told(r["maaned"])[authority, system] if u["i_brug_til"]]
        called = star.months_called.get((authority, system, interface), ())
        newest = max((m for m in called if m <= r["maaned"]), default=date.min)
        return "luk_eller_ret_registret" if max(add(r["maaned"], -2), max(ends) + DAY) <= newest else None
    return _NEXT.get(r["trin"])


def _has_sheet(star: Star, month: date) -> bool:
    return any(d <= last_day(month) for d in star.delivered.get("onboarding", ()))


def _has_list(star: Star, month: date) -> bool:
    return any(d <= last_day(month) for d in star.delivered.get("ski", ()))


def teknisk_gaeld(star: Star) -> Iterator[Row]:
    systems = {(s["navn"], s["uuid"]): i for i, s in star.systems.items()}
    cells: dict[tuple, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.tilslutning_tragt"):
        cells[r["maaned"], r["cvr"], r["it_system"], r["it_system_uuid"]].append(r)
    debts = {(r["maaned"], r["cvr"], r["it_system"], r["it_system_uuid"]): r for r in star.rows("kpi.teknisk_gaeld")}
    for (month, cvr, name, uuid), r in debts.items():
        system, authority = systems[name, uuid], star.cvr[cvr]
        possible = [c for c in cells[month, cvr, name, uuid] if _possible(c)]
        calls = star.by_interface(month)
        used = sum(authority in calls.get((system, star.interface_ids[c["snitflade"]]), ()) for c in possible)
        unmeasured = sum(c["kan_ikke_maales"] for c in possible)
        before = debts.get((add(month, -3), cvr, name, uuid))
        if star.behind(month) != star.behind(add(month, -3)):
            before = None
        owed = len(possible) - used - unmeasured
        yield {
            **{n: r[n] for n in TAKEN["kpi.teknisk_gaeld"]},
            "maaned": month, **star.authority(authority), **star.system(system), "mulige": len(possible),
            "realiseret": used, "gaeld": owed, "kan_ikke_maales": unmeasured,
            "gaeld_aendring": owed - before["gaeld"] if before else None,
            "gaeld_maaneder_aendring": r["gaeld_maaneder"] - before["gaeld_maaneder"] if before else None,
        }  # fmt: skip


_LEVELS: dict[str, tuple[str, ...]] = {
    "kommune": ("cvr", "kommune"),
    "it_system": ("it_system_uuid", "it_system", "leverandoer"),
    "leverandoer": ("leverandoer",),
    "snitflade": ("snitflade", "snitflade_navn"),
    "k98": (),
}
_NAMES = ("cvr", "kommune", "it_system_uuid", "it_system", "leverandoer", "snitflade", "snitflade_navn")


def tilslutning_tragt_sum(star: Star) -> Iterator[Row]:
    by_step = {
        (r["maaned"], r["niveau"], r["it_system_uuid"], r["it_system"], r["snitflade"], r["krav"])
        for r in star.rows("kpi.tilslutning_tragt_visning")
        if r["opdeling"] == "trin"
    }
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.tilslutning_tragt"):
        for level, known in _LEVELS.items():
            names = tuple(r[n] if n in known else None for n in _NAMES)
            groups[r["maaned"], level, names, r["krav"], r["trin"], r["fravalg"]].append(r)
    for (month, level, names, demand, step, decline), rows in groups.items():
        of = dict(zip(_NAMES, names, strict=True))
        days = sorted(r["dage"] for r in rows)
        middle = (days[len(days) // 2] + days[(len(days) - 1) // 2]) / 2
        is_own = level == "kommune"
        yield {
            "maaned": month, "niveau": level, **of, "krav": demand, "trin": step, "fravalg": decline,
            "antal": len(rows), "kommuner": len({r["cvr"] for r in rows}),
            "systemer": len({r["it_system_uuid"] or r["it_system"] for r in rows}) if is_own else None,
            "dage_midt": int(middle + 0.5) if is_own else None,
            "er_anonym": (month, level, of["it_system_uuid"], of["it_system"], of["snitflade"], demand) in by_step,
        }  # fmt: skip


_TOGETHER = {
    "mulig": "paa_vej", "forpligtet": "paa_vej", "tilmeldt": "paa_vej", "klarmeldt": "klar", "aftale": "klar",
    "foerste_kald": "i_brug", "stabil_brug": "i_brug", "fravalgt": "ude", "udfaset": "ude",
}  # fmt: skip


def tilslutning_tragt_visning(star: Star) -> Iterator[Row]:
    names = ("it_system_uuid", "it_system", "snitflade", "snitflade_navn")
    groups: dict[tuple, dict[tuple, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for r in star.rows("kpi.tilslutning_tragt"):
        for level in ("it_system", "snitflade", "k98"):
            member = tuple(r[n] if n in _LEVELS[level] else None for n in names)
            groups[r["maaned"], level, r["krav"]][member].append(r)
    for (month, level, demand), members in groups.items():
        for member, how in _how_finely(star, members).items():
            parts: dict[tuple, list[str]] = defaultdict(list)
            for r in members[member] if how else ():
                part = {"trin": r["trin"], "samlet": _TOGETHER[r["trin"]]}.get(how)
                parts[part, r["fravalg"] if how == "trin" else None].append(r["cvr"])
            for (part, decline), municipalities in parts.items():
                yield {
                    "maaned": month, "niveau": level, **dict(zip(names, member, strict=True)), "krav": demand,
                    "opdeling": how, "del": part, "fravalg": decline, "antal": len(municipalities),
                    "kommuner": len(set(municipalities)),
                }  # fmt: skip


# How the parts of a sum are called, from the whole to the single steps, and those that tell too much when alone.
_FINER: dict[str, tuple[Callable[[Row], str], set[str]]] = {
    "total": (lambda r: "", set()),
    "samlet": (lambda r: _TOGETHER[r["trin"]], {"klar", "i_brug", "ude"}),
    "trin": (
        lambda r: f"{r['trin']} {r['fravalg'] or ''}".strip(),
        {"udfaset", "stabil_brug", "foerste_kald", "aftale"},
    ),
}


def _can_be_shown(rows: Iterable[Row], how: str) -> bool:
    """Whether five stand behind each part, none of them for over half; of the whole only that there are five."""
    of, telling = _FINER[how]
    parts: dict[str, Counter[str]] = defaultdict(Counter)
    for r in rows:
        parts[of(r)][r["cvr"]] += 1
    if how == "total":
        return all(len(by) >= 5 for by in parts.values())
    return all(may_be_seen(by.values()) for by in parts.values()) and not (len(parts) == 1 and set(parts) <= telling)


def _how_finely(star: Star, members: dict[tuple, list[Row]]) -> dict[tuple, str]:
    """How each sum of a level is shown ('' is not at all): what is left of the whole must be fit to be shown too."""
    hows = ["", *_FINER]
    alone = {
        member: max((how for how in _FINER if _can_be_shown(rows, how)), key=hows.index, default="")
        for member, rows in members.items()
    }
    is_whole = not any(next(iter(members)))  # K98 leaves no rest
    rest = {}
    for how in _FINER:
        left = [r for m, rows in members.items() if hows.index(alone[m]) < hows.index(how) for r in rows]
        rest[how] = is_whole or not left or _can_be_shown(left, how)
    shown = {}
    for member, how in alone.items():
        if how == "trin" and not rest["trin"]:
            how = "samlet"
        shown[member] = "total" if how == "samlet" and not rest["samlet"] else how
    if not rest["total"] and any(shown.values()):
        ids = {(s["navn"], s["uuid"]): i for i, s in star.systems.items()}
        first = min(
            (m for m in shown if shown[m]),
            key=lambda m: (
                len({r["cvr"] for r in members[m]}),
                ids[m[1], m[0]] if m[1] else star.interface_ids.get(m[2], 0),
            ),
        )
        shown[first] = ""
    return shown


def tilslutning_hovedtal(star: Star) -> Iterator[Row]:
    first: dict[int, date] = {}
    real = {r["serviceaftale_id"] for r in star.rows("marts.dim_serviceaftale") if r["uuid"]}
    for r in star.rows("marts.fct_kald_maaned"):
        if r["serviceaftale_id"] in real:
            first[r["serviceaftale_id"]] = min(r["maaned"], first.get(r["serviceaftale_id"], date.max))
    systems = {(s["navn"], s["uuid"]): i for i, s in star.systems.items()}
    cells: dict[date, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.tilslutning_tragt"):
        cells[r["maaned"]].append(r)
    for month in star.months:
        if not _has_list(star, month):
            continue
        newest = max(d for d in star.delivered["ski"] if d <= last_day(month))
        demands = {key: r["krav"] for key, r in star.declared[newest].items() if r["krav"]}
        pairs = sum(k == "obligatorisk" for k in demands.values())
        possible = [c for c in cells[month] if _possible(c)]
        with_agreement = sum(
            star.has_agreement(
                month, star.cvr[c["cvr"]], systems[c["it_system"], c["it_system_uuid"]],
                star.interface_ids[c["snitflade"]],
            )
            for c in possible
        )  # fmt: skip
        calls = star.by_interface(month)
        called = sum(
            star.cvr[c["cvr"]]
            in calls.get((systems[c["it_system"], c["it_system_uuid"]], star.interface_ids[c["snitflade"]]), ())
            for c in possible
        )
        yield {
            "maaned": month, "kommuner": len(star.municipalities), "ski_systemer": len({s for s, _ in demands}),
            "obligatoriske_par": pairs, "muligt_loft": pairs * len(star.municipalities),
            "serviceaftaler": sum(m <= month for m in first.values()), "mulige_i_brug": len(possible),
            "med_aftale": with_agreement, "med_kald": called,
            "kitos_systemer": len({c["it_system_uuid"] or c["it_system"] for c in cells[month] if not c["snitflade"]}),
        }  # fmt: skip


def kode(star: Star) -> Iterator[Row]:
    (model,) = yaml.safe_load(_CODES.read_text(encoding="utf-8"))["models"]
    for of in model["config"]["meta"]["koder"]:
        for table in of["tabeller"]:
            for place, (code, word) in enumerate(of["ord"].items(), start=1):
                yield {
                    "tabel": table, "kolonne": of["kolonne"], "kode": code, "ord": word[0].upper() + word[1:],
                    "betydning": of.get("betydning", {}).get(code), "farve": of.get("farve", {}).get(code),
                    "orden": place,
                }  # fmt: skip


TAKEN = {
    "kpi.tilslutning_tragt": (
        "trin", "siden", "aarsag", "fravalg", "aftale_kan_ses", "naaet_forpligtet", "naaet_tilmeldt", "naaet_klarmeldt",
        "naaet_aftale", "naaet_foerste_kald", "naaet_stabil_brug",
    ),
    "kpi.teknisk_gaeld": (
        "gaeld_maaneder", "aeldste_gaeld_maaneder", "klarmeldt_uden_kald", "gamle_versioner", "udfaset_men_kalder",
        "fase", "fase_regel",
    ),
}  # fmt: skip
TABLES = {"marts.kode": kode} | {
    f"kpi.{make.__name__}": make
    for make in (
        tilslutning_tragt, teknisk_gaeld, tilslutning_tragt_sum, tilslutning_tragt_visning, tilslutning_hovedtal,
    )
}  # fmt: skip
