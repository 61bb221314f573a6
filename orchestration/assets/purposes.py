"""The third gate: nothing is published without purpose and legal basis, and every table shows its own."""

import dagster as dg

from orchestration.assets.lake import OWNERS, WRITER_POOL
from orchestration.build.start import started
from orchestration.build.workspace import Workspace
from orchestration.lake.reference import reference_folder
from orchestration.publish.purposes import Purposes, describe
from orchestration.settings import get_settings

PURPOSE_KEY = dg.AssetKey(["gate", "formaal"])
CHECK = "alle_tabeller_har_formaal_og_hjemmel"


def purpose_gate(upstream: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The gate on every table that would be published."""

    @dg.asset(
        key=PURPOSE_KEY,
        group_name="published",
        description="Purpose and legal basis of every published table. A table without stops the publication.",
        kinds={"csv"},
        owners=OWNERS,
        deps=upstream,
        pool=WRITER_POOL,
        check_specs=[
            dg.AssetCheckSpec(
                CHECK, asset=PURPOSE_KEY, blocking=True, description="Every table has a row in reference/formaal.csv."
            )
        ],
    )
    def formaal(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        settings = get_settings()
        _, manifest = started(settings)
        purposes = Purposes.read(reference_folder(settings, manifest.inputs["reference"]))
        tables = Workspace(settings).published_tables()
        missing = purposes.missing(tables)
        return dg.MaterializeResult(
            metadata={
                "tabeller": len(tables),
                "formaal": {table: purposes.as_metadata(table) for table in tables},
            },
            check_results=[
                dg.AssetCheckResult(
                    check_name=CHECK,
                    passed=not missing,
                    description=describe(missing) if missing else f"{len(tables)} tabeller.",
                )
            ],
        )

    return formaal
