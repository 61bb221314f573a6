"""The third gate: nothing is published without purpose and legal basis, and every table shows its own."""

from collections.abc import Sequence

import dagster as dg

from orchestration.assets.lake import OWNERS
from orchestration.assets.made import Made, answer
from orchestration.build.workspace import Workspace
from orchestration.publish.purposes import Purposes, describe
from orchestration.settings import Settings

PURPOSE_KEY = dg.AssetKey(["gate", "formaal"])
CHECK = "alle_tabeller_har_formaal_og_hjemmel"
CHECK_SPEC = dg.AssetCheckSpec(
    CHECK, asset=PURPOSE_KEY, blocking=True, description="Hver tabel har en række i reference/formaal.csv."
)


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


def judge_purposes(settings: Settings, purposes: Purposes) -> Made:
    """Whether every table of the build has its purpose and legal basis."""
    tables = Workspace(settings).published_tables()
    missing = purposes.missing(tables)
    told = describe(missing) if missing else f"{len(tables)} tabeller."
    metadata = {"tabeller": len(tables), "formaal": {table: purposes.as_metadata(table) for table in tables}}
    return Made(PURPOSE_KEY, metadata, (answer(PURPOSE_KEY, CHECK, not missing, told),))
