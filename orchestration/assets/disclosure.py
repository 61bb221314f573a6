"""The gate for small counts: an attacker tries the KLE tables that this build would publish."""

import dagster as dg

from orchestration.assets.lake import OWNERS
from orchestration.assets.made import Made, answer
from orchestration.build import isolation
from orchestration.build.workspace import Workspace
from orchestration.ingest.reference.profiles import reference_profiles
from orchestration.publish.release import Manifest
from orchestration.settings import Settings

DISCLOSURE_KEY = dg.AssetKey(["gate", "diskretion"])
CHECK = "ingen_skjulte_antal_kan_udregnes"
_ATTACKED = [
    *(dg.AssetKey(["marts", name]) for name in ("dim_it_system", "dim_kle", "dim_myndighed", "fct_kle_sager")),
    dg.AssetKey(["kpi", "kle_sager"]),
    dg.AssetKey(["intermediate", "int_kle__sum_udtraek"]),
]
_NAMED = 20

SPEC = dg.AssetSpec(
    DISCLOSURE_KEY,
    group_name="published",
    description=(
        "Lineær programmering mod KLE-tabellerne for de berørte udtræk og dem ved siden af: intet skjult antal må kunne"
        " indsnævres mere, end reglen siger. Rød: intet er udgivet; find den tabel, der viser for meget."
    ),
    kinds={"duckdb", "scipy"},
    owners=OWNERS,
    deps=_ATTACKED,
)
CHECK_SPEC = dg.AssetCheckSpec(
    CHECK,
    asset=DISCLOSURE_KEY,
    description="Angriberen finder intet skjult antal og ingen sum, som de viste antal ikke forklarer.",
    blocking=True,
)


def attack_build(settings: Settings, manifest: Manifest) -> Made:
    """Attack what is about to be published; a release that can be narrowed is held back."""
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
    told = (
        f"{len(found.narrowed)} af {found.hidden} skjulte antal kan indsnævres,"
        f" {found.unexplained} summer passer ikke med de viste antal, {found.untried} er ikke efterprøvet."
        + (f" Fx {named[0]}. Find den tabel, der viser for meget, før der udgives." if named else "")
        + (f" {isolation.told(settings, manifest)}" if not found.in_vain else "")
    )
    metadata = {
        "udtraek": len(extracts),
        "taerskel": threshold,
        "skjulte_antal": found.hidden,
        "summer": found.sums,
        "ligninger": found.equations,
    }
    return Made(DISCLOSURE_KEY, metadata, (answer(DISCLOSURE_KEY, CHECK, found.in_vain, told, {"indsnaevret": named}),))
