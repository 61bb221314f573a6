"""The dbt project as assets: staging → intermediate → marts (the star) → kpi. dbt tests are asset checks.

They are made by :mod:`orchestration.assets.dbt_build`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from expectations.profiles import profiles
from kdi.building import project
from orchestration.assets.months import has_months
from orchestration.assets.plan import PLAN_KEY
from orchestration.dagster_internals.dbt_unimported import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtProject,
    dbt_assets,
)
from orchestration.keys import REFERENCE_KEY, lake_key
from orchestration.partitions import MONTHS

_PLANNED_SOURCES = {"plan"}


class Translator(DagsterDbtTranslator):
    """Asset keys say layer and name; sources are the lake's assets and the plan."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] != "source":
            return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])
        if dbt_resource_props["source_name"] in _PLANNED_SOURCES or dbt_resource_props["name"] == "leverancer":
            return PLAN_KEY
        name = dbt_resource_props["name"]
        return lake_key(name) if name in profiles() else REFERENCE_KEY

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        # Without the SQL, which stands in dbt's documentation: the catalogue shows the first line only.
        return dbt_resource_props.get("description") or dbt_resource_props["name"]

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec._replace(description=_of_test(manifest["nodes"][unique_id])) if spec else None

    def get_partitions_def(self, dbt_resource_props: Mapping[str, Any]) -> dg.PartitionsDefinition | None:
        props = dbt_resource_props
        is_by_month = props["resource_type"] == "model" and has_months(props["schema"], props["name"], props["columns"])
        return MONTHS if is_by_month else None

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        # The folder, not the schema: what KPIs are computed from belongs with them in the graph.
        return dbt_resource_props["fqn"][1]


_TESTS = {
    "not_null": "{column} er aldrig tom.",
    "unique": "{column} er entydig.",
    "accepted_values": "{column} har kun de aftalte værdier.",
    "relationships": "Hver værdi af {column} findes i den tabel, den henviser til.",
}


def _of_test(node: Mapping[str, Any]) -> str:
    """What a dbt test demands, and what to do when it fails, in Danish."""
    generic = node.get("test_metadata") or {}
    column = node.get("column_name") or "Nøglen"
    said = node.get("description") or _TESTS.get(generic.get("name", ""), "").format(column=column)
    return f"{said or node['name'] + '.'} Rød: intet er udgivet; testens SQL viser rækkerne."


TRANSLATOR = Translator(settings=DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))


@dbt_assets(
    manifest=project.prepare(),
    project=DbtProject(project_dir=project.PROJECT_DIR, profiles_dir=project.PROJECT_DIR),
    dagster_dbt_translator=TRANSLATOR,
)
def _models() -> Iterator[Any]:
    """Never run: it holds dagster-dbt's own mapping of models to assets and of tests to checks."""
    yield from ()


def _as_table(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The asset of a model; by month where its rows are.

    All follow from the plan: a backfill of everything would else ask for a build as soon as any one source is there.
    """
    metadata = {k: v for k, v in spec.metadata.items() if k != "dagster_dbt/project"}  # the UI cannot show it
    is_root = not any(dep.asset_key in _MODELS for dep in spec.deps)
    deps = {dep.asset_key: dep for dep in [*spec.deps, *([dg.AssetDep(PLAN_KEY)] if is_root else [])]}
    return spec.replace_attributes(skippable=True, metadata=metadata, deps=list(deps.values()))


_MODELS = {spec.key for spec in _models.specs}
SPECS = [_as_table(spec) for spec in _models.specs]
CHECK_SPECS = list(_models.check_specs)
