"""The roles in PostgreSQL, as a script that an administrator runs once, and again when authorities are added.

``kdi_ejer`` owns everything and cannot log in. ``kdi_indlaeser`` publishes, and has no right but to act as the owner.
``kdi_laeser_<cvr>`` sees what an authority may see, ``kdi_kombit`` everything. They cannot log in either: a person's
or a gateway's own login is granted one of them, however it is authenticated (password, Kerberos, LDAP,
certificate). A login with several roles sees what they see together.
"""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

import duckdb

from kdi.lake.reference import BUILT_IN
from kdi.settings import PROJECT_ROOT

_FOLDER = PROJECT_ROOT / "kdi" / "publish" / "postgres"
# What the server shows everybody about others' rows, as statements that close it; no row when all is closed.
OPEN = (_FOLDER / "open.sql").read_text(encoding="utf-8")


def script(authorities: Iterable[str]) -> str:
    """The script with a reader's role for each authority (CVR number of 8 digits)."""
    names = sorted({f"kdi_laeser_{cvr}" for cvr in authorities if re.fullmatch("[0-9]{8}", cvr)})
    text = (_FOLDER / "roles.sql").read_text(encoding="utf-8")
    return text.replace("{roles}", "".join(f", '{name}'" for name in names)).replace("{open}", OPEN)


def authorities(release: Path) -> set[str]:
    """CVR numbers of the built-in municipalities and of every authority in a release, if there is one."""
    with (BUILT_IN / "kommuner.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["cvr"] for row in csv.DictReader(stream, delimiter=";")}
    if (database := release / "kdi.duckdb").exists():
        with duckdb.connect(str(database), read_only=True) as connection:
            rows = connection.execute("select cvr from marts.dim_myndighed where cvr is not null").fetchall()
        found |= {cvr for (cvr,) in rows}
    return found
