"""KOMBIT's own figures, as shown in the workshop deck, and how they are delivered here."""

from samples.deliveries import GOLDEN, REFERENCE, Delivery, Row, System, demand, kommuner, onboarding, ski, status
from samples.files import read_csv

# Two years apart, so that no window of 12 months holds both.
FIRST_MONTH, SECOND_MONTH = "2022-04", "2020-04"
REPORT_DATE, MATRIX_DATE = "2022-04-30", "2022-05-02"
DECK, ELEVEN = System("Jobcentersystemet"), System("Alle systemer")

# Column of the table → the service that it is delivered as, and the catalogue's name of the area.
DATA_AREAS = {
    "beskaeftigelse": ("JobcenterBevilling Afsend", "Beskæftigelse"),
    "klassifikation": ("Klassifikation", "Klassifikation"),
    "organisation": ("OrganisationEnhed", "Organisation"),
    "person": ("PersonBaseDataExtendedService v4", "Person"),
    "sag_og_dokument": ("SagIndeks", "Sag og dokument"),
}


def implied_population() -> list[Row]:
    """Calls divided by calls per inhabitant: what the deck's eleven municipalities had of inhabitants.

    The others have their population of 2020: a file without them is refused.
    """
    implied = {
        kommuner()[row["kommune"]]["kommune_kode"]: str(round(int(row["kald"]) / float(row["kald_pr_indbygger"])))
        for row in read_csv(GOLDEN / "kald_pr_indbygger.csv")
    }
    known = [row for row in read_csv(REFERENCE / "folketal.csv") if row["kvartal"] == "2020K1"]
    return [{**row, "folketal": implied.get(row["kommune_kode"], row["folketal"])} for row in known]


def connection_report() -> list[Delivery]:
    """One system's report: fifteen interfaces it must have, and how far it is with each."""
    rows = {row["snitflade"] or row["navn"]: row["klarmelding"] for row in read_csv(GOLDEN / "tilslutningsrapport.csv")}
    return [
        ski(REPORT_DATE, *(demand(DECK.navn, interface, DECK.uuid) for interface in rows)),
        onboarding(REPORT_DATE, status(DECK.navn, DECK.uuid, **rows)),
    ]


def matrix() -> Delivery:
    """The onboarding sheet with its eleven anonymous systems."""
    rows = read_csv(GOLDEN / "onboarding_matrix.csv")
    return onboarding(
        MATRIX_DATE,
        *(status(f"System {row['raekke']}", **{k: v for k, v in row.items() if k != "raekke"}) for row in rows),
    )
