"""Whether there is room on the disk for what a load is about to write."""

import shutil
from pathlib import Path


class NoRoom(Exception):
    """The disk has too little free space; the message names the volume and how much is needed."""


def demand_room(folder: Path, needed: int) -> None:
    """See that the volume of ``folder`` has ``needed`` bytes free.

    Raises:
        NoRoom: it has not; nothing has been written yet.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise NoRoom(
            f"{_volume(folder)}: der er {free // 10**6} MB ledig plads, og der skal bruges {needed // 10**6} MB."
            " Giv mere plads, fx med en lavere KDI_KEEP_RELEASES, og kør igen."
        )


def _volume(folder: Path) -> Path:
    """Where the volume of a folder is mounted."""
    folder = folder.resolve()
    while not folder.is_mount():
        folder = folder.parent
    return folder
