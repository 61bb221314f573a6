"""The third gate: nothing is published without purpose, legal basis and a word on whose data each number is."""

from collections.abc import Sequence

import dagster as dg

from kdi.building.workspace import Workspace
from kdi.publish import declared
from kdi.publish.purposes import Purposes, describe
from orchestration.assets.made import Made, answer
from orchestration.keys import OWNERS

PURPOSE_KEY = dg.AssetKey(["gate", "formaal"])
CHECK = "alle_tabeller_har_formaal_og_hjemmel"
DECLARED, BETRAYS = "alle_tal_er_erklaeret", "intet_tal_er_en_enkelts"
CHECK_SPECS = [
    dg.AssetCheckSpec(name, asset=PURPOSE_KEY, blocking=True, description=text)
    for name, text in {
        CHECK: "Hver tabel har en række i reference/formaal.csv.",
        DECLARED: "Hvert tal er erklæret i publish/adgang.yml: hvis data, fra hvor mange, efter hvilken regel.",
        BETRAYS: "Tal af flere kommuner, som andre end KOMBIT ser, bygger på mindst fem, og ingen har over halvdelen.",
    }.items()
]


def spec(upstream: Sequence[dg.AssetKey]) -> dg.AssetSpec:
    """The gate on every table that would be published."""
    return dg.AssetSpec(
        PURPOSE_KEY,
        group_name="published",
        description="Formål og hjemmel for hver udgivet tabel. En tabel uden standser udgivelsen.",
        kinds={"csv"},
        owners=OWNERS,
        deps=upstream,
    )


def judge_purposes(workspace: Workspace, purposes: Purposes) -> Made:
    """Whether every table of the build has purpose and legal basis, and every number is declared and keeps to it."""
    tables = workspace.published_tables()
    missing = purposes.missing(tables)
    told = describe(missing) if missing else f"{len(tables)} tabeller."
    metadata = {"tabeller": len(tables), "formaal": {table: purposes.as_metadata(table) for table in tables}}
    with workspace.connect() as connection:
        undeclared = declared.undeclared(connection, "kdi")
        betrayed = [] if undeclared else declared.betrayed(connection)
    answers = (
        answer(PURPOSE_KEY, CHECK, not missing, told),
        answer(PURPOSE_KEY, DECLARED, not undeclared, "\n".join(undeclared) or "Alle tal er erklæret."),
        answer(PURPOSE_KEY, BETRAYS, not betrayed, "\n".join(betrayed) or "Intet tal er en enkelts."),
    )
    return Made(PURPOSE_KEY, metadata, answers)
