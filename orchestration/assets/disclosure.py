"""The gate for small counts: an attacker tries the KLE tables that this build would publish."""

import dagster as dg

from orchestration.assets.lake import OWNERS, WRITER_POOL
from orchestration.build import isolation
from orchestration.build.start import started
from orchestration.build.workspace import Workspace
from orchestration.ingest.reference.profiles import reference_profiles
from orchestration.settings import get_settings

DISCLOSURE_KEY = dg.AssetKey(["gate", "diskretion"])
CHECK = "ingen_skjulte_antal_kan_udregnes"
_ATTACKED = [
    *(dg.AssetKey(["marts", name]) for name in ("dim_it_system", "dim_kle", "dim_myndighed", "fct_kle_sager")),
    dg.AssetKey(["kpi", "kle_sager"]),
    dg.AssetKey(["intermediate", "int_kle__sum_udtraek"]),
]
_NAMED = 20


@dg.asset(
    key=DISCLOSURE_KEY,
    group_name="published",
    description=(
        "Linear programming against the KLE tables of the touched extracts and those beside them: no hidden count"
        " may be known more narrowly than the rule that hides it says."
    ),
    kinds={"duckdb", "scipy"},
    owners=OWNERS,
    deps=_ATTACKED,
    pool=WRITER_POOL,
    check_specs=[
        dg.AssetCheckSpec(
            CHECK,
            asset=DISCLOSURE_KEY,
            description="The attacker finds no hidden count and no sum that the published counts do not explain.",
            blocking=True,
        )
    ],
)
def diskretion(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """Attack what is about to be published; a release that can be narrowed is held back."""
    settings = get_settings()
    _, manifest = started(settings)
    connection = Workspace(settings).connect()
    try:
        extracts = [d for (d,) in connection.execute("from intermediate.int_kle__sum_udtraek order by all").fetchall()]
        (floor,) = [c.lowest for c in reference_profiles()["formaal"].columns if c.name == "taerskel"]
        threshold = connection.execute(
            f"select greatest(coalesce(max(cast(taerskel as integer)), 0), {floor}) from lake.formaal"
            " where tabel = 'marts.fct_kle_sager'"
        ).fetchall()[0][0]
        from orchestration.disclosure.attacker import attack  # the solver takes a second to import

        found = attack(connection, threshold, extracts, catalog="kdi")
    finally:
        connection.close()
    named = [str(cell) for cell in found.narrowed[:_NAMED]]
    return dg.MaterializeResult(
        metadata={
            "udtraek": len(extracts),
            "taerskel": threshold,
            "skjulte_antal": found.hidden,
            "summer": found.sums,
            "ligninger": found.equations,
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=CHECK,
                passed=found.in_vain,
                severity=dg.AssetCheckSeverity.ERROR,
                description=(
                    f"{len(found.narrowed)} af {found.hidden} skjulte antal kan indsnævres,"
                    f" {found.unexplained} summer passer ikke med de viste antal, {found.untried} er ikke efterprøvet."
                    + (f" Fx {named[0]}. Find den tabel, der viser for meget, før der udgives." if named else "")
                    + (f" {isolation.told(settings, manifest)}" if not found.in_vain else "")
                ),
                metadata={"indsnaevret": named},
            )
        ],
    )
