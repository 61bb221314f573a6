"""Every visual of the report as it opens, before anybody has chosen anything: not empty, and the marts' own figures."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
import yaml

from kdi.notation import danish
from powerbi.pbir import REPORT_FILE
from powerbi.semantic import Model

from .evaluator import Evaluator, Selection, load
from .joined import combinations
from .opening import chosen, visuals_of

SPEC = {page["navn"]: page for page in yaml.safe_load(REPORT_FILE.read_text("utf-8"))["sider"]}
OPENED = [name for name, page in SPEC.items() if "slags" not in page]  # the others need a municipality or a system
# A table of thousands of rows is sampled: what it shows first is the pictures' matter.
MOST = 12
# Growth over a year needs 24 months.
BLANK_IN_THE_DEMO = {"Udvikling i området"}
AALBORG = {"Myndighed._myndighed_id": 29189420}


@pytest.fixture(scope="module")
def evaluator(demo: duckdb.DuckDBPyConnection) -> Evaluator:
    return load(demo)


Figures = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def figures(evaluator: Evaluator, demo: duckdb.DuckDBPyConnection, model: Model) -> Figures:
    """The rows of a page's visual with their figures, as the page opens for KOMBIT or within a role's filter."""

    def found(page: str, visual: dict[str, Any], role: Selection, most: int = MOST) -> list[dict[str, Any]]:
        fields = [field for fields in visual["felter"].values() for field in fields]
        measures = [f for f in fields if f in model.measures]
        opened = {**chosen(page), **visual.get("kun", {}), **role}
        rows = combinations(demo, model, [f for f in fields if f not in model.measures], measures, opened)
        step = max(len(rows) // most, 1)
        sampled, others = rows[::step], (row for number, row in enumerate(rows) if number % step)
        told = [{**row, **{m: evaluator.value(m, {**opened, **row}) for m in measures}} for row in sampled]
        for measure in measures:  # one that is blank in all of these may have figures further down, as most are hidden
            if all(row[measure] is None for row in told):
                values = ((row, evaluator.value(measure, {**opened, **row})) for row in others)
                found = next(((row, v) for row, v in values if v is not None), None)
                if found:
                    told.append({**dict.fromkeys(measures), **found[0], measure: found[1]})
        return told

    return found


@pytest.mark.parametrize("role", [{}, AALBORG], ids=["KOMBIT", "Aalborg"])
@pytest.mark.parametrize("page", OPENED)
def test_no_visual_opens_empty(page: str, role: Selection, figures: Figures, model: Model) -> None:
    if role and page in ("kombit", "afvigelser"):
        return  # the fields of the first are not in the model for the role; Aalborg has nothing to be seen on the second
    for visual in SPEC[page]["visualer"]:
        if visual["felter"] == {"Values": ["Visning.Visning"]}:
            continue
        measures = {f for fields in visual["felter"].values() for f in fields} & set(model.measures)
        rows = figures(page, visual, role)
        if not visual.get("maa_vaere_tom"):
            assert rows, (page, visual["titel"])
            shown = {m for m in measures for row in rows if row[m] is not None}
            assert shown | BLANK_IN_THE_DEMO >= measures, (page, visual["titel"], "tomme mål")


def test_a_slicer_opens_with_something_that_exists_and_lists_nothing_else(
    demo: duckdb.DuckDBPyConnection, model: Model
) -> None:
    months = [m for (m,) in demo.execute("select maaned from kpi.kald_pr_borger_danmark").fetchall()]
    opened = {}
    for page in OPENED:
        for visual in SPEC[page]["visualer"]:
            if "valgt" not in visual or visual["felter"]["Values"] == ["Visning.Visning"]:
                continue
            (column,) = visual["felter"]["Values"]
            listed = [r[column] for r in combinations(demo, model, [column], [], {}) if r[column] is not None]
            assert visual["valgt"] in listed, (page, column)
            opened[column] = listed
    assert len(opened["Dato.Periode"]) == len(months) == 14
    newest = demo.execute("select maaned from marts.maaned_status where platform = 'alle' and er_nyeste").fetchall()
    of_name = combinations(demo, model, ["Dato.Måned"], [], {"Dato.Periode": "Nyeste måned"})
    assert [(row["Dato.Måned"].date(),) for row in of_name] == newest
    for page in OPENED:
        for visual in visuals_of(page):
            objects = visual["visual"].get("objects", {})
            if "general" in objects and visual["visual"]["visualType"] == "slicer":
                (one,) = objects["selection"]
                assert one["properties"]["strictSingleSelect"]["expr"]["Literal"]["Value"] == "true"


def test_calls_per_inhabitant_opens_with_one_month_one_area_and_its_own_median_and_rank(
    evaluator: Evaluator, demo: duckdb.DuckDBPyConnection, figures: Figures
) -> None:
    (table,) = [v for v in SPEC["indbygger"]["visualer"] if v["slags"] == "tabel"]
    shown = {row["Myndighed.Kommune"]: row for row in figures("indbygger", table, {}, 30)}
    marts = demo.execute(
        "select kommune, kald, kald_pr_indbygger, case when er_anonym then xyz_median end, rang"
        " from kpi.kald_pr_indbygger where maaned = (select maaned from marts.maaned_status"
        " where platform = 'alle' and er_nyeste) and platform = 'serviceplatformen' and dataomraade = 'Sag og dokument'"
    ).fetchall()
    compared = 0
    for name, calls, rate, median, rank in marts:
        if name not in shown or shown[name]["Kald"] is None:
            continue
        row = shown[name]
        assert (row["Kald"], row["Plads i området"]) == (calls, rank)
        assert row["Kald pr. indbygger"] == pytest.approx(rate)
        assert row["Midten i området"] == (None if median is None else pytest.approx(median))
        compared += 1
    assert compared > 20
    # without one area there is a reason instead of a rank
    month = {"Dato.Periode": "Nyeste måned"}
    assert evaluator.value("Kald", month) > 0
    for measure in ("Midten i området", "Plads i området", "Udvikling i området"):
        assert evaluator.value(measure, month) is None
    assert "Vælg ét dataområde" in evaluator.value("Hvad der vises", month)
    assert "Sag og dokument på Serviceplatformen" in evaluator.value("Hvad der vises", chosen("indbygger"))


def test_the_overview_says_what_the_marts_say(evaluator: Evaluator, demo: duckdb.DuckDBPyConnection) -> None:
    opened = chosen("overblik")
    ((possible, used, unmeasurable, others),) = demo.execute(
        "select mulige, realiseret, kan_ikke_maales, andre_i_gang from kpi.potentiale_k98"
        " where maaned = (select maaned from marts.maaned_status where platform = 'alle' and er_nyeste)"
    ).fetchall()
    assert evaluator.value("Andel i brug", opened) == pytest.approx(used / (possible - unmeasurable))
    used, measured, others = (danish.number(n) for n in (used, possible - unmeasurable, others))
    assert evaluator.value("Overskrift på potentialet", opened) == (
        f"{used} af {measured} målbare anvendelser er i brug. Yderligere {others} er i gang i andre kommuner."
    )


def test_the_matrix_points_at_the_gap(evaluator: Evaluator, demo: duckdb.DuckDBPyConnection) -> None:
    """The deck's own example: of those that use the system only Fredericia calls the service."""
    here = {
        **chosen("matrix"),
        "IT-system.IT-system": "Jobcentersystemet",
        "Service.Service": "PersonBaseDataExtendedService",
        "Service.Version": "v4",
    }
    users = [
        name
        for (name,) in demo.execute(
            "select distinct dim_myndighed.navn from marts.fct_kald_maaned join marts.dim_myndighed using (myndighed_id)"
            " join marts.dim_it_system as s using (it_system_id) where s.visningsnavn = 'Jobcentersystemet'"
            " and dim_myndighed.type = 'kommune'"
            " and maaned = (select maaned from marts.maaned_status where platform = 'alle' and er_nyeste)"
        ).fetchall()
    ]
    assert len(users) > 20
    assert "Vælg ét IT-system" in evaluator.value("Hvad matrixen viser", chosen("matrix"))
    assert "Jobcentersystemet: orange er" in evaluator.value("Hvad matrixen viser", here)
    colours = {name: evaluator.value("Hullets farve", {**here, "Myndighed.Kommune": name}) for name in users}
    assert [name for name, colour in colours.items() if colour is None] == ["Fredericia"]
    assert evaluator.value("Kald eller hul", {**here, "Myndighed.Kommune": "Fredericia"}) > 0
    marked = {**here, "Myndighed.Kommune": next(n for n in users if n != "Fredericia")}
    assert (evaluator.value("Kald eller hul", marked), colours[marked["Myndighed.Kommune"]]) == (0, "#F5D0A9")


def test_what_waits_is_the_marts_and_the_marks_say_the_states(
    evaluator: Evaluator, demo: duckdb.DuckDBPyConnection
) -> None:
    newest = "maaned = (select maaned from marts.maaned_status where platform = 'alle' and er_nyeste)"
    ((number, oldest),) = demo.execute(
        "select count(*), max(dage) from kpi.tilslutning_tragt where krav = 'obligatorisk' and naeste_skridt is not null"
        f" and kan_ikke_maales is not true and kommune = 'Aalborg' and {newest}"
    ).fetchall()
    here = {**chosen("tragt"), "Myndighed.Kommune": "Aalborg"}
    assert (evaluator.value("Venter på et skridt", here), evaluator.value("Dage ventet", here)) == (number, oldest)
    marks = {"i_brug": "●", "andre_i_gang": "◐", "klarmeldt_ubrugt": "○", "ikke_klar": "–", "kan_ikke_maales": "?"}
    states = demo.execute(
        "select visningsnavn, snitflade, tilstand from kpi.potentiale"
        " join marts.dim_it_system on it_system_uuid = uuid where kommune = 'Aalborg' and "
        f"{newest} qualify row_number() over (partition by tilstand order by visningsnavn, snitflade) = 1"
    ).fetchall()
    assert {state for _, _, state in states} == set(marks)
    for system, interface, state in states:
        cell = {**chosen("arkitekt"), "Myndighed.Kommune": "Aalborg", "IT-system.IT-system": system,
                "Snitflade.Snitflade": interface}  # fmt: skip
        assert evaluator.value("Mærke", cell) == marks[state], state
        assert (evaluator.value("Mærkets farve", cell) == "#F5D0A9") == (state == "andre_i_gang")
