"""The deck's own example of a connection report comes out as KOMBIT shows it: 11 of 15 ready."""

from pathlib import Path

from samples.deliveries import GOLDEN
from samples.files import read_csv
from samples.ways import Loaded

from kdi.publish.agreements import NONE
from kdi.report import kditl, tilslutning, web
from kdi.report.edition import Edition
from kdi.report.indicators import Indicators

from .golden import DECK

SAID = {"Ja": "Ja", "Delvis": "Delvis", "Nej": "Nej"}


def code_of(row: tuple[str, ...]) -> str:
    """``SF1470`` of ``Sags- og Dokumentindeks (SF1470)``; the name where there is no code."""
    return row[0].rpartition("(")[2].rstrip(")")


def test_the_decks_connection_report(golden: Loaded) -> None:
    with Edition(golden.installation.current) as edition:
        (system,) = [s for s in tilslutning.systems(edition) if s.name == DECK.navn]
        document = tilslutning.build(edition, system)
    assert document.headline == "Jobcentersystemet er klarmeldt til 11 af 15 krævede snitflader; kald bekræfter 2."
    expected = {
        row["snitflade"] or row["navn"]: SAID[row["klarmelding"]]
        for row in read_csv(GOLDEN / "tilslutningsrapport.csv")
    }
    table = document.tables()["klarmelding"]
    assert len(table.rows) == 15
    assert {code_of(row): row[1] for row in table.rows} == expected


def test_calls_confirm_or_contradict_each_status(golden: Loaded) -> None:
    with Edition(golden.installation.current) as edition:
        (system,) = [s for s in tilslutning.systems(edition) if s.name == DECK.navn]
        rows = {code_of(r): r[2:] for r in tilslutning.build(edition, system).tables()["klarmelding"].rows}
    # the deck's table of calls: 13 municipalities, and Sag og dokument comes to 17,892,184
    assert rows["SF1470"] == ("Kald uden klarmelding", "17.892.184", "13")
    assert rows["SF1500"] == ("Bekræftet", "914.849", "13")
    # nobody in the country has been seen calling it
    assert rows["SF1490"] == ("Kan ikke måles", "0", "0")
    assert rows["SF2900"] == ("Ikke tilsluttet", "0", "0")


def test_hvorfor_kun_fredericia(golden: Loaded) -> None:
    with Edition(golden.installation.current) as edition:
        (system,) = [s for s in tilslutning.systems(edition) if s.name == DECK.navn]
        rows = tilslutning.build(edition, system).tables()["supplerende"].rows
    assert [row[3:] for row in rows if code_of(row) == "SF1520"] == [("24.683", "1")]


def test_what_has_not_been_delivered_is_not_told_as_zero(golden: Loaded, tmp_path: Path) -> None:
    """The deck's tables hold neither KLE extracts, hours nor registers of use."""
    with Edition(golden.installation.current) as edition:
        assert edition.extract is None and not edition.has_hours
        (cvr,) = [m["cvr"] for m in edition.municipalities if m["navn"] == "Læsø"]
        web.write(edition, Indicators(edition), NONE, cvr, tmp_path / "web")
        master = kditl.build(edition)
    own = tmp_path / "web" / "kommune" / "laesoe-kommune"
    said = "".join(page.read_text(encoding="utf-8") for page in (tmp_path / "web" / "index.html", *own.iterdir()))
    assert "intet udtræk af KLE-sager til og med perioden" in said
    assert "afvigelser kan ikke findes" in said
    assert "Alle almindelige emner har sager" not in said and "Der er ikke fundet afvigelser" not in said
    # both platforms have delivered, and nothing of Læsø: that is nil, and the rest is not known
    assert 'data-maal="kald_pr_indbygger">0,00<' in said
    assert "daekningsgrad" not in said and "Vi har ingen data om det." in said
    assert "0 mistænkelige" not in str(master.as_dict()) and "Ingen driftsforstyrrelser" not in str(master.as_dict())
