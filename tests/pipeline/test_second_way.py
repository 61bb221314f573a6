"""Every cell of the marts of two small installations by a second way (tests/truth)."""

import pytest
from samples.ways import Loaded
from truth.marts import wrong
from truth.star import Star


@pytest.mark.parametrize("name", ["at_once", "golden"])
def test_the_marts_are_what_the_second_way_makes_of_them(name: str, request: pytest.FixtureRequest) -> None:
    loaded: Loaded = request.getfixturevalue(name)
    with loaded.installation.reader(loaded.release) as connection:
        assert wrong(Star(connection)) == {}
