"""What a build makes anew covers what its models read: pieces are the whole at every distance from a change.

A changed month may reach the 23 months after it, and a changed day the 70 days after it: how far, stands in the plan's
tables (``kdi/building/workspace.py``) and in the models that read them. The world has 26 months, and days on which
services fall away, so a span that is too short leaves a row as it was: with each shorter the same comparison fails.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pipeline.project import Edit, Project
from samples.deliveries import Delivery
from samples.installation import Installation

from .test_worlds import accept_what_waits, content, installation_of, load
from .worlds import World, random_world

pytestmark = pytest.mark.long
WORLD = random_world(2, months=26)
Choice = Callable[[list[Delivery]], Delivery]
FIRST: Choice = lambda found: found[0]  # noqa: E731
MIDDLE: Choice = lambda found: found[len(found) // 2]  # noqa: E731
LAST: Choice = lambda found: found[-1]  # noqa: E731
CHANGES = {
    "first month": ("serviceplatformen", FIRST),
    "middle month": ("serviceplatformen", MIDDLE),
    "newest month": ("serviceplatformen", LAST),
    "first day": ("stoettesystemerne", FIRST),
    "middle day": ("stoettesystemerne", MIDDLE),
    "newest day": ("stoettesystemerne", LAST),
    "first extract": ("kle", FIRST),
    "a sheet": ("onboarding", FIRST),
    "a list of uses": ("systemanvendelse", FIRST),
    "look-ups": ("sapa", FIRST),
}
SHORTER: dict[str, tuple[Edit, str]] = {
    "the months that a month reaches": (
        ("../kdi/building/workspace.py", "generate_series(0, 23)", "generate_series(0, 22)"), "first month",
    ),
    "the months that calls are read of": (
        ("models/kpi/grundlag/anvendelse/int_kald__kommune_maaned.sql", "'month', -23,", "'month', -22,"),
        "newest month",
    ),
    "the days that a day reaches": (
        ("models/kpi/grundlag/drift/int_drift__kalender.sql", "between beroerte.dato and beroerte.dato + 70",
         "between beroerte.dato and beroerte.dato + 42"), "middle day",
    ),
    "the days that a day is compared with": (
        ("models/kpi/grundlag/drift/int_drift__kalender.sql", "beroerte.dato - 70", "beroerte.dato - 42"), "newest day",
    ),
}  # fmt: skip


def changed(world: World, name: str) -> Delivery:
    """A delivery of the world with other rows, as its supplier would send it again."""
    source, choose = CHANGES[name]
    found = sorted((d for d in world.in_force if d.source == source), key=lambda d: d.period)
    delivery = choose(found)
    rows = [dict(r) for r in delivery.rows[:: 1 if source in ("serviceplatformen", "stoettesystemerne") else 2]]
    for row in rows:
        if "antal_kald" in row:
            row["antal_kald"] = str(3 * int(row["antal_kald"]) + 7)
    return replace(delivery, rows=tuple(rows), suffix=".csv" if delivery.suffix == ".csv.gz" else ".csv.gz")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = installation_of(WORLD, tmp_path_factory.mktemp("spans") / "base")
    installation.deliver(*WORLD.deliveries)
    load(installation)
    return installation


@pytest.mark.parametrize("name", CHANGES)
def test_pieces_are_the_whole_at_every_distance_from_a_change(name: str, base: Installation) -> None:
    installation = base.copy(name.replace(" ", "-"))
    before = content(installation)
    installation.deliver(changed(WORLD, name))
    load(installation)
    pieces = content(installation)
    assert pieces != before
    load(installation, rebuild=True)
    whole = content(installation)
    assert {table for table in whole if whole[table] != pieces[table]} == set()


def load_by(project: Project, installation: Installation, *options: str) -> None:
    while accept_what_waits(installation, project.run(installation, "load", *options).stderr):
        pass
    project.load(installation)


@pytest.mark.parametrize("name", SHORTER)
def test_a_span_that_is_too_short_is_noticed(name: str, tmp_path: Path) -> None:
    edit, change = SHORTER[name]
    project = Project.copy(tmp_path / "code")
    project.edit(edit)
    installation = installation_of(WORLD, tmp_path / "world")
    installation.deliver(*WORLD.deliveries)
    load_by(project, installation)
    installation.deliver(changed(WORLD, change))
    load_by(project, installation)
    pieces = content(installation)
    load_by(project, installation, "--rebuild")
    whole = content(installation)
    assert {table for table in whole if whole[table] != pieces[table]} != set()
