"""A disk that is full or cannot be written leaves the last release; a load with room makes it good."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples.installation import Installation, Table

from kdi.machine.disk_space import NoRoom, demand_room

from . import processes
from .crash import RecordProperty, rows_lost
from .small import FAULTY, Past

MEGABYTE = 1 << 20


def mount(folder: Path, options: str) -> None:
    """Mount or remount a file system in memory; the test is left out where that is not allowed."""
    try:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, large at first."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder, "size=2g")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def installation(past: Past, volume: Path) -> Installation:
    """The small installation with its home on that volume; inbox and Dagster's storage lie elsewhere."""
    other = past.installation.copy(f"disk-{volume.parent.name}")
    shutil.move(other.home, volume / "home")
    other.home.symlink_to(volume / "home")
    return other


def used(volume: Path) -> int:
    return shutil.disk_usage(volume).used


@pytest.mark.long
@pytest.mark.parametrize("room", [0, 1, 4, 16, 48], ids=lambda room: f"{room} MB free")
def test_a_full_disk_leaves_the_release_and_a_load_with_room_makes_it_good(
    room: int, installation: Installation, volume: Path, expected: dict[str, Table], record_property: RecordProperty
) -> None:
    """With so little room that nothing can be received, and with more, so that it is used up further on."""
    before = installation.content()
    mount(volume, f"remount,size={used(volume) + room * MEGABYTE}")
    ended = processes.run(installation)
    found = installation.content()
    assert found == before or (room and found == expected)
    assert ended.exit_code or len(ended.failures) > len(FAULTY) or found == expected, "it is said"
    mount(volume, "remount,size=2g")
    assert len(processes.run(installation).failures) == len(FAULTY)
    content = installation.content()
    record_property("rows_lost", rows_lost(content, expected))
    assert content == expected


@pytest.mark.long
def test_a_read_only_disk_leaves_the_release(installation: Installation, volume: Path) -> None:
    before = installation.content()
    mount(volume, "remount,ro")
    ended = processes.run(installation)
    assert ended.failures or ended.exit_code, "it is said"
    assert installation.content() == before
    mount(volume, "remount,rw")
    assert len(processes.run(installation).failures) == len(FAULTY)
    assert installation.content() != before


def test_too_little_room_is_said_before_anything_is_written(volume: Path) -> None:
    folder = volume / "home" / "build"
    folder.mkdir(parents=True)
    demand_room(folder, 100 * MEGABYTE)
    mount(volume, f"remount,size={50 * MEGABYTE}")
    with pytest.raises(NoRoom) as said:
        demand_room(folder, 100 * MEGABYTE)
    message = str(said.value)
    assert message.startswith(f"{volume}: ") and "104 MB" in message and "KDI_KEEP_RELEASES" in message
