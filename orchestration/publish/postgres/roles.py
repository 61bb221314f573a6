"""The roles in PostgreSQL, as a script that an administrator runs once, and again when authorities are added.

``kdi_ejer`` owns everything and cannot log in. ``kdi_indlaeser`` publishes, and has no right but to act as the owner.
``kdi_laeser_<cvr>`` sees what an authority may see, ``kdi_kombit`` everything. They cannot log in either: a person's
or a gateway's own login is granted one of them, however it is authenticated (password, Kerberos, LDAP,
certificate). A login with several roles sees what they see together.
"""

import csv
from collections.abc import Iterable

import duckdb

from orchestration.lake.reference import BUILT_IN
from orchestration.settings import Settings

_HEAD = """\
-- Roller og rettigheder til KDI Indsigt i databasen, som scriptet køres i. Kan køres igen uden skade.
-- Køres af en administrator, fx: kdi postgres roles | psql -d kdi
do $$
declare rolle text;
begin
    foreach rolle in array array['kdi_ejer', 'kdi_indlaeser', 'kdi_laeser', 'kdi_kombit'{roles}] loop
        if not exists (select from pg_roles where rolname = rolle) then
            execute format('create role %I nologin', rolle);
        end if;
    end loop;
    foreach rolle in array array['kdi_kombit'{roles}] loop
        execute format('grant kdi_laeser to %I', rolle);
    end loop;
end
$$;

-- give it a password or another way to log in yourself
alter role kdi_indlaeser login noinherit;
grant kdi_ejer to kdi_indlaeser;

do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to kdi_laeser, kdi_indlaeser', current_database());
    execute format('grant connect, create on database %I to kdi_ejer', current_database());
end
$$;
revoke all on schema public from public;

-- who read what: every statement in the server's log; readers cannot switch it off
do $$
begin
    execute format('alter database %I set log_statement = ''all''', current_database());
    execute format('alter database %I set log_parameter_max_length = 1000', current_database());
exception when insufficient_privilege then
    raise notice 'log_statement kræver superbruger; sæt log_statement = all som serverparameter i stedet';
end
$$;
"""


def script(authorities: Iterable[str]) -> str:
    """The script with a reader's role for each authority (CVR number of 8 digits)."""
    names = sorted({f"kdi_laeser_{cvr}" for cvr in authorities if len(cvr) == 8 and cvr.isdigit()})
    return _HEAD.replace("{roles}", "".join(f", '{name}'" for name in names))


def authorities(settings: Settings) -> set[str]:
    """CVR numbers of the built-in municipalities and of every authority in the release in force."""
    with (BUILT_IN / "kommuner.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["cvr"] for row in csv.DictReader(stream, delimiter=";")}
    release = settings.published / "current" / "kdi.duckdb"
    if release.exists():
        with duckdb.connect(str(release), read_only=True) as connection:
            rows = connection.execute("select cvr from marts.dim_myndighed where cvr is not null").fetchall()
        found |= {cvr for (cvr,) in rows}
    return found
