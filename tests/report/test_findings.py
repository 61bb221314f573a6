"""Headlines say what their numbers say, whatever the numbers are."""

import re

from hypothesis import given
from hypothesis import strategies as st

from orchestration.report import danish, findings

amounts = st.floats(min_value=0.001, max_value=1e6)
shares = st.floats(min_value=0, max_value=1)


def headline(own: float | None, typical: float | None) -> str:
    return findings.compared(
        "Aalborg", "bruger infrastrukturen", own, typical, "pr. indbygger", "sammenlignelige kommuner"
    )


def test_the_headline_of_the_brief() -> None:
    assert headline(7.0, 5.0) == (
        "Aalborg bruger infrastrukturen 1,4 gange så meget pr. indbygger som sammenlignelige kommuner."
    )
    assert headline(4.0, 5.0) == (
        "Aalborg bruger infrastrukturen 20\u00a0% mindre pr. indbygger end sammenlignelige kommuner."
    )
    assert headline(5.1, 5.0).startswith("Aalborg bruger infrastrukturen omtrent lige så meget")


@given(amounts, amounts)
def test_the_headline_never_turns_the_comparison_round(own: float, typical: float) -> None:
    said = headline(own, typical)
    if "gange så meget" in said:
        ratio = float(re.search(r"([\d.]+,\d) gange", said)[1].replace(".", "").replace(",", "."))  # type: ignore[index]
        assert own > typical
        assert ratio > 1
        assert abs(ratio - own / typical) <= 0.05 + 1e-6
    elif "mindre" in said:
        less = int(re.search(r"(\d+)\u00a0%", said)[1])  # type: ignore[index]
        assert own < typical
        assert 1 <= less <= 99
        assert less in (1, 99) or abs(less - 100 * (1 - own / typical)) <= 0.5 + 1e-6
    else:
        assert "omtrent lige så meget" in said
        assert 0.95 < own / typical < 1.05


def test_what_is_missing_is_said_and_zero_is_not_missing() -> None:
    assert "mangler tal for kommunen" in headline(None, 5.0)
    assert "mangler tal for sammenlignelige kommuner" in headline(5.0, None)
    assert headline(0, 5.0) == "Aalborg bruger infrastrukturen 0,0 gange pr. indbygger; sammenlignelige kommuner 5,0."


@given(shares, shares)
def test_a_move_is_the_difference_of_the_printed_shares(now: float, before: float) -> None:
    said = findings.moved(now, before, "september 2022")
    printed = round(100 * now, 1) - round(100 * before, 1)
    if said.startswith("uændret"):
        assert abs(printed) < 0.05
    else:
        size = float(said.split()[0].replace(".", "").replace(",", "."))
        assert abs(size - abs(printed)) < 1e-6
        assert ("højere" in said) == (printed > 0)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_counts_are_told_as_they_are(used: int, more: int) -> None:
    said = findings.realised("Aalborg", used, used + more)
    if used + more == 0:
        assert "ingen SKI-systemer" in said
    elif used and more:
        assert f" {danish.number(used)} af {danish.number(used + more)} " in said
    else:
        assert ("alle" in said) == (more == 0)
        assert danish.number(used + more) in said


def test_the_decks_connection_report() -> None:
    assert findings.ready("Jobcentersystemet", 11, 15, 2) == (
        "Jobcentersystemet er klarmeldt til 11 af 15 krævede snitflader; kald bekræfter 2."
    )


def test_nothing_ready_and_nothing_demanded_are_two_things() -> None:
    assert findings.ready("KY", 0, 5) == "KY er ikke klarmeldt til nogen af de 5 krævede snitflader."
    assert findings.ready("KY", 0, 1) == "KY er ikke klarmeldt til den ene krævede snitflade."
    assert findings.ready("KY", 3, 3, 3) == "KY er klarmeldt til alle 3 krævede snitflader; kald bekræfter 3."
    assert findings.ready("KY", 0, 0, 0) == "KY har ingen krav på SKI’s liste."


def test_calls_per_citizen_against_the_year_before() -> None:
    assert findings.per_citizen(27.0, "april 2022", 25.0).endswith("8\u00a0% mere end i samme måned året før.")
    assert findings.per_citizen(27.0, "april 2022", None) == (
        "Infrastrukturen blev kaldt 27,0 gange pr. borger i april 2022."
    )
    assert "folketallet mangler" in findings.per_citizen(None, "april 2022", 24.0)


def test_numbers_are_written_the_danish_way() -> None:
    assert danish.number(1234567.891, 2) == "1.234.567,89"
    assert danish.number(-0.5, 1) == "−0,5"
    assert danish.number(-0.01, 1) == "0,0"
    assert danish.number(None) == "–"
    assert danish.percent(0.1234, 1) == "12,3\u00a0%"
    assert danish.change(0.2) == "uændret"
    assert [danish.rounded(v) for v in (7, 12_345, 998_000, 1_530_000, 12_300_000)] == [
        "7", "12.000", "1,0 mio.", "1,5 mio.", "12 mio.",
    ]  # fmt: skip
    names = [{"navn": n} for n in ("Aarhus", "Ærø", "Vejle", "Albertslund", "Odense")]
    assert [r["navn"] for r in danish.sort_by_name(names, "navn")] == [
        "Albertslund",
        "Odense",
        "Vejle",
        "Ærø",
        "Aarhus",
    ]
