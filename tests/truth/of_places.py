"""Where a municipality stands among the others, and what is worth saying of it: places, findings, steps."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from .star import Row, Star, add, divided, five_near, last_day, of_several

_WEIGHTS = Path(__file__).resolve().parents[2] / "reference" / "vaegte.csv"
_FEWEST = 5


@cache
def weights() -> dict[tuple[str, str], Row]:
    """Weights and limits, by subject and code."""
    with _WEIGHTS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    numbers = ("raekkefoelge", "vaegt", "mindst", "afstand", "skala")
    return {
        (r["emne"], r["kode"]): {
            **r,
            **{n: float(r[n]) if r[n] else None for n in numbers},
            "betydning": r["betydning"] or None,
        }
        for r in rows
    }


def _values(star: Star) -> Iterator[tuple[str, date, str | None, str | None, str, int, int]]:
    """Measure, date, platform, area, municipality, how many, of how many."""
    calls: dict[tuple, dict[str, int]] = defaultdict(dict)
    for r in star.rows("kpi.kald_pr_indbygger"):
        calls[r["maaned"], r["platform"], r["dataomraade"]][r["cvr"]] = r["kald"]
    sums: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    people = {
        month: {
            star.municipalities[k]["cvr"]: n
            for k, n in star.population(month).items()
            if n and k in star.municipalities
        }
        for month, *_ in calls
    }
    for (month, platform, area), by_cvr in calls.items():
        for cvr, inhabitants in people[month].items():
            number = by_cvr.get(cvr, 0)
            yield "kald_pr_indbygger", month, platform, area, cvr, number, inhabitants
            for of in (area, "alle"):
                sums[month, of][cvr] += number
    usable = {r["maaned"] for r in star.rows("marts.maaned_status") if r["platform"] == "alle" and r["kan_bruges"]}
    for (month, area), by_cvr in sums.items():
        before = add(month, -12)
        for cvr, number in by_cvr.items():
            yield "kald_pr_indbygger", month, "alle", area, cvr, number, people[month][cvr]
            if area == "alle" and {month, before} <= usable and sums.get((before, area), {}).get(cvr):
                yield "kald_af_aaret_foer", month, None, None, cvr, number, sums[before, area][cvr]
    for measure, table, day, over, under in (
        ("daekningsgrad", "kpi.kle_daekning", "udtraeksdato", "emner_daekket", "emner_med_sager_xyz"),
        ("opslag_pr_bruger", "kpi.sapa", "maaned", "opslag", "brugere"),
        ("tilslutningsgrad", "kpi.tilslutning_kommune", "statusdato", "klarmeldte", "obligatoriske"),
    ):
        added: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
        for r in star.rows(table):
            added[r[day], r["cvr"]][0] += r[over]
            added[r[day], r["cvr"]][1] += r[under] or 0
        for (when, cvr), (number, of) in added.items():
            yield measure, when, None, None, cvr, number, of
    for r in star.rows("kpi.potentiale_kommune"):
        yield "realiseringsgrad", r["maaned"], None, None, r["cvr"], r["realiseret"], r["mulige"] - r["kan_ikke_maales"]


def benchmark_fordeling(star: Star) -> Iterator[Row]:
    of = {r["cvr"]: r for r in star.municipalities.values()}
    found: dict[tuple, dict[tuple[str, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    for measure, day, platform, area, cvr, number, among in _values(star):
        if among and cvr in of:
            groups = {"alle": "Alle kommuner", **{n: of[cvr][n] for n in ("xyz_klasse", "region", "landsdel")}}
            for grouping, group in groups.items():
                if group:
                    found[measure, day, platform, area][grouping, group].append(number / among)
    for (measure, day, platform, area), groups_of in found.items():
        enough = {key: values for key, values in groups_of.items() if len(values) >= _FEWEST}
        most = max(map(len, enough.values()), default=0)
        for (grouping, group), values in enough.items():
            if 0 < most - len(values) < _FEWEST:
                continue
            low, mid, high = (of_several(five_near(values, share)) for share in (0.25, 0.5, 0.75))
            has_quarters = len(values) >= 2 * _FEWEST
            yield {
                "maal": measure, "dato": day, "platform": platform, "dataomraade": area, "gruppering": grouping,
                "gruppe": group, "kommuner": len(values), "nedre_kvartil": low if has_quarters else None,
                "median": mid, "oevre_kvartil": high if has_quarters else None,
            }  # fmt: skip


def placering(star: Star) -> Iterator[Row]:
    spread = {
        (r["maal"], r["dato"], r["gruppe"]): r
        for r in star.rows("kpi.benchmark_fordeling")
        if {r["platform"], r["dataomraade"]} <= {"alle", None} and r["gruppering"] in ("alle", "xyz_klasse")
    }
    values: dict[tuple[str, date], dict[str, tuple[int, int]]] = defaultdict(dict)
    for measure, day, platform, area, cvr, number, among in _values(star):
        if {platform, area} <= {"alle", None} and among:
            values[measure, day][cvr] = (number, among)
    standing: dict[tuple[date, str], tuple[date, dict[str, tuple[int, int]]]] = {}
    for r in star.rows("marts.gaeldende"):
        month = r["maaned"]
        for measure in {m for m, _ in values}:
            day = {"tilslutningsgrad": r["statusdato"], "daekningsgrad": r["udtraeksdato"]}.get(measure, month)
            if day and day <= last_day(month) and (measure, day) in values:
                standing[month, measure] = (day, values[measure, day])
    for (month, measure), (day, by_cvr) in standing.items():
        shares = {cvr: number / among for cvr, (number, among) in by_cvr.items()}
        everybody = spread.get((measure, day, "Alle kommuner"), {})
        quarter, year = (
            standing.get((before, measure), (None, {}))[1]
            if measure != "realiseringsgrad" or star.behind(before) == star.behind(month) else {}
            for before in (add(month, -3), add(month, -12))
        )  # fmt: skip
        for cvr, (number, among) in by_cvr.items():
            own = shares[cvr]
            here, above = sum(v == own for v in shares.values()), sum(v > own for v in shares.values())
            of = star.authorities[star.cvr[cvr]]
            yield {
                "maaned": month, "cvr": cvr, "kommune": of["navn"], "xyz_klasse": of["xyz_klasse"], "maal": measure,
                "dato": day, "taeller": number, "grundlag": among, "vaerdi": own, "plads": 1 + above,
                "paa_pladsen": here, "blandt": len(shares),
                "er_sidst": above + here == len(shares) and len(shares) > here,
                **{name: everybody.get(name) for name in ("nedre_kvartil", "median", "oevre_kvartil")},
                "klassens_median": spread.get((measure, day, of["xyz_klasse"]), {}).get("median"),
                "taeller_kvartal_foer": quarter[cvr][0] if cvr in quarter else None,
                "vaerdi_kvartal_foer": divided(float(quarter[cvr][0]), quarter[cvr][1]) if cvr in quarter else None,
                "vaerdi_aar_foer": divided(float(year[cvr][0]), year[cvr][1]) if cvr in year else None,
            }  # fmt: skip


def _number(number: float) -> str:
    return f"{round(number):,}".replace(",", ".")


def _half_up(number: float) -> int:
    return int(number + 0.5)


def _percent(share: float) -> str:
    tenths = _half_up(1000 * share)
    return f"{_number(tenths // 10)},{tenths % 10}\u00a0%"


Finding = dict[str, Any]


def _by_place(star: Star) -> Iterator[Finding]:
    best: dict[tuple[date, str, str], tuple[int, list[int]]] = {}
    chosen: dict[tuple[date, str, str], Finding] = {}
    for r in star.rows("kpi.placering"):
        last = r["plads"] + r["paa_pladsen"] - 1
        for kind, measure in (("til", "tilslutningsgrad"), ("udb", "realiseringsgrad")):
            limit = weights()["fund", kind]["afstand"] / 100
            is_low = last > 0.75 * r["blandt"] and r["median"] is not None and r["vaerdi"] < r["median"] - limit
            if r["maal"] == measure and (r["er_sidst"] or is_low):
                degree = 0.5 + 0.5 * (last - 0.75 * r["blandt"]) / (0.25 * r["blandt"])
                yield {**r, "slags": kind, "grad": min(1, max(0, degree)), "midte": r["median"]}
        of = weights()
        kind = "brug" if r["maal"] == "kald_pr_indbygger" else "frem"
        if r["maal"] not in ("tilslutningsgrad", "realiseringsgrad", "daekningsgrad", "kald_pr_indbygger"):
            continue
        if kind == "frem" and r["grundlag"] < of["fund", "frem"]["mindst"]:
            continue
        limit = of["fund", kind]["afstand"]
        if r["plads"] <= limit and r["paa_pladsen"] <= limit and r["blandt"] > 2 * limit:
            key, order = (r["maaned"], r["cvr"], kind), (r["plads"], [-ord(c) for c in r["maal"]])
            if key not in best or order < best[key]:
                best[key], chosen[key] = order, {**r, "slags": kind, "grad": 1.0, "midte": r["median"]}
    yield from chosen.values()


def _by_distance(star: Star) -> Iterator[Finding]:
    fall, cases = weights()["fund", "fald"], weights()["fund", "kle"]
    for r in star.rows("kpi.placering"):
        if r["maal"] == "kald_af_aaret_foer" and r["median"] is not None:
            below = r["median"] - r["vaerdi"]
            if r["vaerdi"] <= 1 - fall["mindst"] / 100 and r["vaerdi"] <= r["median"] - fall["afstand"] / 100:
                yield {**r, "slags": "fald", "grad": min(1, below * 100 / fall["skala"]), "midte": r["median"]}
        if r["maal"] == "daekningsgrad" and r["klassens_median"] is not None:
            lacking, mid = r["grundlag"] - r["taeller"], r["klassens_median"]
            if lacking >= cases["mindst"] and r["vaerdi"] <= mid - cases["afstand"] / 100:
                degree = min(1, (mid - r["vaerdi"]) * 100 / cases["skala"])
                yield {**r, "slags": "kle", "grad": degree, "midte": mid, "taeller": lacking}


def _by_number(star: Star) -> Iterator[Finding]:
    of = {code: w for (subject, code), w in weights().items() if subject == "fund"}
    possible = {(r["maaned"], r["cvr"]): r for r in star.rows("kpi.potentiale_kommune")}

    def found(
        month: date, cvr: str, kind: str, degree: float | None, number: int, among: int | None, value: Any
    ) -> Row:
        return {
            "maaned": month, "cvr": cvr, "slags": kind, "grad": min(1, max(0, degree if degree is not None else 1)),
            "taeller": number, "grundlag": among, "vaerdi": value, "maal": None, "midte": None, "plads": None,
            "blandt": None,
        }  # fmt: skip

    for month in star.months:
        for r in star.municipalities.values():
            p = possible.get((month, r["cvr"]))
            among = p["mulige"] - p["kan_ikke_maales"] if p else 0
            yield found(
                month, r["cvr"], "vel", 1.0, p["realiseret"] if p else 0, among, float(p["andre_i_gang"] if p else 0)
            )
    holes: dict[tuple[date, str], int] = defaultdict(int)
    for r in star.rows("kpi.potentiale"):
        is_common = r["aktive"] >= _FEWEST and r["aktive"] * 100 >= of["hul"]["afstand"] * r["anvendere"]
        holes[r["maaned"], r["cvr"]] += r["tilstand"] == "andre_i_gang" and is_common
    for (month, cvr), p in possible.items():
        among = p["mulige"] - p["kan_ikke_maales"]
        for kind, number in (("tvivl", p["klarmeldt_ubrugt"]), ("hul", holes[month, cvr])):
            if number >= of[kind]["mindst"]:
                yield found(month, cvr, kind, divided(number * 100.0, of[kind]["skala"] * among), number, among, None)
    debts: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for r in star.rows("kpi.teknisk_gaeld"):
        debts[r["maaned"], r["cvr"]].append(r)
    for (month, cvr), rows in debts.items():
        owed = sum(r["gaeld"] for r in rows)
        age = divided(float(sum(r["gaeld_maaneder"] or 0 for r in rows)), owed)
        if owed >= of["gaeld"]["mindst"] and age is not None and age > of["gaeld"]["afstand"]:
            measured = sum(r["mulige"] - r["kan_ikke_maales"] for r in rows)
            degree = (age - of["gaeld"]["afstand"]) / of["gaeld"]["skala"]
            yield found(month, cvr, "gaeld", degree, owed, measured, age)
    for (month, cvr), (units, silent, users, all_users) in _units(star, of["sapa"]["afstand"]).items():
        if silent >= of["sapa"]["mindst"]:
            share = divided(float(users), all_users)
            degree = None if share is None else share * 100 / of["sapa"]["skala"]
            yield found(month, cvr, "sapa", degree, silent, units, share)
    known = {r["cvr"] for r in star.municipalities.values()}
    for month in star.months:
        deviations: dict[str, int] = defaultdict(int)
        for r in star.rows("kpi.afvigelser"):
            if r["cvr"] in known and r["fra"] <= last_day(month) and r["til"] >= add(month, -2):
                deviations[r["cvr"]] += 1
        for cvr, number in deviations.items():
            yield found(month, cvr, "drift", 1.0, number, None, None)


def _units(star: Star, months: float) -> dict[tuple[date, str], tuple[int, int, int, int]]:
    """Units with five users at least, those of them that are silent, and the users of both, silent ones first."""
    found: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for r in star.rows("kpi.sapa"):
        if (r["brugere"] or 0) >= _FEWEST:
            found[r["maaned"], r["cvr"]].append(r)
    numbers = {}
    for key, rows in found.items():
        silent = [r for r in rows if r["maaneder_stille"] >= months]
        numbers[key] = (len(rows), len(silent), sum(r["brugere"] for r in silent), sum(r["brugere"] for r in rows))
    return numbers


def _place_in_words(f: Finding) -> str:
    if f["er_sidst"]:
        how = "Delt sidsteplads blandt de" if f["paa_pladsen"] > 1 else "Det er det laveste af de"
        return f"{how} {f['blandt']}."
    if f["plads"] == 1:
        how = "Delt førsteplads blandt de" if f["paa_pladsen"] > 1 else "Det er det højeste af de"
        return f"{how} {f['blandt']}."
    return f"Kommunen er nummer {f['plads']} af {f['blandt']}."


def _sentence(f: Finding) -> str:
    value, number = f["vaerdi"], _number(f["taeller"])
    among = None if f["grundlag"] is None else _number(f["grundlag"])
    if f["slags"] == "til":
        said = f"{number} af {among} krævede snitflader"
        if f["grundlag"] >= 10:
            said = f"{_percent(value)} af de krævede snitflader"
        return f"{said} er klarmeldt. {_place_in_words(f)}"
    if f["slags"] == "udb":
        return f"{number} af {among} målbare anvendelser er i brug. {_place_in_words(f)}"
    if f["slags"] == "fald":
        now, mid = 100 - _half_up(100 * value), _half_up(100 * f["midte"])
        change = f"{_number(abs(mid - 100))}\u00a0%"
        others = f"steget {change}" if mid > 100 else f"faldet {change}" if mid < 100 else "uændret"
        return f"Brugen er faldet {now}\u00a0% på et år; midten er {others}."
    if f["slags"] == "kle":
        return f"{number} af {among} almindelige sagsemner mangler i det fælles sagsindeks. {_place_in_words(f)}"
    if f["slags"] == "gaeld":
        age = _number(_half_up(value))
        return f"{number} krævede anvendelser kunne have været i brug i {age} måneder i gennemsnit."
    if f["slags"] == "sapa":
        return f"{number} af {among} enheder har ikke brugt SAPA i mindst tre måneder."
    if f["slags"] == "hul":
        return f"{number} anvendelser mangler, som mindst halvdelen af kommunerne med samme system har."
    if f["slags"] == "tvivl":
        return f"{number} af {among} målbare anvendelser er klarmeldt, men ubrugte i alle kommuner."
    if f["slags"] == "frem":
        said = {
            "tilslutningsgrad": "krævede snitflader er klarmeldt",
            "daekningsgrad": "almindelige sagsemner ligger i det fælles sagsindeks",
            "realiseringsgrad": "målbare anvendelser er i brug",
        }[f["maal"]]
        return f"{number} af {among} {said}. {_place_in_words(f)}"
    if f["slags"] == "brug":
        return f"Der kaldes meget pr. indbygger. {_place_in_words(f)}"
    if f["slags"] == "drift":
        return f"{number} {'afvigelse' if f['taeller'] == 1 else 'afvigelser'} bør ses af den driftsansvarlige."
    if not f["grundlag"]:
        return "Vi har ingen data om mulige anvendelser."
    if number == among:
        return f"Alle {among} målbare anvendelser er i brug."
    more = f" Yderligere {_number(value)} er i gang i andre kommuner." if value else ""
    return f"{number} af {among} målbare anvendelser er i brug.{more}"


def fund(star: Star) -> Iterator[Row]:
    of, unsure = weights(), weights()["fund", "usikker"]
    by_municipality: dict[tuple[date, str], list[tuple[float, Finding]]] = defaultdict(list)
    for make in (_by_place, _by_distance, _by_number):
        for f in make(star):
            is_unsure = (
                f["slags"] not in ("vel", "sapa", "drift") and f["grundlag"] is not None
                and f["grundlag"] < unsure["mindst"]
            )  # fmt: skip
            score = of["fund", f["slags"]]["vaegt"] * f["grad"] * (unsure["vaegt"] / 100 if is_unsure else 1)
            by_municipality[f["maaned"], f["cvr"]].append((score, f))
    for (month, cvr), found in by_municipality.items():
        found.sort(key=lambda s: (s[1]["slags"] == "drift", -s[0], of["fund", s[1]["slags"]]["raekkefoelge"]))
        for place, (score, f) in enumerate(found, start=1):
            yield {
                "maaned": month, "cvr": cvr, "kommune": star.authorities[star.cvr[cvr]]["navn"], "slags": f["slags"],
                "score": float(score), "nummer": place, "er_overskrift": place == 1, "saetning": _sentence(f),
                "betydning": of["fund", f["slags"]]["betydning"],
                **{name: f[name] for name in ("maal", "taeller", "grundlag", "vaerdi", "midte", "plads", "blandt")},
            }  # fmt: skip


def fund_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple[date, str], list[float]] = defaultdict(list)
    for r in star.rows("kpi.fund"):
        groups[r["maaned"], r["slags"]].append(r["score"])
    for (month, kind), scores in groups.items():
        before = len(groups.get((add(month, -3), kind), ()))
        if kind in ("udb", "gaeld", "hul", "tvivl", "vel", "frem") and star.behind(add(month, -3)) != star.behind(
            month
        ):
            before = 0
        yield {
            "maaned": month, "slags": kind, "kommuner": len(scores), "kommuner_kvartal_foer": before,
            "score": float(sum(scores)), "er_anonym": len(scores) >= _FEWEST, "foer_er_anonym": before >= _FEWEST,
        }  # fmt: skip


TABLES = {f"kpi.{make.__name__}": make for make in (benchmark_fordeling, placering, fund, fund_sum)}
