"""The gate for small counts: an attacker tries the KLE tables that this build would publish."""

from collections import Counter
from contextlib import suppress

import dagster as dg
import duckdb

from expectations.reference import reference_profiles
from kdi.building import isolation
from kdi.building.earlier import UNREADABLE, attached
from kdi.building.start import Site
from kdi.disclosure import over_time
from kdi.disclosure.attacker import attack
from kdi.disclosure.sums_over_time import hide_divided_otherwise, hide_telling_changes
from kdi.disclosure.sums_together import hide_telling_sums
from kdi.publish.release import Manifest, Releases
from orchestration.assets.made import Made, answer
from orchestration.keys import OWNERS

DISCLOSURE_KEY = dg.AssetKey(["gate", "diskretion"])
CHECK = "ingen_skjulte_antal_kan_udregnes"
_ATTACKED = [
    *(dg.AssetKey(["marts", name]) for name in ("dim_it_system", "dim_kle", "dim_myndighed", "fct_kle_sager")),
    dg.AssetKey(["kpi", "kle_sager"]),
    dg.AssetKey(["intermediate", "int_kle__udtraek"]),
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


def hide_over_time(site: Site) -> dict[str, int]:
    """Hide the sums that tell something beside each other or a release that is kept; how many rows, by table."""
    with site.workspace.connect() as connection:
        earlier = site.releases.earlier()
        hidden = Counter(hide_telling_sums(connection))
        hidden.update(hide_divided_otherwise(connection, earlier))
        hidden.update(hide_telling_changes(connection, earlier))
        return dict(hidden)


def attack_build(site: Site, manifest: Manifest) -> Made:
    """Attack what is about to be published; a release that can be narrowed is held back."""
    with site.workspace.connect() as connection:
        extracts = [d for (d,) in connection.execute("from intermediate.int_kle__udtraek order by all").fetchall()]
        (floor,) = [c.lowest for c in reference_profiles()["formaal"].columns if c.name == "taerskel"]
        threshold = connection.execute(
            f"select greatest(coalesce(max(cast(taerskel as integer)), 0), {floor}) from lake.formaal"
            " where tabel = 'marts.fct_kle_sager'"
        ).fetchall()[0][0]
        found = attack(connection, threshold, extracts, catalog="kdi")
        over_time = _over_time(site.releases, connection, manifest, threshold) if extracts else []
    named = [*over_time, *(str(cell) for cell in found.narrowed)][:_NAMED]
    in_vain = found.in_vain and not over_time
    told = (
        f"{len(found.narrowed) + len(over_time)} af {found.hidden} skjulte antal kan indsnævres,"
        f" {found.unexplained} summer passer ikke med de viste antal, {found.untried} er ikke efterprøvet."
        + (f" Fx {named[0]}. Find den tabel, der viser for meget, før der udgives." if named else "")
        + (f" {isolation.told(site.lake.log, site.releases, manifest)}" if not in_vain else "")
    )
    metadata = {
        "udtraek": len(extracts),
        "taerskel": threshold,
        "skjulte_antal": found.hidden,
        "summer": found.sums,
        "ligninger": found.equations,
    }
    return Made(DISCLOSURE_KEY, metadata, (answer(DISCLOSURE_KEY, CHECK, in_vain, told, {"indsnaevret": named}),))


def _over_time(
    releases: Releases, connection: duckdb.DuckDBPyConnection, manifest: Manifest, threshold: int
) -> list[str]:
    """Sentences on the counts that the build betrays together with the releases that are kept."""
    kept = {}
    for earlier in releases.earlier():
        with suppress(*UNREADABLE), attached(connection, earlier):
            kept[earlier] = over_time.read_systems(connection, "arbejde_foer")
    systems = over_time.read_systems(connection, "arbejde")
    touched = over_time.divided_otherwise([systems, *kept.values()])
    if not touched:
        return []

    def edition(published: str, of: Manifest, all_systems: dict[int, frozenset[str]]) -> over_time.Edition:
        chosen = {system: parts for system, parts in all_systems.items() if parts & touched}
        return over_time.read_edition(connection, published, of, chosen)

    before = []
    for earlier, theirs in kept.items():
        with attached(connection, earlier):
            before.append(edition("udgivet_foer", releases.manifest(earlier.publication_id), theirs))
    names = dict(connection.execute("select it_system_id, navn from kdi.marts.dim_it_system").fetchall())
    return [
        f"{extract} {names.get(system, 'et andet systems del')} ({reason}): sammen med tidligere udgivelser"
        for (extract, _, _), system, reason in over_time.betrayed(edition("kdi", manifest, systems), before, threshold)
    ]
