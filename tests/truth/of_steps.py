"""The steps that a municipality could take, and what had become of them three months later."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from .of_places import _units, weights
from .star import Row, Star, add, remembered

_FEWEST = 5
_DECLARED = {
    "Klarmeldt": "klarmeldt", "Delvis": "delvist klarmeldt", "Ensidig": "ensidigt klarmeldt",
    "Tilmeldt": "tilmeldt et forløb", "Nej": "ikke klarmeldt", "Irrelevant": "meldt irrelevant",
    "Administrativt fjernet": "administrativt fjernet",
}  # fmt: skip
_SIGN = {"bevis": "kan ikke beregnes, før nogen er i gang", "kraev": "kan ikke beregnes, før nogen er i gang"}


def _number(number: float) -> str:
    return f"{round(number):,}".replace(",", ".")


def _half_up(number: float) -> int:
    return int(number + 0.5)


def _about(number: float) -> str:
    """An estimate with two digits."""
    if number >= 9_950_000:
        return f"{_number(_half_up(number / 1_000_000))}\u00a0mio."
    if number >= 995_000:
        tenths = _half_up(number / 100_000)
        return f"{_number(tenths // 10)},{tenths % 10}\u00a0mio."
    for least, unit in ((99_500, 10_000), (9_950, 1_000), (995, 100)):
        if number >= least:
            return _number(unit * _half_up(number / unit))
    return _number(10 * _half_up(number / 10))


@remembered
def _uses(star: Star) -> list[Row]:
    """Uses that could be talked of with a supplier."""
    of = weights()
    worth = {r["snitflade"]: r["klasse"] for r in star.rows("marts.vaerdi")}
    shown = {(r["navn"], r["uuid"]): r["visningsnavn"] for r in star.systems.values()}
    calls: dict[tuple[date, str], int] = defaultdict(int)
    for r in star.rows("kpi.kald_pr_indbygger"):
        calls[r["maaned"], r["cvr"]] += r["kald_12m"]
    months = {m for m in star.months if m.month % 3 == 0 or m >= add(star.months[-1], -3)}
    found = []
    for r in star.rows("kpi.potentiale"):
        if r["maaned"] not in months or r["tilstand"] not in ("andre_i_gang", "klarmeldt_ubrugt", "ikke_klar"):
            continue
        kind, own = worth.get(r["snitflade"]) or "B", calls[r["maaned"], r["cvr"]]
        talk = {"klarmeldt_ubrugt": "bevis"}.get(r["tilstand"])
        if r["tilstand"] == "andre_i_gang" and r["aktive"] >= max(of["skridt", "aabn"]["mindst"], _FEWEST):
            talk = "aabn"
        is_wanted = kind == "A" and r["anvendere"] >= of["skridt", "kraev"]["mindst"]
        if r["tilstand"] == "ikke_klar" and is_wanted:
            talk = "kraev"
        if not talk:
            continue
        expected = r["forventede_kald"] if r["er_anonym"] else None
        least = max(of["skridt", "graense"]["skala"], of["skridt", "aabn"]["afstand"] / 1000 * own)
        is_large = expected is not None and expected >= least
        gain = 0.0
        if talk == "aabn" and is_large and expected is not None:
            whole = of["skridt", "aabn"]["skala"] / 1000 * own
            gain = (
                of["klasse", kind]["vaegt"] / 100 * of["klarmelding", r["klarmelding"] or "ikke oplyst"]["vaegt"] / 100
            )
            gain *= r["aktive"] / r["anvendere"] * (min(1, expected / whole) if whole else 1)
        found.append({
            **r, "vist": shown[r["it_system"], r["it_system_uuid"]], "slags": talk, "forventet": expected,
            "er_stor_nok": is_large, "udbytte": gain,
        })  # fmt: skip
    return found


def _talks(star: Star) -> Iterator[Row]:
    """One per municipality, system and kind of talk with its supplier."""
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for use in _uses(star):
        groups[use["maaned"], use["cvr"], use["it_system_uuid"], use["it_system"], use["slags"]].append(use)
    for (month, cvr, uuid, name, kind), uses in groups.items():
        if kind == "aabn" and any(u["er_stor_nok"] for u in uses):
            uses = [u for u in uses if u["er_stor_nok"]]
        uses = sorted(uses, key=lambda u: (-round(u["udbytte"], 6), -u["anvendere"], u["snitflade"]))
        of, number, users = weights()["skridt", kind], len(uses), max(u["anvendere"] for u in uses)
        names = " og ".join(f"{u['snitflade_navn']} ({u['snitflade']})" for u in uses[:2])
        known = [u["forventet"] for u in uses if u["forventet"] is not None]
        expected = float(sum(known)) if kind == "aabn" and known else None
        declared = _DECLARED.get(uses[0]["klarmelding"], "ikke oplyst")
        share = {
            "aabn": sum(u["udbytte"] for u in uses),
            "kraev": min(1, users / (of["skala"] or 1)),
            "bevis": min(1, number / (of["skala"] or 1)) if number >= (of["mindst"] or 0) else 0,
        }[kind]
        system, supplier = uses[0]["vist"], min(u["leverandoer"] for u in uses)
        asked = supplier if supplier != "Ukendt" else "leverandøren"
        more = " med flere" if number > 2 else ""
        said = ". ".join(
            f"{u['aktive']} af {u['anvendere']} kommuner bruger {u['snitflade']} i systemet (klarmelding:"
            f" {_DECLARED.get(u['klarmelding'], 'ikke oplyst')})"
            for u in uses[:2]
        )
        title = {
            "aabn": f"Få {names}{more} åbnet i {system}",
            "kraev": f"Stil krav sammen om {names}{more} i {system}",
            "bevis": f"Bed {asked} vise, at {system} er klar",
        }[kind]
        why = {
            "aabn": f"{said}.",
            "kraev": f"Ingen af de {users} kommuner med systemet bruger"
            f" {'snitfladen' if number == 1 else 'snitfladerne'} endnu. Leverandøren har meldt: {declared}.",
            "bevis": f"{number} snitflader er klarmeldt, men ingen af de {users} kommuner med systemet bruger dem:"
            f" {names}{more}.",
        }[kind]
        sign = _SIGN.get(kind, "kan ikke beregnes endnu")
        if expected is not None:
            sign = f"ca. {_about(expected)} kald om året, hvis I bruger {'den' if number == 1 else 'dem'} som de andre"
        yield {
            "maaned": month, "cvr": cvr, "slags": kind, "it_system_uuid": uuid, "it_system": name,
            "leverandoer": supplier, "snitflader": ", ".join(u["snitflade"] for u in uses), "antal": number,
            "anvendere": users, "forventede_kald": expected, "score": min(100.0, of["vaegt"] * share), "titel": title,
            "begrundelse": why, "tegn_paa_brug": sign,
        }  # fmt: skip


def _own(month: date, cvr: str, kind: str, **more: Any) -> Row:
    empty = dict.fromkeys(("it_system_uuid", "it_system", "leverandoer", "snitflader", "anvendere", "forventede_kald"))
    return {"maaned": month, "cvr": cvr, "slags": kind, **empty, **more}


def _cases(star: Star) -> Iterator[Row]:
    of = weights()["skridt", "kle"]
    missing: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for r in star.rows("kpi.kle_huller"):
        missing[r["udtraeksdato"], r["cvr"]].append(r)
    for r in star.rows("kpi.placering"):
        lacking = r["grundlag"] - r["taeller"]
        subjects = missing.get((r["dato"], r["cvr"]))
        if r["maal"] != "daekningsgrad" or lacking < of["mindst"] or not subjects:
            continue
        subjects = sorted(subjects, key=lambda s: (-s["kommuner_med_sager"], s["kle_nummer"]))
        others = ", ".join(
            f"»{s['emne']}« ({s['kommuner_med_sager']} af {s['kommuner_i_klassen']})" for s in subjects[:3]
        )
        more = f" og på {_number(lacking - 3)} andre emner" if lacking > 3 else ""
        mid = r["klassens_median"]
        yield _own(
            r["maaned"], r["cvr"], "kle", snitflader="SF1470", antal=lacking,
            score=min(100.0, of["vaegt"] * lacking * 100 / (r["grundlag"] * of["skala"])),
            titel=f"Læg sager i indekset, begynd med »{subjects[0]['emne']}«",
            begrundelse=f"Kommuner på jeres størrelse har sager på {others}. I har ingen på dem{more}.",
            tegn_paa_brug=None if mid is None else f"{_number(lacking)} emner; midten på jeres størrelse er"
            f" {_number(_half_up(mid * r['grundlag']))} af {_number(r['grundlag'])}",
        )  # fmt: skip


def _silent(star: Star) -> Iterator[Row]:
    of = weights()["skridt", "sapa"]
    for (month, cvr), (units, silent, users, all_users) in _units(star, of["afstand"]).items():
        if silent >= of["mindst"]:
            yield _own(
                month, cvr, "sapa", antal=silent,
                score=min(100.0, of["vaegt"] * users * 100 / (all_users * of["skala"])),
                titel=f"Få {_number(silent)} enheder i gang med SAPA",
                begrundelse=f"{_number(silent)} af {_number(units)} enheder har ikke slået op i mindst tre måneder."
                f" Der er {_number(users)} brugere i dem.",
                tegn_paa_brug="opslag fra enhederne",
            )  # fmt: skip


def _outcomes(star: Star, candidates: list[Row]) -> dict[tuple, str]:
    now = {
        (r["maaned"], r["cvr"], r["it_system"], r["it_system_uuid"], r["snitflade"]): r
        for r in star.rows("kpi.potentiale")
    }
    groups: dict[tuple, list[tuple[Row, Row]]] = defaultdict(list)
    for u in _uses(star):
        later = now.get((add(u["maaned"], 3), u["cvr"], u["it_system"], u["it_system_uuid"], u["snitflade"]))
        if later and (u["slags"] != "aabn" or u["er_stor_nok"]):
            groups[u["maaned"], u["cvr"], u["slags"], u["it_system_uuid"], u["it_system"]].append((u, later))
    found = {}
    for key, uses in groups.items():
        kind = key[2]
        taken = sum(
            later["tilstand"] == "i_brug" if kind == "aabn"
            else later["tilstand"] != "ikke_klar" if kind == "kraev"
            else later["tilstand"] in ("i_brug", "andre_i_gang")
            for _, later in uses
        )  # fmt: skip
        nearer = sum(
            kind == "aabn" and u["klarmelding"] != "Klarmeldt" and later["klarmelding"] == "Klarmeldt"
            for u, later in uses
        )
        found[key] = "taget" if taken == len(uses) else "i_gang" if taken + nearer else "uaendret"
    counted = {(c["maaned"], c["cvr"], c["slags"]): c["antal"] for c in candidates if c["slags"] in ("kle", "sapa")}
    for (month, cvr, kind), number in counted.items():
        if add(month, 3) in star.months:
            left = counted.get((add(month, 3), cvr, kind), 0)
            found[month, cvr, kind, None, None] = "taget" if not left else "i_gang" if left < number else "uaendret"
    return found


def skridt(star: Star) -> Iterator[Row]:
    of = weights()
    limit = of["skridt", "graense"]
    candidates = [*_talks(star), *_cases(star), *_silent(star)]
    outcomes = _outcomes(star, candidates)
    worth = {r["snitflade"]: r for r in star.rows("marts.vaerdi")}

    def weight(c: Row) -> tuple:
        return (-c["score"], of["skridt", c["slags"]]["raekkefoelge"])

    talks: dict[tuple, Row] = {}
    for c in candidates:
        key = (c["maaned"], c["cvr"], c["it_system_uuid"] or c["it_system"] or c["slags"])
        if key not in talks or weight(c) < weight(talks[key]):
            talks[key] = c
    alike: dict[tuple, int] = defaultdict(int)
    by_municipality: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for c in talks.values():
        alike[c["maaned"], c["slags"], c["it_system"], c["it_system_uuid"]] += 1
        by_municipality[c["maaned"], c["cvr"]].append(c)
    for (month, cvr), steps in by_municipality.items():
        steps.sort(key=lambda c: (*weight(c), c["forventede_kald"] is None, -(c["forventede_kald"] or 0),
                                  -(c["anvendere"] or 0), c["it_system"] or "", c["it_system_uuid"] or ""))  # fmt: skip
        taken: dict[str, int] = defaultdict(int)
        chosen = 0
        for c in steps:
            is_large = c["score"] >= limit["vaegt"]
            taken[c["slags"]] += 1
            number = None
            if is_large and taken[c["slags"]] <= limit["afstand"] and chosen < limit["mindst"]:
                chosen += 1
                number = chosen
            words = [worth[s] for s in (c["snitflader"] or "").split(", ") if s in worth]
            named = "leverandøren" if (c["leverandoer"] or "Ukendt") == "Ukendt" else c["leverandoer"]
            who = {
                "aabn": f"systemejeren spørger {named}",
                "kraev": "it-ledelsen, med KOMBIT og de andre kommuner",
                "bevis": "systemejeren, gerne sammen med de andre kommuner",
                "kle": "den KLE-ansvarlige og fagcheferne; find først det system, sagerne ligger i",
                "sapa": "den SAPA-ansvarlige og enhedernes ledere",
            }[c["slags"]]
            yield {
                **c, "kommune": star.authorities[star.cvr[cvr]]["navn"], "nummer": number,
                "valg": "valgt" if number else "flere" if is_large else "for_smaat",
                "andre_kommuner": alike[month, c["slags"], c["it_system"], c["it_system_uuid"]] - 1,
                **{n: _together(w[n] for w in words) for n in ("borger", "sagsbehandler", "it")},
                "hvem": who,
                "udfald": outcomes.get((month, cvr, c["slags"], c["it_system_uuid"], c["it_system"])),
            }  # fmt: skip


def _together(words: Iterable[str | None]) -> str | None:
    return " og ".join(sorted({word for word in words if word})) or None


def skridt_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for r in star.rows("kpi.skridt"):
        if r["valg"] == "valgt":
            groups[r["maaned"], r["slags"], r["it_system_uuid"], r["it_system"]][r["titel"]] += 1
    for (month, kind, uuid, name), titles in groups.items():
        number = sum(titles.values())
        yield {
            "maaned": month, "slags": kind, "it_system_uuid": uuid, "it_system": name,
            "titel": min(titles, key=lambda t: (-titles[t], t)), "kommuner": number, "er_anonym": number >= _FEWEST,
        }  # fmt: skip


TABLES = {f"kpi.{make.__name__}": make for make in (skridt, skridt_sum)}
