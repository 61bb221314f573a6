"""Whether a delivery gives a system that is already known another identity.

The keys of facts follow from the identity of their system, and facts of untouched months are not
read again. So when a system comes to have (or no longer has) a name listed in ``system_alias.csv``,
the build must be full.
"""

import duckdb

from orchestration.build.plan import Plan
from orchestration.build.workspace import Base
from orchestration.ingest.profiles import profiles
from orchestration.ingest.rules import sql_list, sql_text
from orchestration.lake.delivery_log import Delivery
from orchestration.lake.reference import reference_folder
from orchestration.settings import Settings

# The name as dbt's macro `normaliseret` compares it.
_NAME = r"lower(trim(regexp_replace({0}, '\s+', ' ', 'g')))"


def systems_with_new_identity(
    settings: Settings, base: Base, plan: Plan, active: list[Delivery], reference_fingerprint: str
) -> list[str]:
    """UUIDs of known systems that the touched deliveries move to another row group of the alias list.

    Args:
        base: the current release's files.
        plan: an incremental plan.
        active: the deliveries that count.
    """
    alias = sql_text(str(reference_folder(settings, reference_fingerprint) / "system_alias.parquet"))
    touched = sql_list([f"{source}/{period}" for source, periods in plan.touched.items() for period in periods])
    with duckdb.connect(config={"memory_limit": settings.memory_limit}) as connection:
        connection.execute(f"attach {sql_text(str(base.state))} as state (read_only)")
        connection.execute(
            f"""
            create temp table alias as
                select {_NAME.format("navn")} as navn, min(it_system) as it_system
                from read_parquet({alias}) where navn is not null group by all;
            create temp table before as
                select kilde || '/' || periode as periode, uuid, {_NAME.format("navn")} as navn
                from state.intermediate.int_it_system__set;
            create temp table after as select uuid, navn from before where periode not in {touched};
            """
        )
        if not connection.execute("select 1 from alias").fetchone():
            return []
        for source, profile in profiles().items():
            names = {c.name for c in profile.columns}
            files = [
                str(settings.lake / d.parquet)
                for d in active
                if d.kilde == source and d.periode in plan.touched.get(source, ())
            ]
            if files and {"it_system_uuid", "it_system_navn"} <= names:
                connection.execute(
                    f"""insert into after select distinct it_system_uuid, {_NAME.format("it_system_navn")}
                    from read_parquet({sql_list(files)}) where it_system_uuid is not null"""
                )
        rows = connection.execute(
            f"""
            with
            was as (select uuid, min(it_system) as it_system from before left join alias using (navn) group by all),
            becomes as (select uuid, min(it_system) as it_system from after left join alias using (navn) group by all),
            by_uuid as (select uuid from read_parquet({alias}) where uuid is not null)
            select uuid from was inner join becomes using (uuid) anti join by_uuid using (uuid)
            where was.it_system is distinct from becomes.it_system order by uuid
            """
        ).fetchall()
    return [uuid for (uuid,) in rows]
