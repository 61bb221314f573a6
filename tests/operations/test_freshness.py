"""Every source and everything published has a deadline; what they are is one table in one module."""

import dagster as dg
import pytest

from orchestration.assets.lake import lake_key
from orchestration.definitions import defs
from orchestration.ingest.profiles import profiles
from orchestration.operations.freshness import RELEASE_POLICY, SOURCE_POLICIES, watched_keys


def policy(key: dg.AssetKey) -> dg.FreshnessPolicy | None:
    return defs.resolve_asset_graph().get(key).freshness_policy


@pytest.mark.parametrize("source", profiles())
def test_every_source_has_the_deadline_of_its_rhythm(source: str) -> None:
    assert policy(lake_key(source)) == SOURCE_POLICIES[profiles()[source].rhythm]


def test_everything_published_has_a_deadline() -> None:
    graph = defs.resolve_asset_graph()
    published = [
        key for key in graph.executable_asset_keys if graph.get(key).group_name in ("marts", "kpi", "published")
    ]
    assert dg.AssetKey(["kpi", "udbredelse"]) in published
    assert {policy(key) for key in published} == {RELEASE_POLICY}


def test_somebody_is_told_of_sources_and_the_release_and_not_of_every_table() -> None:
    assert dg.AssetKey(["published", "udgivelse"]) in watched_keys()
    assert len(watched_keys()) == len(profiles()) + 1
    assert all(policy(key) for key in watched_keys())
