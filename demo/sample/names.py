"""Names of the sample world: those seen in the workshop deck, and obviously fictional ones."""

JOBCENTER_SYSTEM = "Jobcentersystemet"
RENAMED_SYSTEM = ("Sagsbro", "Sagsbro Plus")

DECK_SYSTEMS = (
    JOBCENTER_SYSTEM,
    "KMD Nexus",
    "KMD Momentum",
    "KMD SAG",
    "KY",
    "KSD",
    "KSD",
    "KSD",
    "KSD",
    "KP - Prod",
    "STSOrgSync",
    "FBS Cicero",
    "Dafolo",
    "Vandforbrugsregister",
    RENAMED_SYSTEM[0],
)
"""In the order of their system numbers. The deck lists KSD under four UUIDs; the renamed system is ours."""

OTHER_AUTHORITIES = (
    "Region Hovedstaden",
    "Region Sjælland",
    "Region Syddanmark",
    "Region Midtjylland",
    "Region Nordjylland",
    "Udbetaling Danmark",
    "Korsbæk Kommune",
    "Beskæftigelsesstyrelsen",
    "Fællesbeholderen I/S",
    "Beredskab Fjordlandet I/S",
)

_SYSTEM_SUBJECTS = (
    "Borger",
    "Omsorgs",
    "Skole",
    "Byggesags",
    "Miljø",
    "Løn",
    "Familie",
    "Job",
    "Ydelses",
    "Vej",
    "Plan",
    "Natur",
    "Energi",
    "Vand",
    "Affalds",
    "Kultur",
    "Fritids",
    "Biblioteks",
    "Dagtilbuds",
    "Tandpleje",
    "Sundheds",
    "Genoptrænings",
    "Hjælpemiddel",
    "Bolig",
    "Ejendoms",
    "Økonomi",
    "Debitor",
    "Arkiv",
    "Post",
    "Valg",
    "Byråds",
    "Integrations",
    "Handicap",
    "Pensions",
    "Ungdoms",
    "Journal",
    "Visitations",
    "Kørsels",
)
_SYSTEM_FORMS = (
    "kompas",
    "linjen",
    "porten",
    "værket",
    "fyret",
    "sporet",
    "huset",
    "torvet",
    "ankeret",
    "kilden",
    "bordet",
    "piloten",
    "blikket",
    "nøglen",
    "tavlen",
    "loggen",
    "strømmen",
    "kredsen",
    "banken",
    "mappen",
)
_OUTSIDE_FORMS = ("ruten", "broen", "stien", "makkeren", "pulsen", "rummet")
_OUTSIDE_EDITIONS = ("", " Web", " Mobil", " Lokal", " Arkiv", " Plus", " Klassik", " Info", " Skema", " Kort")
_SUPPLIER_PLACES = (
    "Fjord",
    "Hede",
    "Klit",
    "Bøge",
    "Lyng",
    "Strand",
    "Mose",
    "Bakke",
    "Skov",
    "Eng",
    "Å",
    "Sund",
    "Vig",
    "Holm",
    "Næs",
    "Ege",
    "Pile",
)
_SUPPLIER_TRADES = (
    "data A/S",
    "soft ApS",
    "blik IT A/S",
    "systemer A/S",
    "digital ApS",
    "logik A/S",
    "løsninger ApS",
    "net A/S",
    "huset IT ApS",
)


def system_names(count: int) -> list[str]:
    """`count` names of IT systems, the deck's first."""
    fictional = [subject + form for form in _SYSTEM_FORMS for subject in _SYSTEM_SUBJECTS]
    return [*DECK_SYSTEMS, *fictional][:count]


def outside_names(count: int) -> list[str]:
    """`count` names of IT systems that call nothing; none of them is the name of one that does."""
    return [
        subject + form + edition
        for edition in _OUTSIDE_EDITIONS
        for form in _OUTSIDE_FORMS
        for subject in _SYSTEM_SUBJECTS
    ][:count]


def supplier_names(count: int) -> list[str]:
    """`count` names of suppliers: KMD, and fictional ones."""
    return ["KMD A/S", *(place + trade for trade in _SUPPLIER_TRADES for place in _SUPPLIER_PLACES)][:count]


def authority_name(kommune: str) -> str:
    """How a municipality signs itself, as in `Aalborg Kommune`."""
    irregular = {"København": "Københavns Kommune", "Bornholm": "Bornholms Regionskommune"}
    return irregular.get(kommune, f"{kommune} Kommune")
