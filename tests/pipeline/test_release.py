"""What a release holds: every promised table, once in DuckDB and once as Parquet, under its contract."""

import json
from functools import cache
from pathlib import Path

import pytest
import yaml
from samples.ways import Loaded

# Table → the columns that the interface promises, and of a KPI also the business keys that it must carry.
PROMISED = {
    "marts.dim_dato": "dato_id dato aar kvartal maaned uge ugedag er_helligdag er_arbejdsdag",
    "marts.dim_time": "time_id",
    "marts.dim_myndighed": "myndighed_id cvr navn type kommune_kode region landsdel xyz_klasse",
    "marts.dim_leverandoer": "leverandoer_id",
    "marts.dim_it_system": "it_system_id uuid navn leverandoer_id er_ski_system",
    "marts.dim_service": "service_id platform service version snitflade dataomraade adgang",
    "marts.dim_serviceaftale": "serviceaftale_id uuid",
    "marts.dim_kle": "kle_id kle_nummer emne gruppe gruppe_titel hovedgruppe hovedgruppe_titel",
    "marts.dim_snitflade": "snitflade_id snitflade navn",
    "marts.fct_kald_time": "dato_id time_id tidspunkt myndighed_id it_system_id service_id antal_kald",
    "marts.fct_kald_dag": "dato_id myndighed_id it_system_id service_id antal_kald",
    "marts.fct_kald_maaned": "maaned myndighed_id it_system_id service_id serviceaftale_id antal_kald",
    "marts.fct_kle_sager": "udtraeksdato myndighed_id it_system_id kle_id antal_sager er_diskretioneret",
    "marts.fct_klarmelding": "statusdato it_system_id snitflade_id klarmelding krav",
    "marts.fct_systemanvendelse": "myndighed_id it_system_id kilde i_brug_fra i_brug_til",
    "marts.fct_folketal": "kvartal myndighed_id folketal",
    "marts.fct_sapa_opslag": "maaned myndighed_id org_enhed_uuid org_enhed_navn antal_brugere antal_opslag",
    "marts.leverance_log": "kilde periode fil sha256 raekker modtaget status publiceret_i",
    "kpi.kald_pr_indbygger": (
        "maaned platform dataomraade cvr kommune xyz_klasse kald folketal kald_pr_indbygger kald_12m kald_12m_foer"
        " udvikling_12m_pct rang xyz_median"
    ),
    "kpi.kald_pr_borger_danmark": "maaned kald folketal kald_pr_borger kald_pr_borger_12m",
    "kpi.udbredelse": (
        "maaned it_system_uuid it_system service version snitflade anvendere aktive udbredelsesgrad"
    ),
    "kpi.udbredelse_huller": (
        "maaned it_system_uuid it_system service version snitflade cvr kommune aktive anvendere forventede_kald"
    ),
    "kpi.tilslutning": "statusdato it_system_uuid it_system obligatoriske klarmeldte delvise tilslutningsgrad",
    "kpi.tilslutning_kommune": "statusdato cvr kommune obligatoriske klarmeldte delvise tilslutningsgrad",
    "kpi.klarmelding_reel": (
        "maaned it_system_uuid it_system snitflade klarmelding kald_12m kommuner_med_kald vurdering"
    ),
    "kpi.potentiale": "maaned cvr kommune it_system_uuid it_system snitflade status forventede_kald",
    "kpi.potentiale_kommune": "maaned cvr kommune realiseret udbredelse tilslutning forventede_kald",
    "kpi.potentiale_k98": "maaned realiseret udbredelse tilslutning forventede_kald",
    "kpi.kle_daekning": "udtraeksdato cvr kommune hovedgruppe emner_med_sager emner_med_sager_xyz daekningsgrad",
    "kpi.kle_huller": "udtraeksdato cvr kommune kle_nummer emne",
    "kpi.afvigelser": (
        "type cvr kommune it_system_uuid it_system service version forventet observeret score forklaring"
    ),
    "kpi.service_konsekvens": (
        "maaned service version snitflade systemer leverandoerer kommuner kald_12m nyere_version"
    ),
    "kpi.driftsforstyrrelse": "fra til service version cvr kommune",
    "kpi.serviceaftale_status": "serviceaftale_uuid foerste_kald seneste_kald maaneder_stille erstattet_af",
    "kpi.sapa": "maaned cvr kommune org_enhed_uuid org_enhed er_stille",
}  # fmt: skip
MONTHLY = {
    "marts.fct_kald_time": {"2021-10", "2021-11", "2022-03", "2022-04"},
    "marts.fct_kald_dag": {"2021-10", "2021-11", "2022-03", "2022-04"},
    "marts.fct_kald_maaned": {"2020-11", "2021-03", "2021-10", "2021-11", "2022-03", "2022-04"},
}
# Dimension → its key. Midnight is an hour like any other, so dim_time needs no unknown one.
KEYS = {
    f"marts.{name}": f"{name.removeprefix('dim_')}_id"
    for name in (
        "dim_dato", "dim_time", "dim_myndighed", "dim_leverandoer", "dim_it_system", "dim_service",
        "dim_serviceaftale", "dim_kle", "dim_snitflade",
    )
}  # fmt: skip
MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models"


@cache
def contracts() -> dict[str, list[tuple[str, str]]]:
    """Columns and types that the models promise, by table."""
    found = {}
    for schema in ("marts", "kpi"):
        for file in sorted((MODELS / schema).rglob("*.yml")):
            for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", ()):
                if not model["name"].startswith("int_"):  # what KPIs are computed from is described beside them
                    columns = [(c["name"], c["data_type"].upper()) for c in model["columns"]]
                    found[f"{schema}.{model['name']}"] = columns
    return found


def test_every_promised_table_is_there_and_none_without_a_contract(at_once: Loaded) -> None:
    tables = at_once.installation.tables()
    assert set(tables) >= set(PROMISED)
    assert set(tables) == set(contracts())


@pytest.mark.parametrize("table", PROMISED)
def test_promised_columns(table: str, at_once: Loaded) -> None:
    described = at_once.installation.query(f"describe {table}")
    assert {row[0] for row in described} >= set(PROMISED[table].split())


@pytest.mark.parametrize("table", contracts())
def test_columns_are_those_of_the_contract(table: str, at_once: Loaded) -> None:
    described = at_once.installation.query(f"describe {table}")
    assert [(row[0], row[1]) for row in described] == contracts()[table]


@pytest.mark.parametrize("table", PROMISED)
def test_parquet_holds_the_same_rows(table: str, at_once: Loaded) -> None:
    installation = at_once.installation
    parquet = f"read_parquet('{installation.parquet_of(table)}')"
    differing = f"(from {table} except all from {parquet}) union all (from {parquet} except all from {table})"
    assert installation.query(f"select count(*) from ({differing})") == [(0,)]
    assert [row[:2] for row in installation.query(f"describe from {parquet}")] == [
        row[:2] for row in installation.query(f"describe {table}")
    ]


@pytest.mark.parametrize("table", MONTHLY)
def test_call_facts_are_one_file_per_month(table: str, at_once: Loaded) -> None:
    installation = at_once.installation
    folder = Path(installation.parquet_of(table)).parent
    assert {p.stem for p in folder.iterdir()} == MONTHLY[table]
    month = "year(maaned) * 100 + month(maaned)" if table.endswith("maaned") else "dato_id // 100"
    for file in folder.iterdir():
        rows = installation.query(f"select distinct {month} from read_parquet('{file}')")
        assert rows == [(int(file.stem.replace("-", "")),)]


@pytest.mark.parametrize(("table", "key"), KEYS.items())
def test_keys_are_unique_whole_numbers_with_an_unknown_member(table: str, key: str, at_once: Loaded) -> None:
    ((rows, keys, unknown, largest, kind),) = at_once.installation.query(
        f"select count(*), count(distinct {key}), count(*) filter ({key} = 0), max({key}), any_value(typeof({key}))"
        f" from {table}"
    )
    assert rows == keys > 1
    assert unknown == 1
    assert kind in ("INTEGER", "BIGINT")
    assert largest < 2**53, "exact in Excel, Power BI and JavaScript"


@pytest.mark.parametrize("fact", [t.removeprefix("marts.") for t in PROMISED if t.startswith("marts.fct_")])
def test_every_key_of_a_fact_is_in_its_dimension(fact: str, at_once: Loaded) -> None:
    installation = at_once.installation
    keys = {row[0] for row in installation.query(f"describe marts.{fact}")} & set(KEYS.values())
    assert keys
    for key in keys:
        dimension = next(table for table, its_key in KEYS.items() if its_key == key)
        lost = f"select count(*) from marts.{fact} anti join {dimension} using ({key})"
        assert installation.query(lost) == [(0,)], key


def test_kpis_can_be_read_alone(at_once: Loaded) -> None:
    """Business keys and names are there, and the names are those of the keys."""
    rows = at_once.installation.query(
        "select distinct h.cvr, h.kommune, d.navn from kpi.udbredelse_huller h join marts.dim_myndighed d using (cvr)"
    )
    assert rows
    assert all(name == same for _, name, same in rows)


def test_the_manifest_names_every_file_and_its_rows(at_once: Loaded) -> None:
    installation = at_once.installation
    manifest = json.loads((installation.current / "manifest.json").read_text(encoding="utf-8"))
    files = {str(p.relative_to(installation.current)) for p in installation.current.rglob("*") if p.is_file()}
    assert set(manifest["filer"]) == files - {"manifest.json"}
    assert set(manifest["raekker"]) == set(installation.tables())
    for table, rows in manifest["raekker"].items():
        assert installation.query(f"select count(*) from {table}") == [(rows,)], table


def test_a_release_is_read_only_and_current_is_a_link_within_published(at_once: Loaded) -> None:
    published = at_once.installation.home / "published"
    assert str((published / "current").readlink()) == f"releases/{at_once.installation.current.name}"
    modes = {p.stat().st_mode & 0o222 for p in at_once.installation.current.rglob("*")}
    assert modes == {0}
    assert not list(published.rglob("*.wal"))
