"""The register of purposes (article 30 style), written into every release as ``fortegnelse.md``.

It is made from the same data that decide: ``formaal.csv``, ``adgang.yml`` and the descriptions in dbt.
"""

from collections.abc import Iterable
from pathlib import Path

from kdi.publish.access import decisions
from kdi.publish.catalogue import TableText, descriptions
from kdi.publish.purposes import Purposes

_WHO = {
    "alle": "Alle læsere",
    "egne": "Den enkelte myndighed, de myndigheder den har aftale med, og KOMBIT",
    "kombit": "KOMBIT",
}
_HEAD = """\
# Fortegnelse over behandlinger

Udgivelse {publication}, {published}. Fortegnelsen er lavet sammen med udgivelsen af de samme oplysninger, som
afgør, hvad der udgives, og hvem der ser det. Tekster, der begynder med UDKAST, venter på dataejerens bekræftelse.

- **Dataansvarlig**: den enkelte kommune for egne oplysninger; KOMBIT driver platformen (bekræftes af dataejeren).
- **Registrerede**: ingen direkte. Antal sager pr. KLE-emne kan ligge tæt på en person og skjules, når de er små.
- **Kategorier af oplysninger**: antal kald, antal sager, systemers og organisationsenheders navne, stamdata.
- **Modtagere**: som angivet ved hver tabel. Der overføres intet til tredjelande.
- **Sletning**: udgivelser efter KDI_KEEP_RELEASES; leverancer efter aftale med dataejeren.
- **Sikkerhed**: adgang pr. række i PostgreSQL, krypteret forbindelse, adgangslog; se docs/privacy.md.

| Tabel | Indhold | Formål | Hjemmel | Modtagere | Tærskel |
| --- | --- | --- | --- | --- | --- |
"""


def write(path: Path, publication: str, published: str, tables: Iterable[str], purposes: Purposes) -> None:
    """Write the register of these tables.

    Raises:
        KeyError: a table has no purpose.
    """
    lines = [_line(table, purposes) for table in sorted(tables)]
    columns = [
        f"| {table}.{column} | {p.formaal} | {p.hjemmel} |" for (table, column), p in sorted(purposes.columns.items())
    ]
    text = _HEAD.format(publication=publication, published=published) + "\n".join(lines)
    text += "\n\n## Kolonner med et andet formål end tabellens\n\n| Kolonne | Formål | Hjemmel |\n| --- | --- | --- |\n"
    path.write_text(text + "\n".join(columns) + "\n", encoding="utf-8")


def _line(table: str, purposes: Purposes) -> str:
    purpose = purposes.of(table)
    text = descriptions().get(table) or TableText("", {})
    decision = decisions().tabeller.get(table)
    cells = [
        table,
        text.description,
        purpose.formaal,
        purpose.hjemmel,
        _WHO[decision.adgang] if decision else "Ikke i PostgreSQL",
        str(purpose.taerskel or "–"),
    ]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
