"""One value stops one row: with poison in every text, number and key, all other rows are published as they were.

The poisonous values stand in ``values.py``; what is wrong with a delivery's own rows is told, accepted by its operator,
and then every product is made of what is published.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from samples import world
from samples.deliveries import Row, kommuner
from samples.installation import Installation
from samples.ways import Folders, Loaded

from demo.postgres.database import Database
from demo.postgres.server import PostgresServer
from expectations.profiles import profiles
from kdi.ingest.intake import take_in
from kdi.installation import here
from kdi.lake.standing import waiting_in
from kdi.report.catalogue import products

from .poisoned import SOURCES
from .values import POISON, Poison

# What the platform says of deliveries and of names that nobody knows; all else must hold the sound rows unchanged.
_ABOUT_DELIVERIES = {
    "marts.leverance_log", "marts.leverance_status", "marts.it_system_uafklaret",
}  # fmt: skip


# Denmark's sums, and a municipality's place among all: the poisonous rows are some of them.
_OF_ALL = {"kpi.belastning", "kpi.tilslutning_hovedtal", "kpi.placering"}


def _of_all(table: str, row: tuple[object, ...]) -> bool:
    """Denmark's sum over all systems and authorities, of which the poisonous ones are some."""
    return {"Hele landet", "Alle it-systemer"} <= set(row) or (table.endswith("_sum") and "alle" in row)


@dataclass(frozen=True)
class Gift:
    """The world with poison, what was put in, and what could not be loaded or published in the end."""

    installation: Installation
    every_column: bool
    failures: list[str]

    @property
    def poisoned(self) -> list[tuple[Poison, Row]]:
        return [row for source in SOURCES.values() for row in source.poisoned(self.every_column)]


def poisoned(folders: Folders, name: str, every_column: bool, dsn: str) -> Gift:
    """The world with poison, taken in, accepted without its faulty rows, and loaded.

    Nothing is published before: a release without these deliveries would have the gate on figures compare it with one
    in which lists and names are others.
    """
    installation = folders.new(name)
    installation.postgres_dsn = dsn
    replaced = {s.sound.name: s.delivery(every_column) for s in SOURCES.values()}
    installation.deliver(*(replaced.get(d.name, d) for d in world.ALL if d is not world.ORIGINAL))
    with installation.in_force():
        for profile in profiles().values():
            take_in(here().reception, profile)
        refused = [s.delivery.leverance_id for s in waiting_in(here().lake.log)]
    if refused:
        installation.kdi("delivery", "accept", *refused, "--by", "Testesen", "--reason", "resten er sund")
    return Gift(installation, every_column, installation.load().failures)


@pytest.fixture(scope="module", params=[False, True], ids=["texts", "everything"])
def gift(request: pytest.FixtureRequest, folders: Folders, postgres: PostgresServer) -> Gift:
    database = Database.new(postgres, f"gift_{int(request.param)}", {row["cvr"] for row in kommuner().values()})
    return poisoned(folders, f"gift-{int(request.param)}", request.param, database.loader)


def test_the_list_is_long_and_of_many_kinds() -> None:
    assert len(POISON) >= 60 and len({p.text for p in POISON}) == len(POISON)
    assert len({p.kind for p in POISON}) >= 10


@pytest.mark.long
def test_every_other_row_is_published_unchanged(
    gift: Gift, at_once: Loaded, record_property: Callable[[str, object], None]
) -> None:
    found, lost = gift.installation.content(), {}
    for table, rows in at_once.installation.content().items():
        # a system is shown with its supplier when another one, that is poisonous, has its name: the last column
        compared = slice(-1) if table == "marts.dim_it_system" else slice(None)
        left = Counter(row[compared] for row in rows) - Counter(row[compared] for row in found[table])
        missing = [row for row in left if not _of_all(table, row)]
        if missing and table not in _ABOUT_DELIVERIES | _OF_ALL:
            lost[table] = missing[:3]
    tried = Counter(poison.kind for poison, _ in gift.poisoned)
    outcome = {"wrong": len(lost), "blocking": len(gift.failures)}
    record_property("kinds", {kind: {"tried": number, **outcome} for kind, number in tried.items()})
    assert gift.failures == []
    assert lost == {}, "\n".join(f"{table}: {rows[0]}" for table, rows in lost.items())


@pytest.mark.long
def test_every_product_is_made(gift: Gift) -> None:
    """Each ends with status 0, says which names it cannot show as they are, and from which delivery they come."""
    installation, said = gift.installation, {}
    for product in products().values():
        one = ("--kommune", "Aalborg") if product.pr == "kommune" and not gift.every_column else ()
        said[product.id] = installation.kdi("report", product.id, *one).stdout
    installation.kdi("report", "excel", *(() if gift.every_column else ("--kommune", "KOMBIT")))
    warnings = [line for line in said["tilslutning"].splitlines() if line.startswith("ADVARSEL")]
    # the newest delivery that holds the name is told
    assert any("U+7CFB" in line and "leverance systemanvendelse_2022-04-01" in line for line in warnings)
    # two files for each of the systems that are shown alike, or whose names no file can have
    (made,) = re.findall(r"^Tilslutningsrapport: (\d+) i ", said["tilslutning"], re.M)
    assert len(list((installation.home / "reports").glob("*/tilslutning/**/*.pdf"))) == int(made) > 120


@pytest.mark.long
def test_pages_hold_no_markup_of_others_and_every_link_leads_somewhere(gift: Gift) -> None:
    pages = list((gift.installation.home / "reports").glob("*/web/*/**/*.html"))
    assert len(pages) > 100
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script>alert" not in text and ">49<" not in text, page
        for target in re.findall(r'href="([^"#:]+)"', text):
            assert (page.parent / target).exists(), (page, target)
