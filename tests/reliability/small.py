"""A small installation with a past, and a load to come in which everything happens that can be killed.

The load to come brings a day, a corrected day, a month and a list; one delivery is refused and one
set aside in part; the oldest release is pruned after it.
"""

from dataclasses import dataclass
from pathlib import Path

from samples import world
from samples.deliveries import call, day, month
from samples.installation import Installation
from samples.ways import Folders

from . import processes

TO_COME = (world.CORRECTION, world.LATE_DAY, world.MONTHS[-1], world.SECOND_USE)
SECOND = (world.APRIL_DAY,)
FIRST = tuple(d for d in world.ALL if d not in (*TO_COME, *SECOND))
REFUSED = day("2022-02-10", {**call("2022-02-10T08:00:00+01:00", "Fredericia", world.JOB, 1), "antal_kald": "-3"})


def _mostly_sound() -> list[dict[str, str]]:
    """Twelve hundred rows of one month; the calls of one are no number."""
    rows = [
        {
            **month("2021-07", *world.MONTHS[0].rows).rows[0],
            "maaned": "2021-07",
            "serviceaftale_uuid": f"00000000-0000-4000-8000-{number:012}",
        }
        for number in range(1200)
    ]
    rows[600]["antal_kald"] = "mange"
    return rows


SET_ASIDE_IN_PART = month("2021-07", *_mostly_sound())
FAULTY = (REFUSED, SET_ASIDE_IN_PART)


@dataclass(frozen=True)
class Past:
    """An installation with two releases and a full inbox, and the steps that its first load took."""

    installation: Installation
    steps: Path


def with_a_past(folders: Folders) -> Past:
    """Load twice, then put the deliveries of the load to come in the inbox."""
    installation = folders.new("fortid")
    steps = installation.folder / "trin"
    installation.deliver(*FIRST)
    assert processes.run(installation, KDI_STEPS_LOG=str(steps)).failures == []
    installation.deliver(*SECOND)
    assert processes.run(installation).failures == []
    installation.deliver(*TO_COME, *FAULTY)
    return Past(installation, steps)
