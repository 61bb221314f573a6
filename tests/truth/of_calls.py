"""What calls tell: inhabitants, roll-out, services, agreements, the load. Each function makes a mart from the star."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import median

from .star import PLATFORMS, Row, Star, add, between, divided, last_day, may_be_seen, middle


def kald_pr_indbygger(star: Star) -> Iterator[Row]:
    areas: dict[tuple[str, str], dict[int, dict[date, int]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(int))
    )
    for (authority, _, service), by_month in star.calls.items():
        if authority in star.municipalities:
            of = star.services[service]
            for month, number in by_month.items():
                areas[of["platform"], of["dataomraade"]][authority][month] += number
    for (platform, area), by_authority in areas.items():
        loaded = star.loaded[platform]
        for month in loaded:
            year = {m for m in loaded if add(month, -12) < m <= month}
            before = {m for m in loaded if add(month, -24) < m <= add(month, -12)}
            people = star.population(month)
            rows = []
            for authority, by_month in by_authority.items():
                calls, earlier = (sum(n for m, n in by_month.items() if m in span) for span in (year, before))
                if not calls:
                    continue
                rate = divided(float(by_month.get(month, 0)), people.get(authority))
                rows.append((authority, by_month.get(month, 0), rate, calls, earlier if before else None))
            rates = {authority: rate for authority, _, rate, *_ in rows if rate is not None}
            for authority, number, rate, calls, known in rows:
                size = star.authorities[authority]["xyz_klasse"]
                alike = [k for k, r in star.municipalities.items() if r["xyz_klasse"] == size and people.get(k)]
                value, is_shown = middle([rates.get(k, 0.0) for k in alike]) if size else (None, False)
                if not any(k in rates for k in alike):
                    value, is_shown = None, False
                yield {
                    "maaned": month, "platform": platform, "dataomraade": area,
                    **star.authority(authority, "xyz_klasse"), "kald": number, "folketal": people.get(authority),
                    "kald_pr_indbygger": rate, "kald_12m": calls, "kald_12m_foer": known,
                    "udvikling_12m_pct": divided(100.0 * (calls - known), known) if known is not None else None,
                    "rang": None if rate is None else 1 + sum(r > rate for r in rates.values()),
                    "xyz_median": value, "maaneder_12m": len(year), "maaneder_12m_foer": len(before),
                    "er_anonym": is_shown,
                }  # fmt: skip


def kald_pr_borger_danmark(star: Star) -> Iterator[Row]:
    totals: dict[date, int] = defaultdict(int)
    for (authority, *_), by_month in star.calls.items():
        for month, number in by_month.items() if authority in star.municipalities else ():
            totals[month] += number
    for month in star.months:
        people = sum(star.population(month).values()) or None
        year = sum(n for m, n in totals.items() if add(month, -12) < m <= month)
        yield {
            "maaned": month, "kald": totals.get(month, 0), "folketal": people,
            "kald_pr_borger": divided(float(totals.get(month, 0)), people),
            "kald_pr_borger_12m": divided(float(year), people), "maaneder_12m": star.behind(month),
        }  # fmt: skip


def _rolled_out(star: Star, month: date) -> Iterator[tuple[int, str, str | None, dict[int, int], set[int]]]:
    """What a municipality has called in the year: system, service, version, calls by authority, users."""
    for (system, service, version), by_authority in star.by_service(month).items():
        if star.municipalities.keys() & by_authority.keys():
            yield system, service, version, by_authority, star.users(month)[system]


def udbredelse(star: Star) -> Iterator[Row]:
    for month in star.months:
        for system, service, version, calls, users in _rolled_out(star, month):
            active = len(star.municipalities.keys() & calls.keys())
            yield {
                "maaned": month, **star.system(system, supplier=False), "service": service, "version": version,
                "snitflade": star.interface_of(month, service, version, system), "anvendere": len(users),
                "aktive": active, "udbredelsesgrad": divided(float(active), len(users)),
                "kun_faa": len(users) >= 5 and 2 * active < len(users),
            }  # fmt: skip


def udbredelse_enkelte(star: Star) -> Iterator[Row]:
    for month in star.months:
        for system, service, version, calls, users in _rolled_out(star, month):
            active = star.municipalities.keys() & calls.keys()
            for authority in active if len(active) <= 2 and len(users) >= 5 else ():
                yield {
                    "maaned": month, **star.system(system, supplier=False), "service": service, "version": version,
                    "snitflade": star.interface_of(month, service, version, system), **star.authority(authority),
                    "aktive": len(active), "anvendere": len(users),
                }  # fmt: skip


def udbredelse_huller(star: Star) -> Iterator[Row]:
    for month in star.months:
        people = star.population(month)
        for system, service, version, calls, users in _rolled_out(star, month):
            active = star.municipalities.keys() & calls.keys()
            rate, is_shown = middle([calls[k] / people[k] for k in active if people.get(k)])
            for authority in users - calls.keys():
                known = rate is not None and authority in people
                yield {
                    "maaned": month, **star.system(system, supplier=False), "service": service, "version": version,
                    "snitflade": star.interface_of(month, service, version, system), **star.authority(authority),
                    "aktive": len(active), "anvendere": len(users),
                    "forventede_kald": float(rate * people[authority]) if known and rate is not None else None,
                    "er_anonym": is_shown,
                }  # fmt: skip


def systemanvendelse(star: Star) -> Iterator[Row]:
    for month in star.months:
        calls: dict[tuple[int, int], int] = defaultdict(int)
        for (authority, system, _), number in star.year(month).items():
            calls[authority, system] += number
        for system, users in star.users(month).items():
            for authority in users:
                told = {r["kilde"] for r in star.in_use(month).get((authority, system), ())}
                yield {
                    "maaned": month, **star.authority(authority), **star.system(system),
                    "kilder": ", ".join(sorted(told)) or None, "kald_12m": calls.get((authority, system), 0),
                }  # fmt: skip


def service_ibrugtagning(star: Star) -> Iterator[Row]:
    first: dict[tuple[str, str | None], dict[int, date]] = defaultdict(dict)
    interfaces: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for (authority, _, service), by_month in star.calls.items():
        if authority in star.municipalities:
            name = star.named(service)
            first[name][authority] = min(first[name].get(authority, date.max), *by_month)
            interfaces[name].add(star.services[service]["snitflade"])
    for (service, version), months in first.items():
        begin = min(months.values())
        for number, month in enumerate(sorted(months.values()), start=1):
            yield {
                "service": service, "version": version, "snitflade": min(interfaces[service, version]),
                "foerste_kald": begin, "nummer": number, "maaned": month, "maaneder": between(begin, month),
            }  # fmt: skip


def ski_systemer(star: Star) -> Iterator[Row]:
    for month in star.months:
        calls: dict[int, int] = defaultdict(int)
        callers: dict[int, set[int]] = defaultdict(set)
        for (authority, system, _), number in star.year(month).items():
            calls[system] += number
            callers[system] |= {authority} & star.municipalities.keys()
        for system, found in star.systems.items():
            if found["er_ski_system"]:
                yield {
                    "maaned": month, **star.system(system), "kald_12m": calls[system],
                    "kommuner_med_kald": len(callers[system]),
                }  # fmt: skip


def system_service_maaned(star: Star) -> Iterator[Row]:
    sums: dict[tuple, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (authority, system, service), by_month in star.calls.items():
        if authority in star.municipalities:
            for month, number in by_month.items():
                sums[(month, system, *star.named(service), star.services[service]["snitflade"])][authority] += number
    for (month, system, service, version, interface), calls in sums.items():
        yield {
            "maaned": month, **star.system(system, supplier=False), "service": service, "version": version,
            "snitflade": interface, "kommuner": len(calls), "kald": sum(calls.values()),
            "er_anonym": may_be_seen(calls.values()),
        }  # fmt: skip


def timeprofil(star: Star) -> Iterator[Row]:
    calls: dict[tuple, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    interfaces: dict[tuple, set[str]] = defaultdict(set)
    for (service, day, hour), by_authority in star.hours.items():
        if number := sum(by_authority.values()):
            of = star.days[day]
            key = (of["maaned_start"], *star.named(service), "arbejdsdag" if of["er_arbejdsdag"] else "fridag")
            calls[key][hour] += number
            interfaces[key].add(star.services[service]["snitflade"])
    for key, by_hour in calls.items():
        month, service, version, kind = key
        for hour in range(24):
            yield {
                "maaned": month, "platform": "stoettesystemerne", "service": service, "version": version,
                "snitflade": min(interfaces[key]), "dagstype": kind, "time_id": hour, "kald": by_hour.get(hour, 0),
                "andel": divided(float(by_hour.get(hour, 0)), sum(by_hour.values())),
            }  # fmt: skip


def service_konsekvens(star: Star) -> Iterator[Row]:
    in_hours: dict[date, dict[tuple[str, str | None], dict[int, int]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(int))
    )
    for (service, day, hour), by_authority in star.hours.items():
        in_hours[star.days[day]["maaned_start"]][star.named(service)][hour] += sum(by_authority.values())
    for month in star.months:
        services: dict[tuple[str, str | None], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        systems: dict[tuple[str, str | None], set[int]] = defaultdict(set)
        for (system, *name), by_authority in star.by_service(month).items():
            systems[tuple(name)].add(system)  # type: ignore[index]
            for authority, number in by_authority.items():
                services[tuple(name)][authority] += number  # type: ignore[index]
        hours: dict[tuple[str, str | None], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for m, of_month in in_hours.items():
            for name, by_hour in of_month.items() if add(month, -12) < m <= month else ():
                for hour, number in by_hour.items():
                    hours[name][hour] += number
        for (service, version), calls in services.items():
            own = _numbers(version)
            newer = [v for s, v in services if s == service and own and (of := _numbers(v)) and of > own]
            by_hour = hours.get((service, version), {})
            total = sum(by_hour.values())
            suppliers = {star.systems[s]["leverandoer_id"] for s in systems[service, version]} - {0}
            yield {
                "maaned": month, "service": service, "version": version,
                "snitflade": star.interface_of(month, service, version), "systemer": len(systems[service, version]),
                "leverandoerer": len(suppliers), "kommuner": len(star.municipalities.keys() & calls.keys()),
                "myndigheder": len(calls), "kald_12m": sum(calls.values()),
                "travleste_time": max(by_hour, key=lambda h: (by_hour[h], -h)) if total else None,
                "andel_kl_8_16": divided(float(sum(n for h, n in by_hour.items() if 8 <= h < 16)), total),
                "nyere_version": max(newer, key=_numbers, default=None),
                "er_anonym": len(star.municipalities.keys() & calls.keys()) >= 5
                and max(calls.values()) <= sum(calls.values()) / 2,
            }  # fmt: skip


def _numbers(version: str | None) -> tuple[int, ...]:
    parts = (version or "")[1:].split(".")
    return tuple(map(int, parts)) if all(p.isdigit() for p in parts) else ()


def serviceaftale_status(star: Star) -> Iterator[Row]:
    newest = max(star.loaded["serviceplatformen"], default=date.min)
    of = {r["serviceaftale_id"]: r for r in star.rows("marts.dim_serviceaftale") if r["uuid"]}
    calls: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for r in star.rows("marts.fct_kald_maaned"):
        if r["serviceaftale_id"] in of:
            calls[r["serviceaftale_id"]][r["maaned"]] += r["antal_kald"]
    called = {a: sorted(m for m, n in months.items() if n) for a, months in calls.items()}
    for agreement, months in calls.items():
        own, with_calls = of[agreement], called[agreement]
        heirs = [
            (called[a][0], o["uuid"])
            for a, o in of.items()
            if a != agreement and with_calls and called.get(a)
            and (o["myndighed_id"], o["it_system_id"]) == (own["myndighed_id"], own["it_system_id"])
            and with_calls[0] < called[a][0] and with_calls[-1] < called[a][-1]
            and add(with_calls[-1], -1) <= called[a][0] <= add(with_calls[-1], 3)
        ]  # fmt: skip
        silent = between(with_calls[-1], newest) if with_calls else None
        supplier, authority = star.suppliers[own["leverandoer_id"]], star.authorities[own["myndighed_id"]]
        heir = min(heirs)[1] if heirs else None
        is_silent = "erstattet" if heir else "stille"
        yield {
            "serviceaftale_uuid": own["uuid"], "cvr": authority["cvr"], "myndighed": authority["navn"],
            "leverandoer_cvr": supplier["cvr"], "leverandoer": supplier["navn"],
            **star.system(own["it_system_id"], supplier=False), "foerste_maaned": min(months),
            "foerste_kald": with_calls[0] if with_calls else None,
            "seneste_kald": with_calls[-1] if with_calls else None,
            "kald_12m": sum(n for m, n in months.items() if add(newest, -12) < m),
            "maaneder_til_foerste_kald": between(min(months), with_calls[0]) if with_calls else None,
            "maaneder_stille": silent,
            "status": "aldrig_brugt" if silent is None else is_silent if silent else "aktiv",
            "erstattet_af": heir,
        }  # fmt: skip


def serviceaftale_brug(star: Star) -> Iterator[Row]:
    by_authority: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for r in star.rows("kpi.serviceaftale_status"):
        if r["cvr"]:
            by_authority[r["cvr"], r["myndighed"]].append(r)
    for (cvr, name), rows in by_authority.items():
        numbers = {s: sum(r["status"] == s for r in rows) for s in ("erstattet", "aldrig_brugt")}
        for months in (3, 6, 12):
            is_silent = [r["status"] == "stille" and r["maaneder_stille"] >= months for r in rows]
            numbers[f"ubrugt_{months}m"] = sum(is_silent)
        known = [r["maaneder_til_foerste_kald"] for r in rows if r["maaneder_til_foerste_kald"] is not None]
        yield {
            "cvr": cvr, "myndighed": name, "aftaler": len(rows), **numbers,
            **{f"andel_{n}": number / len(rows) for n, number in numbers.items() if n != "erstattet"},
            "maaneder_til_foerste_kald": float(median(known)) if known else None,
        }  # fmt: skip


def serviceaftale_sum(star: Star) -> Iterator[Row]:
    groups: dict[tuple[str, str | None, str], list[Row]] = defaultdict(list)
    for r in star.rows("kpi.serviceaftale_status"):
        groups["alle", None, r["status"]].append(r)
        if r["status"] in ("stille", "aldrig_brugt"):
            groups["leverandoer", r["leverandoer"], "stille_eller_aldrig_brugt"].append(r)
            groups["opfoelgning", None, "stille_eller_aldrig_brugt"].append(r)
    for (level, supplier, status), rows in groups.items():
        silent = [r["maaneder_stille"] for r in rows if r["maaneder_stille"] is not None]
        yield {
            "niveau": level, "leverandoer": supplier, "status": status, "aftaler": len(rows),
            "myndigheder": len({r["cvr"] for r in rows} - {None}),
            "systemer": len({r["it_system_uuid"] or r["it_system"] for r in rows}),
            "maaneder_stille": max(silent, default=None),
        }  # fmt: skip


def belastning(star: Star) -> Iterator[Row]:
    calls: dict[date, int] = defaultdict(int)
    for r in star.rows("marts.fct_kald_maaned"):
        calls[r["maaned"]] += r["antal_kald"]
    usable = {r["maaned"]: r["kan_bruges"] for r in star.rows("marts.maaned_status") if r["platform"] == "alle"}
    busy: dict[date, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for (_, day, hour), by_authority in star.hours.items():
        busy[star.days[day]["maaned_start"]][day, hour] += sum(by_authority.values())
    for month in calls.keys() & usable.keys():
        known = {m for m in calls.keys() & usable.keys() if add(month, -12) < m <= month}
        before = {m for m in calls.keys() & usable.keys() if add(month, -24) < m <= add(month, -12)}
        year_ago = add(month, -12)
        grows = usable[month] and usable.get(year_ago, False) and year_ago in calls
        is_whole, was_whole = (sum(usable[m] for m in span) == 12 for span in (known, before))
        total, earlier = (sum(calls[m] for m in span) for span in (known, before))
        hours = busy.get(month, {})
        day, hour = max(hours, key=lambda k: (hours[k], -k[0], -k[1])) if hours else (None, None)
        yield {
            "maaned": month, "kald": calls[month], "kald_aar_foer": calls[year_ago] if grows else None,
            "udvikling_aar_pct": divided(100.0 * (calls[month] - calls[year_ago]), calls[year_ago]) if grows else None,
            "kald_12m": total if is_whole else None,
            "udvikling_12m_pct": divided(100.0 * (total - earlier), earlier)
            if grows and is_whole and was_whole else None,
            "travleste_dag": star.days[day]["dato"] if day else None, "travleste_time": hour,
            "travleste_kald": hours[day, hour] if hours else None,  # type: ignore[index]
            "middeltime": _usual(hours), "gange_middeltimen": _times(hours),
            "gange_middeltimen_aar_foer": _times(busy.get(year_ago, {})),
        }  # fmt: skip


def _usual(hours: dict[tuple[int, int], int]) -> float | None:
    return divided(float(sum(hours.values())), 24 * len({day for day, _ in hours})) if hours else None


def _times(hours: dict[tuple[int, int], int]) -> float | None:
    return divided(float(max(hours.values(), default=0)), _usual(hours)) if hours else None


def driftsforstyrrelse(star: Star) -> Iterator[Row]:
    """Hours in which a service fell away, and who calls it then."""
    loaded = sorted(star.delivered.get("stoettesystemerne", ()))
    of_kind: dict[int, list[date]] = defaultdict(list)
    holiday = {r["dato"]: r["er_helligdag"] for r in star.days.values() if r["dato"]}
    for day in loaded:
        of_kind[7 if holiday[day] else day.isoweekday()].append(day)
    calls: dict[tuple[int, int], dict[date, int]] = defaultdict(dict)
    for (service, day_id, hour), by_authority in star.hours.items():
        calls[service, hour][star.days[day_id]["dato"]] = sum(by_authority.values())
    fallen: dict[int, dict[datetime, list[date]]] = defaultdict(dict)
    for (service, hour), by_day in calls.items():
        for days in of_kind.values():
            seen = [d for d in days if not _is_skipped(d, hour)]
            for place, day in enumerate(days):
                eight = days[place - 8 : place] if place >= 8 else []
                if not eight or (day - eight[0]).days > 70 or day not in seen:
                    continue
                usual = sorted(by_day.get(d, 0) for d in seen[max(0, seen.index(day) - 8) : seen.index(day)])
                usual = [0] * (8 - len(usual)) + usual
                half = (usual[3] + usual[4]) / 2
                if half >= 200 and by_day.get(day, 0) <= 0.05 * half and usual[1] >= 0.25 * half:
                    fallen[service][datetime(day.year, day.month, day.day, hour)] = eight
    for service, moments in fallen.items():
        for first, last in _runs(sorted(moments)):
            yield from _disturbance(star, service, first, last, moments)


def _is_skipped(day: date, hour: int) -> bool:
    return hour == 2 and day.month == 3 and day.day >= 25 and day.isoweekday() == 7


def _runs(moments: list[datetime]) -> Iterator[tuple[datetime, datetime]]:
    hour, first = timedelta(hours=1), moments[0]
    for place, moment in enumerate(moments):
        if place + 1 == len(moments) or moments[place + 1] != moment + hour:
            yield first, moment
            first = moments[place + 1] if place + 1 < len(moments) else first


def _disturbance(
    star: Star, service: int, first: datetime, last: datetime, moments: dict[datetime, list[date]]
) -> Iterator[Row]:
    def number(day: date, hour: int, authority: int) -> int:
        return star.hours.get((service, int(f"{day:%Y%m%d}"), hour), {}).get(authority, 0)

    hours = [m for m in moments if first <= m <= last]
    concerned = {
        a for m in hours for d in (*moments[m], m.date())
        for a in star.hours.get((service, int(f"{d:%Y%m%d}"), m.hour), {})
    }  # fmt: skip
    usual = {
        a: sum(sum(n) - max(n) for m in hours for n in [[number(d, m.hour, a) for d in moments[m]]]) for a in concerned
    }
    hit = {a for a in concerned if usual[a] >= 7}
    of = star.services[service]
    for authority in hit:
        yield {
            "fra": first, "til": last + timedelta(hours=1), "timer": len(hours), "service": of["service"],
            "version": of["version"], "snitflade": of["snitflade"], "stoettesystem": of["stoettesystem"],
            **star.authority(authority), "forventede_kald": int(usual[authority] / 7 + 0.5),
            "observerede_kald": sum(number(m.date(), m.hour, authority) for m in hours),
            "kommuner_ramt": len(hit & star.municipalities.keys()),
        }  # fmt: skip


def driftsforstyrrelse_sum(star: Star) -> Iterator[Row]:
    same = ("fra", "til", "timer", "stoettesystem", "service", "version", "snitflade", "kommuner_ramt")
    sums: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for r in star.rows("kpi.driftsforstyrrelse"):
        for place, name in enumerate(("forventede_kald", "observerede_kald")):
            sums[tuple(r[n] for n in same)][place] += r[name]
    for key, (expected, seen) in sums.items():
        yield {**dict(zip(same, key, strict=True)), "forventede_kald": expected, "observerede_kald": seen}


def fct_kald_dag(star: Star) -> Iterator[Row]:
    for (day, authority, system, service), hours in star.calls_by_day.items():
        most = max(number for _, number in hours)
        yield {
            "dato_id": day, "myndighed_id": authority, "it_system_id": system, "service_id": service,
            "antal_kald": sum(number for _, number in hours),
            "natkald": sum(number for hour, number in hours if hour in range(5)),
            "spidskald": most, "spidstime": max(hour for hour, number in hours if number == most),
        }  # fmt: skip


TABLES = {"marts.fct_kald_dag": fct_kald_dag} | {
    f"kpi.{make.__name__}": make
    for make in (
        kald_pr_indbygger, kald_pr_borger_danmark, udbredelse, udbredelse_enkelte, udbredelse_huller, systemanvendelse,
        service_ibrugtagning, ski_systemer, system_service_maaned, timeprofil, service_konsekvens, serviceaftale_status,
        serviceaftale_brug, serviceaftale_sum, belastning, driftsforstyrrelse, driftsforstyrrelse_sum,
    )
}  # fmt: skip
__all__ = ["PLATFORMS", "TABLES", "last_day"]
