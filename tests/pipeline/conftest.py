"""Installations that several tests look at. A load takes ten seconds or more, so none is made twice."""

import pytest
from samples import ways
from samples.deliveries import GOLDEN, calls_in_month, kommuner, month
from samples.files import read_csv
from samples.ways import Folders, Interrupted, Loaded

from .golden import (
    DATA_AREAS,
    DECK,
    ELEVEN,
    FIRST_MONTH,
    SECOND_MONTH,
    connection_report,
    implied_population,
    matrix,
)


@pytest.fixture(scope="session")
def months_first(folders: Folders) -> Loaded:
    return ways.months_first(folders)


@pytest.fixture(scope="session")
def interrupted(folders: Folders) -> Interrupted:
    return ways.interrupted(folders)


@pytest.fixture(scope="session")
def golden(folders: Folders) -> Loaded:
    """The deck's two tables as two months of Serviceplatformen, with the population that they imply; its two sheets."""
    installation = folders.new("guld")
    installation.replace_reference("folketal", implied_population())
    table = [
        calls_in_month(FIRST_MONTH, row["kommune"], DECK, service, int(row[column]))
        for row in read_csv(GOLDEN / "kald_pr_dataomraade.csv")
        for column, (service, _) in DATA_AREAS.items()
        if row[column]
    ]
    rates = [
        calls_in_month(SECOND_MONTH, row["kommune"], ELEVEN, "SagIndeks", int(row["kald"]))
        for row in read_csv(GOLDEN / "kald_pr_indbygger.csv")
    ]
    assert {row["kommune"] for row in read_csv(GOLDEN / "kald_pr_indbygger.csv")} <= set(kommuner())
    installation.deliver(month(FIRST_MONTH, *table), month(SECOND_MONTH, *rates), *connection_report(), matrix())
    return Loaded(installation, installation.load())
