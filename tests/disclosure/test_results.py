"""The long proofs: a thousand random tables, and a full extract by the clock. ``make privacy`` writes them down."""

import time
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from release import Count, Place, Release, publish
from tables import PLACES, extracts

from demo.sample import kle
from demo.sample.periods import months_ending
from demo.sample.reference import read_reference
from demo.sample.world import build_world
from kdi.disclosure.attacker import attack
from kdi.notation import danish

pytestmark = pytest.mark.long

THRESHOLDS = st.sampled_from((5, 7, 10))


def often(times: int) -> settings:
    return settings(max_examples=times, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])


def test_a_thousand_random_tables(results: dict[str, str]) -> None:
    tried: Counter[str] = Counter()

    @seed(5)
    @often(1000)
    @given(extracts(), THRESHOLDS)
    def every_attack_is_in_vain(counts: list[Count], threshold: int) -> None:
        release = publish(counts, PLACES, threshold)
        found = attack(release.connection, threshold, catalog="kdi")
        assert found.in_vain, found
        tried.update(tables=1, hidden=found.hidden, sums=found.sums)

    every_attack_is_in_vain()
    assert tried["tables"] >= 1000
    results[f"{danish.number(tried['tables'])} tilfældige tabeller"] = (
        f"0 af {danish.number(tried['hidden'])} skjulte antal indsnævret ud fra {danish.number(tried['sums'])} summer"
    )


def test_with_true_totals_instead_the_attacker_succeeds(results: dict[str, str]) -> None:
    """What hiding the small counts alone would be worth: totals as they are, over the same kind of tables."""
    tried: Counter[str] = Counter()

    @seed(5)
    @often(200)
    @given(extracts(), THRESHOLDS)
    def attacked(counts: list[Count], threshold: int) -> None:
        known = [replace(c, cases=1) if c.cases is None else c for c in counts]
        release = publish(known, PLACES, threshold)
        show_true_totals(release)
        found = attack(release.connection, threshold, catalog="kdi")
        assert found.unexplained == 0
        tried.update(hidden=found.hidden, narrowed=len(found.narrowed))

    attacked()
    assert tried["narrowed"] > tried["hidden"] / 2
    share = danish.number(100 * tried["narrowed"] / tried["hidden"])
    results["Til sammenligning: 200 tilfældige tabeller, hvor summerne var de sande"] = (
        f"{danish.number(tried['narrowed'])} af {danish.number(tried['hidden'])} skjulte antal ({share} %) indsnævret"
    )


def show_true_totals(release: Release) -> None:
    """Replace every sum by that of the counts as they are."""
    release.connection.execute(
        """create or replace temp table sande as
        select s.rowid as nr, sum(i.antal_sager) as antal
        from kdi.kpi.kle_sager as s, arbejde.intermediate.int_kle__sager as i
        join kdi.marts.dim_myndighed as m using (myndighed_id)
        join kdi.marts.dim_kle as k using (kle_id)
        join kdi.marts.dim_it_system as p using (it_system_id)
        where s.udtraeksdato = i.udtraeksdato
            and coalesce(s.kle, '') in ('', k.kle_nummer, k.gruppe, k.hovedgruppe)
            and (s.kle is null) = (s.kle_niveau = 'alle')
            and s.geografi in ('Hele landet', m.navn, coalesce(m.landsdel, 'Uden for kommunerne'),
                coalesce(m.region, 'Uden for kommunerne'))
            and (s.geo_niveau <> 'myndighed' or s.cvr = m.cvr)
            and s.it_system in ('Alle it-systemer', p.navn)
        group by all;
        update kdi.kpi.kle_sager as s set antal_sager = sande.antal from sande where s.rowid = sande.nr"""
    )


def sample(scale: str, months: int, folder: Path) -> tuple[list[Count], dict[str, Place]]:
    """The counts of the sample extracts, and where their authorities lie."""
    kle.write(build_world(scale), folder, months_ending(date(2023, 2, 1), months))  # type: ignore[arg-type]
    where = {row["cvr"]: Place(row["landsdel"], row["region"]) for row in read_reference("kommuner")}
    counts, places = [], {}
    for path in sorted(folder.glob("*.xlsx")):
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        for cvr, name, system, _, subject, _, cases in rows[1:]:
            places[str(name)] = where.get(str(cvr), Place())
            number = None if isinstance(cases, str) and cases.startswith("<") else int(cases)
            counts.append(Count(str(name), str(system), str(subject), number, date.fromisoformat(path.stem[4:])))
    return counts, places


def loss(release: Release) -> str:
    """What hiding costs: counts and cases, and cases missing in the sum of everything."""
    ((cells, source, small, beside, cases, gone_small, gone_beside),) = release.query(
        """select count(*), count(*) filter (f.diskretion_aarsag = 'kilde'),
            count(*) filter (f.diskretion_aarsag = 'primaer'), count(*) filter (f.diskretion_aarsag = 'sekundaer'),
            sum(i.antal_sager), coalesce(sum(i.antal_sager) filter (f.diskretion_aarsag = 'primaer'), 0),
            coalesce(sum(i.antal_sager) filter (f.diskretion_aarsag = 'sekundaer'), 0)
        from kdi.marts.fct_kle_sager as f
        join arbejde.intermediate.int_kle__sager as i using (udtraeksdato, myndighed_id, it_system_id, kle_id)"""
    )
    ((sums, without),) = release.query("select count(*), count(*) filter (antal_sager is null) from kdi.kpi.kle_sager")

    def share(part: int, whole: int, decimals: int = 2) -> str:
        return f"{danish.number(100 * part / whole, decimals)} %"

    return (
        f"{danish.number(cells)} antal: {share(source, cells)} skjult ved kilden, {share(small, cells)} primært,"
        f" {share(beside, cells)} sekundært. Af sagerne mangler {share(gone_small, cases, 3)} ved primær skjulning"
        f" alene og {share(gone_small + gone_beside, cases, 3)} i alt."
        f" {danish.number(sums)} summer, heraf {share(without, sums)} uden tal"
    )


@pytest.mark.parametrize(("scale", "months"), [("demo", 14), ("full", 1)])
def test_the_sample_extracts(scale: str, months: int, tmp_path: Path, results: dict[str, str]) -> None:
    counts, places = sample(scale, months, tmp_path)
    start = time.perf_counter()
    release = publish(counts, places)
    hidden = time.perf_counter()
    found = attack(release.connection, 5, catalog="kdi")
    end = time.perf_counter()
    assert found.in_vain, found
    assert found.hidden > 100
    name = "Demoens udtræk" if scale == "demo" else f"Et udtræk i fuld størrelse ({danish.number(len(counts))} rækker)"
    results[f"{name}: angreb"] = (
        f"0 af {danish.number(found.hidden)} skjulte antal indsnævret ud fra {danish.number(found.sums)} summer"
    )
    results[f"{name}: informationstab"] = loss(release)
    results[f"{name}: tid"] = (
        f"{danish.number(hidden - start, 1)} s at skjule og summere, {danish.number(end - hidden, 1)} s at angribe"
    )
