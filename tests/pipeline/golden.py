"""KOMBIT's own figures, as shown in the workshop deck, and how they are delivered here."""

from .deliveries import GOLDEN, Row, System, kommuner, read_csv

# Two years apart, so that no window of 12 months holds both.
FIRST_MONTH, SECOND_MONTH = "2022-04", "2020-04"
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
    """Calls divided by calls per inhabitant: what the deck's eleven municipalities had of inhabitants."""
    return [
        {
            "kommune_kode": kommuner()[row["kommune"]]["kommune_kode"],
            "kvartal": "2020K1",
            "folketal": str(round(int(row["kald"]) / float(row["kald_pr_indbygger"]))),
        }
        for row in read_csv(GOLDEN / "kald_pr_indbygger.csv")
    ]
