"""Two loads that differ in hidden counts alone: whatever a reader can see of them is the same.

Stronger than searching for a number: what does not depend on it cannot betray it, in whatever clothes. All files that
an installation leaves are listed by who reads them; a file that nobody has decided about fails the test.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from samples import world
from samples.deliveries import Delivery, cases
from samples.installation import Installation
from samples.ways import Folders

from .traces import AUDIENCES, OF_THE_PROJECT, ONLY_OPERATORS, audience, files, name_of, told

pytestmark = pytest.mark.long  # two loads and their reports take two minutes
MADE = (
    ("report", "potentiale", "--kommune", "Aalborg"),
    ("report", "kditl"),
    ("report", "nyhedsbrev"),
    ("report", "web", "--kommune", "Aalborg"),
    ("report", "excel", "--kommune", "Aalborg"),
    ("docs",),
)


def extracts(hidden: tuple[int, int, int, int]) -> tuple[Delivery, ...]:
    """Two extracts, a correction of the second, and a refused one. Four counts that are always hidden can be chosen."""
    small, other, beside, refused = hidden
    shown = cases("Aalborg", world.JOB, "00.06.00", 4711)
    twice = cases("Samsø", world.JOB, "27.01.00", refused)
    march = (shown, cases("Aalborg", world.JOB, "00.01.00", beside))
    return (
        Delivery("kle", "2021-09-30", (shown, twice, twice)),
        Delivery(
            "kle",
            "2021-12-31",
            (shown, cases("Aalborg", world.JOB, "00.01.00", small), cases("Samsø", world.JOB, "00.01.00", "<5")),
        ),
        Delivery("kle", "2022-03-31", march),
        Delivery("kle", "2022-03-31", (*march, cases("Glostrup", world.ESDH_A, "00.01.00", other)), ".csv.gz"),
    )


@dataclass(frozen=True)
class Left:
    """What an installation left behind."""

    installation: Installation
    files: dict[str, Path]

    def of_readers(self) -> dict[str, list[Path]]:
        """What others than the operators can read, by name without what each load has of its own."""
        found: dict[str, list[Path]] = {}
        for relative, path in self.files.items():
            if audience(relative) != ONLY_OPERATORS and relative not in OF_THE_PROJECT:
                found.setdefault(name_of(relative), []).append(path)
        return found

    def lines(self, paths: list[Path]) -> Counter[str]:
        """What the files say, in no order: threads write beside each other."""
        folders = {str(self.installation.folder): "HJEM", str(self.installation.dagster_home): "DAGSTER"}
        return Counter(line for path in paths for line in told(path, folders))


def names_that_tell(hidden: tuple[int, int, int, int]) -> list[str]:
    """Paths in the inbox of which the names say a hidden count; the content is an extract like any other."""
    small, other, *_ = hidden
    return [
        f"kle/kle_2022-03-31_Aalborg_00.01.00_{small}_sager.csv",
        f"kle/Glostrup har {other} sager/kle_2022-03-31.csv",
        f"kle/kle_2022-03-31 ({small} sager).csv",
        f"{other} sager i Glostrup.csv",
    ]


def left(folders: Folders, name: str, hidden: tuple[int, int, int, int]) -> Left:
    installation = folders.new(name)
    installation.deliver(*extracts(hidden), *(d for d in world.ALL if d is not world.EXTRACT))
    for path in names_that_tell(hidden):
        (installation.inbox / path).parent.mkdir(parents=True, exist_ok=True)
        (installation.inbox / path).write_bytes(extracts(hidden)[0].content)
    # an extract is refused; in processes of their own, which close Dagster's storage when they end
    done = installation.process("load", status=1)
    said = done.stdout + done.stderr
    taken = installation.query("select fil from marts.leverance_log where kilde = 'kle' order by all")
    assert {file for (file,) in taken} <= {d.name for d in extracts(hidden)}
    for name in ("sager.csv", "sager).csv", "sager i Glostrup.csv"):  # the operator, who put them there, is told
        assert name in said
    for arguments in MADE:
        installation.process(*arguments)
    return Left(installation, files(installation))


@pytest.fixture(scope="module")
def twins(folders: Folders) -> tuple[Left, Left]:
    """Alike but for what is hidden: 1 to 4, and 5 to 8 beside such a one."""
    return left(folders, "tvilling-a", (3, 4, 6, 2)), left(folders, "tvilling-b", (1, 2, 8, 4))


def test_every_stored_file_has_an_audience(twins: tuple[Left, Left]) -> None:
    undecided = [relative for relative in twins[0].files if audience(relative) is None]
    assert undecided == [], "say in traces.AUDIENCES who reads these"
    assert {audience(relative) for relative in twins[0].files} == set(AUDIENCES.values())


def test_the_counts_are_hidden_and_differ(twins: tuple[Left, Left]) -> None:
    for twin in twins:
        assert twin.installation.query(
            "select udtraeksdato::varchar, navn, diskretion_aarsag from marts.fct_kle_sager"
            " join marts.dim_myndighed using (myndighed_id) where er_diskretioneret order by all"
        ) == [
            ("2021-12-31", "Aalborg", "primaer"),
            ("2021-12-31", "Samsø", "kilde"),
            ("2022-03-31", "Aalborg", "sekundaer"),
            ("2022-03-31", "Glostrup", "primaer"),
        ]


def test_nothing_that_a_reader_can_see_differs(twins: tuple[Left, Left]) -> None:
    one, other = twins
    seen, seen_of_other = one.of_readers(), other.of_readers()
    assert set(seen) == set(seen_of_other)
    for name, paths in seen.items():
        if sorted(p.read_bytes() for p in paths) != sorted(p.read_bytes() for p in seen_of_other[name]):
            lines, lines_of_other = one.lines(paths), other.lines(seen_of_other[name])
            assert lines - lines_of_other == lines_of_other - lines == Counter(), f"{name} says what is hidden"
