"""Sample deliveries: a believable, fully deterministic world in the format of the real ones.

Each source is a module with a `write` function, registered in `SOURCES`; a new source is a new module
and one line here. The content of a file depends on its own period and the scale only.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from demo.sample import kitos, kle, onboarding, sapa, serviceplatformen, ski, stoettesystemerne, systemanvendelse
from demo.sample.periods import months_ending
from demo.sample.world import Scale, World, build_world
from kdi.machine import progress

__all__ = ["LAST_MONTH", "SOURCES", "Scale", "generate"]

LAST_MONTH = date(2023, 2, 1)

Writer = Callable[[World, Path, list[date]], int]

SOURCES: dict[str, Writer] = {
    "stoettesystemerne": stoettesystemerne.write,
    "serviceplatformen": serviceplatformen.write,
    "kle": kle.write,
    "onboarding": onboarding.write,
    "ski": ski.write,
    "systemanvendelse": systemanvendelse.write,
    "kitos": kitos.write,
    "sapa": sapa.write,
}


def generate(out: Path, *, months: int, scale: Scale, last_month: date = LAST_MONTH) -> dict[str, int]:
    """Write `months` months of deliveries, ending with `last_month`, to `out/<source>/`; return rows per source."""
    if months < 1:
        raise ValueError(f"months must be at least 1, not {months}")
    world = build_world(scale)
    span = months_ending(last_month, months)
    rows = {}
    progress.stage("Laver leverancer", len(SOURCES))
    for source, write in progress.each(SOURCES.items()):
        folder = out / source
        folder.mkdir(parents=True, exist_ok=True)
        rows[source] = write(world, folder, span)
    return rows
