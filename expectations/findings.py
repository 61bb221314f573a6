"""What can be wrong with a delivery, said so that its supplier can act on one reading.

Texts are Danish, because suppliers read them. A value is never repeated, only its class: it may
be personal.
"""

from dataclasses import dataclass
from typing import Literal, NewType

Code = Literal[
    "tom_fil", "ingen_raekker", "forkert_skilletegn", "manglende_kolonne", "dobbelt_kolonne", "ukendt_tegnsaet",
    "ulaeselig_fil", "forkert_filtype", "for_mange_kolonner", "for_lang_overskrift", "for_stor_fil",
    "usikker_fil", "for_tung_fil", "uklar_snitflade", "ulaeselig_overskrift", "skjult_ark",
    "formel_uden_vaerdi", "fejlvaerdi", "forkert_celletype", "flettet_celle", "brudt_raekke", "cpr_nummer",
    "dublet", "for_mange_fejl", "kontrolsum", "tomt_felt", "pladsholder", "styretegn", "oedelagt_tekst",
    "for_lang_tekst", "ugyldigt_cvr", "ugyldig_uuid", "ugyldigt_kle_nummer", "ugyldig_maaned",
    "forkert_periode", "ugyldigt_tidspunkt", "ikke_hel_time", "ugyldig_dato", "ukendt_vaerdi", "ikke_et_tal",
    "decimaltal", "negativt_tal", "for_stort_tal",
]  # fmt: skip
"""What a fault is called: in files of reasons, in suites and on the terminal."""
OwnCode = NewType("OwnCode", str)
"""The same for what a reference file's own rules demand; the words stand beside the rule."""

STRUCTURAL: frozenset[Code] = frozenset({
    "tom_fil", "forkert_skilletegn", "manglende_kolonne", "dobbelt_kolonne", "ukendt_tegnsaet", "ulaeselig_fil",
    "forkert_filtype", "uklar_snitflade", "ulaeselig_overskrift", "skjult_ark", "for_stor_fil", "usikker_fil",
    "for_tung_fil", "brudt_raekke", "for_mange_kolonner", "for_lang_overskrift",
})  # fmt: skip
"""Faults after which the number of a delivery's rows is not known."""

UNREAD_CELL: tuple[Code, ...] = ("formel_uden_vaerdi", "fejlvaerdi", "forkert_celletype", "flettet_celle")
"""Faults of a workbook's cell that holds something which could not be read."""
UNREAD_MARK = "\ufdd0"
"""Begins the text that stands for such a cell, followed by its fault: a character that no text may have."""

# code → (what is wrong, what to do). ``{detail}`` is filled with names of columns, never values.
CATALOGUE: dict[Code | OwnCode, tuple[str, str]] = {
    "tom_fil": ("Filen er tom (0 byte).", "Send filen igen med overskrift og rækker."),
    "ingen_raekker": (
        "Filen har overskrift, men ingen rækker.",
        "Send filen igen; en periode uden kald skal aftales med modtageren først.",
    ),
    "forkert_skilletegn": (
        "Filen bruger {detail} som skilletegn; aftalt er et andet.",
        "Gem filen med det aftalte skilletegn.",
    ),
    "manglende_kolonne": (
        "Kolonnen {detail} mangler i overskriften.",
        "Tilføj kolonnen, eller få et nyt navn lagt i kildens leveranceprofil.",
    ),
    "dobbelt_kolonne": ("Kolonnen {detail} står flere gange i overskriften.", "Send hver kolonne én gang."),
    "ukendt_tegnsaet": (
        "Filen er ikke gyldig {detail}.",
        "Gem filen i det aftalte tegnsæt (UTF-8), eller aftal et andet i leveranceprofilen.",
    ),
    "ulaeselig_fil": ("Filen kan ikke læses: {detail}.", "Send filen igen; den er formentlig afbrudt undervejs."),
    "forkert_filtype": (
        "Filen er {detail}; det siger filnavnet ikke.",
        "Gem som den aftalte filtype, for Excel en almindelig projektmappe (.xlsx) uden adgangskode og makroer.",
    ),
    "for_mange_kolonner": (
        "Filen har {detail}; der læses højst 1.000.",
        "Slet de tomme kolonner til højre for tabellen, og gem filen igen.",
    ),
    "for_lang_overskrift": (
        "Overskriften kan ikke læses: {detail}.",
        "Gem filen med én række overskrifter, skilt af det aftalte skilletegn.",
    ),
    "for_stor_fil": (
        "Filen er større end {detail}, som er grænsen.",
        "Del filen efter aftale med modtageren, eller få grænsen hævet (KDI_LARGEST_FILE, KDI_LARGEST_UNPACKED).",
    ),
    "usikker_fil": (
        "Filen kan ikke læses på en sikker måde: {detail}.",
        "Gem indholdet i en ny fil af den aftalte type, og send den.",
    ),
    "for_tung_fil": (
        "Læsningen af filen blev standset: {detail}.",
        "Send filen igen i den aftalte form; er den rigtig, kontakt driften.",
    ),
    "uklar_snitflade": (
        "Overskriften ligner en snitflade, men det kan ikke læses, hvilken.",
        "Skriv den som SF1470 eller SF1460_A, én snitflade pr. kolonne; et navn må følge efter.",
    ),
    "ulaeselig_overskrift": (
        "Overskriften er en formel, der aldrig er beregnet, eller en fejlværdi.",
        "Skriv overskriften som tekst, og send filen igen.",
    ),
    "skjult_ark": (
        "Det eneste ark med den aftalte overskrift ({detail}) er skjult; skjulte ark læses ikke.",
        "Vis arket, eller slet det, og send filen igen.",
    ),
    "formel_uden_vaerdi": (
        "Cellen er en formel, der aldrig er beregnet.",
        "Åbn filen i Excel, gem den, så formlerne er beregnet, og send den igen.",
    ),
    "fejlvaerdi": ("Cellen viser en fejl (som #REFERENCE! eller #I/T).", "Ret formlen, eller skriv værdien."),
    "forkert_celletype": (
        "Cellen er en dato, et klokkeslæt, et decimaltal eller SAND/FALSK; her skal stå tekst.",
        "Formatér kolonnen som tekst, og skriv værdien igen.",
    ),
    "flettet_celle": (
        "Cellen er flettet over flere rækker eller kolonner; det kan ikke ses, hvilken værdien hører til.",
        "Ophæv fletningen, og skriv værdien i hver celle.",
    ),
    "brudt_raekke": (
        "Rækken har et forkert antal felter eller et åbent anførselstegn ({detail}).",
        "Ret rækken, og send hele filen igen; et anførselstegn i en tekst skrives dobbelt.",
    ),
    "cpr_nummer": (
        "Her står noget, der ligner et CPR-nummer. Filen er ikke gemt.",
        "Fjern personnumre fra hele filen, også fra andre ark, arknavne og overskrifter, og send den igen.",
    ),
    "dublet": (
        "Samme nøgle ({detail}) findes i flere rækker.",
        "Send én række pr. nøgle.",
    ),
    "for_mange_fejl": (
        "{detail} rækker er afvist; det er flere, end kilden må have.",
        "Ret rækkerne nedenfor og send hele filen igen.",
    ),
    "kontrolsum": (
        "Rækker eller sum ind er ikke lig med indlæst plus karantæne.",
        "Platformens egen fejl: leverancen er holdt tilbage; kontakt driften.",
    ),
    "tomt_felt": ("Feltet er tomt.", "Udfyld feltet."),
    "pladsholder": (
        "Feltet har en pladsholder (nuller, »ukendt«, »-« eller lignende), som ikke peger på nogen.",
        "Send den rigtige værdi; er den ikke kendt, så aftal med modtageren, hvor rækken hører til.",
    ),
    "styretegn": (
        "Feltet rummer tegn, der ikke er tekst: styretegn, linjeskift eller tegn uden fast betydning.",
        "Skriv feltet om uden dem; indsæt det som ren tekst.",
    ),
    "oedelagt_tekst": (
        "Feltets bogstaver er ødelagt: teksten er på vejen læst i et forkert tegnsæt.",
        "Eksportér igen i UTF-8; er det aftalte tegnsæt et andet, så få det rettet i leveranceprofilen.",
    ),
    "for_lang_tekst": ("Feltet er længere end 300 tegn.", "Send navnet alene; resten hører ikke til i feltet."),
    "ugyldigt_cvr": ("Feltet er ikke et CVR-nummer på 8 cifre.", "Ret CVR-nummeret."),
    "ugyldig_uuid": ("Feltet er ikke en UUID.", "Send UUID'en i formen 8-4-4-4-12."),
    "ugyldigt_kle_nummer": ("Feltet er ikke et KLE-nummer (NN.NN.NN).", "Ret KLE-nummeret."),
    "ugyldig_maaned": ("Feltet er ikke en måned (ÅÅÅÅ-MM, eller datoen for den første i den).", "Ret måneden."),
    "forkert_periode": (
        "Rækken hører til en anden periode end filnavnets.",
        "Send rækken i den fil, den hører til, eller ret filnavnet.",
    ),
    "ugyldigt_tidspunkt": (
        "Feltet er ikke et tidspunkt efter ISO 8601 med afstand til UTC (2022-04-30T13:00:00+02:00).",
        "Ret tidspunktet.",
    ),
    "ikke_hel_time": ("Tidspunktet er ikke starten af en time.", "Send timens start."),
    "ugyldig_dato": ("Feltet er ikke en dato (ÅÅÅÅ-MM-DD).", "Ret datoen."),
    "ukendt_vaerdi": ("Feltet har en værdi, som ikke er aftalt.", "Brug en af disse: {detail}."),
    "ikke_et_tal": ("Feltet er ikke et helt tal.", "Send antallet som et helt tal uden tusindtalsskilletegn."),
    "decimaltal": (
        "Feltet er et decimaltal, eller det har et tusindtalsskilletegn.",
        "Send antallet som et helt tal uden skilletegn, eller få decimaltegnet lagt i leveranceprofilen.",
    ),
    "negativt_tal": ("Antallet er negativt.", "Ret antallet."),
    "for_stort_tal": ("Antallet er større, end én række kan have.", "Ret antallet."),
}

VALUE_CLASS: dict[Code | OwnCode, str] = {
    "tomt_felt": "tom",
    "decimaltal": "decimaltal",
    "negativt_tal": "negativt tal",
    "for_stort_tal": "for stort tal",
    "ikke_et_tal": "tekst",
    "cpr_nummer": "CPR-lignende",
    "pladsholder": "pladsholder",
    "for_lang_tekst": "for lang tekst",
}


@dataclass(frozen=True)
class Finding:
    """One fault: in the delivery as a whole (``raekke`` None) or in one row.

    ``raekke`` is the row's number as a spreadsheet shows it: the header and lines above it are counted. In Parquet
    and JSON, which have no header, it counts from 1. ``ark`` is the sheet of a workbook that has several. ``antal``
    says how many rows share the fault when only the first are listed.
    """

    kode: Code | OwnCode
    kolonne: str | None = None
    raekke: int | None = None
    detalje: str = ""
    antal: int = 1
    ark: str = ""

    @property
    def besked(self) -> str:
        """What is wrong, in Danish."""
        return CATALOGUE[self.kode][0].format(detail=self.detalje)

    @property
    def handling(self) -> str:
        """What to do about it, in Danish."""
        return CATALOGUE[self.kode][1].format(detail=self.detalje)

    @property
    def vaerdiklasse(self) -> str:
        """The kind of value met, never the value."""
        return VALUE_CLASS.get(self.kode, "andet format" if self.raekke else "")

    def __str__(self) -> str:
        where = [f"ark »{self.ark}«" if self.ark else ""]
        where += [f"række {self.raekke}" if self.raekke else "", f"kolonne {self.kolonne}" if self.kolonne else ""]
        place = ", ".join(part for part in where if part)
        more = f" ({self.antal} rækker i alt)" if self.antal > 1 else ""
        return f"{f'{place}: ' if place else ''}[{self.kode}] {self.besked}{more} {self.handling}"


class UnreadableDelivery(Exception):
    """The delivery cannot be read as its profile says; ``findings`` says why."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(str(f) for f in findings))
        self.findings = findings
