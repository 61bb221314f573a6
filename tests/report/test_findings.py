"""Headlines say what their numbers say, whatever the numbers are."""

from kdi.notation import danish
from kdi.report import findings


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
    assert (
        findings.per_citizen(0.01, "maj 2022", None)
        == "Infrastrukturen blev kaldt <\u00a00,1 gange pr. borger i maj 2022."
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
