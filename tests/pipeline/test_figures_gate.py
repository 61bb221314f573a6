"""A release with figures that cannot be is held back, and published when somebody accepts them with a reason."""

import re

import pytest
from samples import world
from samples.ways import Loaded

from kdi.installation import here


@pytest.mark.long
def test_a_finding_holds_the_release_back_until_it_is_accepted(at_once: Loaded) -> None:
    """Population times a thousand, put into the set in force behind the intake's back."""
    installation = at_once.installation.copy("rimelighed")
    before = installation.current
    rows = [row | {"folketal": f"{row['folketal']}000"} for row in world.population()]
    installation.tamper_reference("folketal", rows)
    held = installation.kdi("load", "--rebuild", status=1)
    assert "gate/rimelighed: folketal_skift holder ikke. Kommuner, hvis folketal er mindre end det halve" in held.stderr
    assert f"sammenlignet med {before.name}" in held.stderr
    assert installation.current == before
    unknown = installation.kdi("finding", "accept", "folketal-12", "--by", "Anna", "--reason", "Nej", status=1)
    assert "der er intet sådant fund" in unknown.stderr
    ids = re.findall(r"kdi finding accept ([a-z_]+-[0-9a-f]{8})", held.stderr)
    installation.kdi("finding", "accept", *ids, "--by", "Anna", "--reason", "Det er en øvelse")
    installation.kdi("load", "--rebuild")
    assert installation.current != before
    with installation.in_force():
        manifest = here().releases.current()
    assert manifest and {f["godkendt"] for f in manifest.fund} == {"Det er en øvelse"}
    assert "Godkendt: Det er en øvelse" in installation.kdi("status").output
