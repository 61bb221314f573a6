"""What extracts of cases and look-ups in SAPA tell, by what is published of them."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from .star import Row, Star, add, between, divided

_FLOOR = 5
_MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip


def _subjects(star: Star) -> dict[date, dict[int, set[int]]]:
    """Municipalities with cases, by extract and subject; a hidden number is one at least."""
    found: dict[date, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for r in star.rows("marts.fct_kle_sager"):
        if (r["er_diskretioneret"] or r["antal_sager"]) and r["myndighed_id"] in star.municipalities:
            found[r["udtraeksdato"]][r["kle_id"]].add(r["myndighed_id"])
    return found


def _seen(star: Star) -> Iterator[tuple[date, int, int, int, int, bool]]:
    """Extract, municipality, subject, how many of its class have cases, of how many, whether it has."""
    classes: dict[str, list[int]] = defaultdict(list)
    for authority, r in star.municipalities.items():
        if r["xyz_klasse"]:
            classes[r["xyz_klasse"]].append(authority)
    for day, subjects in _subjects(star).items():
        for subject, having in subjects.items():
            for members in classes.values():
                if with_cases := having & set(members):
                    for authority in members:
                        yield day, authority, subject, len(with_cases), len(members), authority in having


def kle_daekning(star: Star) -> Iterator[Row]:
    kle = {r["kle_id"]: r for r in star.rows("marts.dim_kle")}
    titles: dict[str, set[str]] = defaultdict(set)
    groups: dict[tuple[date, int, str], list[tuple[bool, bool]]] = defaultdict(list)
    for day, authority, subject, having, members, has in _seen(star):
        group = kle[subject]["hovedgruppe"]
        groups[day, authority, group].append((2 * having >= members, has))
        titles[group] |= {kle[subject]["hovedgruppe_titel"]} - {None}
    for (day, authority, group), subjects in groups.items():
        common, covered = (sum(is_common for is_common, _ in subjects), sum(c and h for c, h in subjects))
        yield {
            "udtraeksdato": day, **star.authority(authority, "xyz_klasse"), "hovedgruppe": group,
            "hovedgruppe_titel": min(titles[group], default=None), "emner_med_sager": sum(h for _, h in subjects),
            "emner_med_sager_xyz": common, "emner_daekket": covered,
            "daekningsgrad": divided(float(covered), common),
        }  # fmt: skip


def kle_daekning_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple[date, str], list[Row]] = defaultdict(list)
    for r in star.rows("kpi.kle_daekning"):
        if r["emner_med_sager_xyz"]:
            groups[r["udtraeksdato"], r["hovedgruppe"]].append(r)
    for (day, group), rows in groups.items():
        yield {
            "udtraeksdato": day, "hovedgruppe": group,
            "hovedgruppe_titel": min((r["hovedgruppe_titel"] for r in rows if r["hovedgruppe_titel"]), default=None),
            "kommuner": len(rows),
            "kommuner_uden_huller": sum(r["emner_daekket"] == r["emner_med_sager_xyz"] for r in rows),
            "daekningsgrad": sum(r["emner_daekket"] for r in rows) / sum(r["emner_med_sager_xyz"] for r in rows),
        }  # fmt: skip


_TITLES = ("kle_nummer", "emne", "hovedgruppe", "hovedgruppe_titel")


def kle_huller(star: Star) -> Iterator[Row]:
    kle = {r["kle_id"]: r for r in star.rows("marts.dim_kle")}
    for day, authority, subject, having, members, has in _seen(star):
        if 2 * having >= members and not has:
            yield {
                "udtraeksdato": day, **star.authority(authority, "xyz_klasse"),
                **{name: kle[subject][name] for name in _TITLES},
                "kommuner_med_sager": having, "kommuner_i_klassen": members,
            }  # fmt: skip


def kle_huller_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple, int] = defaultdict(int)
    for r in star.rows("kpi.kle_huller"):
        groups[(r["udtraeksdato"], *(r[name] for name in _TITLES))] += 1
    for (day, *names), number in groups.items():
        yield {
            "udtraeksdato": day, **dict(zip(_TITLES, names, strict=True)), "kommuner": number, "er_anonym": number >= 5,
        }  # fmt: skip


def kle_sager(star: Star) -> Iterator[Row]:
    kle = {r["kle_id"]: r for r in star.rows("marts.dim_kle")}
    thresholds = [r["taerskel"] or 0 for r in star.rows("marts.formaal") if r["tabel"] == "kpi.kle_sager"]
    threshold = max(_FLOOR, *thresholds)
    groups: dict[tuple, list[Row]] = defaultdict(list)
    titles: dict[tuple, set[str]] = defaultdict(set)
    for r in star.rows("marts.fct_kle_sager"):
        of, where = kle[r["kle_id"]], star.authorities[r["myndighed_id"]]
        places = [
            ("myndighed", where["navn"], where["cvr"]),
            ("landsdel", where["landsdel"] or "Uden for kommunerne", None),
            ("region", where["region"] or "Uden for kommunerne", None),
            ("land", "Hele landet", None),
        ]
        levels = [
            ("emne", of["kle_nummer"], of["emne"]), ("gruppe", of["gruppe"], of["gruppe_titel"]),
            ("hovedgruppe", of["hovedgruppe"], of["hovedgruppe_titel"]), ("alle", None, "Alle emner"),
        ]  # fmt: skip
        for level, number, title in levels:
            for system in (0, r["it_system_id"]) if level in ("hovedgruppe", "alle") else (0,):
                for place in places:
                    key = (r["udtraeksdato"], level, number, *place, system)
                    groups[key].append(r)
                    titles[key] |= {title} - {None}
    for key, rows in groups.items():
        day, level, number, kind, place, cvr, system = key
        shown = [r["antal_sager"] for r in rows if r["antal_sager"] is not None]
        hidden = [r["diskretion_aarsag"] for r in rows if r["er_diskretioneret"]]
        total = sum(shown) if shown else None
        is_shown = total is not None and (total >= threshold or (total == 0 and not hidden))
        reason = None
        if not is_shown:
            reason = (
                "primaer" if (total or 0) > 0 or "primaer" in hidden
                else "kilde" if set(hidden) == {"kilde"}
                else "tidligere" if "tidligere" in hidden
                else "sekundaer"
            )  # fmt: skip
        named = star.systems[system] if system else {"uuid": None, "navn": "Alle it-systemer"}
        yield {
            "udtraeksdato": day, "kle_niveau": level, "kle": number, "kle_titel": max(titles[key], default=None),
            "geo_niveau": kind, "geografi": place, "cvr": cvr, "it_system_uuid": named["uuid"],
            "it_system": named["navn"], "antal_sager": total if is_shown else None, "er_diskretioneret": not is_shown,
            "diskretion_aarsag": reason, "skjulte_celler": len(hidden),
            "myndigheder": len({r["myndighed_id"] for r in rows}),
        }  # fmt: skip


def sapa(star: Star) -> Iterator[Row]:
    told: dict[tuple[int, str], dict[date, Row]] = defaultdict(dict)
    for r in star.rows("marts.fct_sapa_opslag"):
        told[r["myndighed_id"], r["org_enhed_uuid"]][r["maaned"]] = r
    months = sorted({m for of_unit in told.values() for m in of_unit})
    for (authority, unit), of_unit in told.items():
        for month in (m for m in months if m >= min(of_unit)):
            until = [of_unit[m] for m in sorted(of_unit) if m <= month]
            users = next((r["antal_brugere"] for r in reversed(until) if r["antal_brugere"] is not None), None)
            name = next((r["org_enhed_navn"] for r in reversed(until) if r["org_enhed_navn"] is not None), None)
            number = (of_unit[month]["antal_opslag"] if month in of_unit else 0) or 0
            latest = max((r["maaned"] for r in until if r["antal_opslag"]), default=None)
            yield {
                "maaned": month, **star.authority(authority), "org_enhed_uuid": unit, "org_enhed": name,
                "brugere": users, "opslag": number,
                "opslag_12m": sum(r["antal_opslag"] for r in until if r["maaned"] > add(month, -12)),
                "opslag_pr_bruger": divided(float(number), users), "seneste_opslag": latest,
                "maaneder_stille": between(latest or add(min(of_unit), -1), month),
                "er_stille": None if users is None else users > 0 and not number,
            }  # fmt: skip


def sapa_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple, list[Row]] = defaultdict(list)
    for r in star.rows("kpi.sapa"):
        groups[r["maaned"], "alle", None, None, None].append(r)
        groups[r["maaned"], "myndighed", r["cvr"], r["kommune"], None].append(r)
        if r["org_enhed"] is not None and ((r["brugere"] or 0) > 0 or r["opslag"] > 0):
            groups[r["maaned"], "enhedstype", None, None, r["org_enhed"]].append(r)
    for (month, level, cvr, name, kind), rows in groups.items():
        users, number = sum(r["brugere"] or 0 for r in rows), sum(r["opslag"] for r in rows)
        authorities = len({r["cvr"] or r["kommune"] for r in rows})
        used, silent = sum(r["opslag"] > 0 for r in rows), sum(bool(r["er_stille"]) for r in rows)
        if kind is not None and authorities < 2:
            continue
        yield {
            "maaned": month, "niveau": level, "cvr": cvr, "kommune": name, "enhedstype": kind,
            "myndigheder": authorities, "enheder": used + silent, "enheder_i_brug": used, "enheder_stille": silent,
            "enheder_aldrig": sum(bool(r["er_stille"]) and r["seneste_opslag"] is None for r in rows),
            "andel_stille": divided(float(silent), used + silent), "brugere": users, "opslag": number,
            "opslag_pr_bruger": divided(float(number), users), "er_anonym": authorities >= 5,
        }  # fmt: skip


def tavshed(star: Star) -> Iterator[Row]:
    """Who used to be told of by a feed and is no more."""
    rules = {
        "stoettesystemerne": (7, 28, 20, "Støttesystemerne"),
        "serviceplatformen": (1, 3, 3, "Serviceplatformen"),
        "kle": (1, 2, 2, "udtrækkene af sager"),
    }
    seen: dict[tuple[str, str, str], set[date]] = defaultdict(set)

    def see(source: str, day: date, authority: int, system: int) -> None:
        seen[source, "myndighed", star.authorities[authority]["cvr"]].add(day)
        if supplier := star.suppliers[star.systems[system]["leverandoer_id"]]["cvr"]:
            seen[source, "leverandoer", supplier].add(day)

    for day_id, authority, system in {
        (r["dato_id"], r["myndighed_id"], r["it_system_id"]) for r in star.rows("marts.fct_kald_time")
    }:
        see("stoettesystemerne", star.days[day_id]["dato"], authority, system)
    for r in star.rows("marts.fct_kald_maaned"):
        if star.services[r["service_id"]]["platform"] == "serviceplatformen":
            see("serviceplatformen", add(r["maaned"], 1) - date.resolution, r["myndighed_id"], r["it_system_id"])
    for r in star.rows("marts.fct_kle_sager"):
        see("kle", r["udtraeksdato"], r["myndighed_id"], r["it_system_id"])
    suppliers = {r["cvr"]: r["navn"] for r in star.suppliers.values()}
    for (source, part, cvr), days in seen.items():
        silent_from, window, least, label = rules[source]
        periods = sorted(star.delivered[source], reverse=True)
        last = max(days)
        silent, age = periods.index(last), (periods[0] - last).days
        before = sum(d in days for d in periods[silent : silent + window])
        if silent < silent_from or age > 365 or before < least:
            continue
        name = suppliers[cvr] if part == "leverandoer" else star.authorities[star.cvr[cvr]]["navn"]
        if part == "myndighed" and star.cvr[cvr] in star.municipalities and not name.lower().endswith("kommune"):
            name += " Kommune"
        row = "leverance" if silent == 1 else "leverancer i træk"
        yield {
            "kilde": source, "part": part, "cvr": cvr, "navn": name, "sidst_set": last, "alder_dage": age,
            "stille_perioder": silent, "perioder_foer": before,
            "forklaring": f"{name} har ikke været med i {label} siden den {_danish(last)}: {silent} {row} uden;"
            f" før det med i {before} af {window}.",
        }  # fmt: skip


def _danish(day: date) -> str:
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


TABLES = {
    f"kpi.{make.__name__}": make
    for make in (kle_daekning, kle_daekning_sum, kle_huller, kle_huller_sum, kle_sager, sapa, sapa_sum, tavshed)
}
