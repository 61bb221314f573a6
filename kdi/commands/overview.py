"""What people see of a release on the terminal: its main figures, and the systems nobody could place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb

from kdi.notation import danish

if TYPE_CHECKING:
    from pathlib import Path

    from kdi.commands.load import LoadResult
    from kdi.ingest.remote import Inbox
    from kdi.publish.release import Manifest

# Jaro-Winkler similarity of two names; below it a suggestion is for a person to look at.
_MUCH_ALIKE = 0.85
# Tables that are named in a line; the others are counted.
_MOST_NAMED = 6


def outcome_lines(current: Path, result: LoadResult) -> Iterator[str]:
    """What a load did, in Danish; not what failed."""
    for note in result.notes:
        yield f"Bemærk: {note}"
    accepted = [d for d in result.taken_in if d.accepted]
    rows = danish.number(sum(d.raekker_indlaest for d in accepted))
    if result.taken_in:
        yield f"{len(accepted)} af {len(result.taken_in)} nye leverancer indlæst, {rows} rækker."
    elif result.is_new:
        yield "Intet nyt i indbakken; publiceringen er lavet på ny af det, der ligger i søen."
    else:
        yield "Intet nyt i indbakken; intet er ændret."
    if result.release:
        yield f"Gældende publicering: {result.release.publicering_id} i {current}"
        if result.is_new:
            yield from made_lines(result.release)
        if result.taken_in or result.is_new:
            yield from main_figures(current)


def made_lines(release: Manifest) -> Iterator[str]:
    """What was made anew in a release and why: what is touched, and the tables that something else has reached."""
    yield f"Dannet på ny: {release.grund}."
    by_cause: dict[str, list[str]] = {}
    for table, cause in release.helt_paa_ny.items():
        if table.startswith(("marts.", "kpi.")):
            by_cause.setdefault(cause, []).append(table)
    for cause, tables in sorted(by_cause.items()):
        named = ", ".join(sorted(tables)[:_MOST_NAMED])
        others = f" og {len(tables) - _MOST_NAMED} til" if len(tables) > _MOST_NAMED else ""
        yield f"Alle måneder af {named}{others}: {cause}."


def main_figures(current: Path) -> Iterator[str]:
    """The newest month that readers should use, in a few Danish lines."""
    with duckdb.connect(str(current / "kdi.duckdb"), read_only=True) as connection:
        newest = connection.execute(
            """select status.maaned, status.forventede - status.modtagne, kald, kald_pr_borger, kald_pr_borger_12m
            from marts.maaned_status as status inner join kpi.kald_pr_borger_danmark using (maaned)
            where platform = 'alle' and er_nyeste"""
        ).fetchall()
        if not newest:
            yield "Ingen måned er endnu komplet, og ingen frist er udløbet."
        for month, missing, calls, per_citizen, per_citizen_year in newest:
            rate, year = danish.by_format(per_citizen, 1), danish.by_format(per_citizen_year, 0)
            lacks = f" Ufuldstændig: {missing} leverancer mangler." if missing else ""
            yield f"Kald i {month:%Y-%m}: {danish.number(calls)}, {rate} pr. borger ({year} på 12 måneder){lacks}"
        whole = connection.execute(
            """select muligt_loft, serviceaftaler, mulige_i_brug, med_aftale, med_kald from kpi.tilslutning_hovedtal
            inner join marts.maaned_status as status using (maaned) where platform = 'alle' and er_nyeste"""
        ).fetchall()
        for ceiling, agreements, possible, agreed, called in whole:
            yield (
                f"Tilslutning: {danish.number(ceiling)} anvendelser er det højst mulige mod {danish.number(agreements)}"
                f" serviceaftaler; af {danish.number(possible)} mulige i systemer i brug har {danish.number(called)}"
                f" kald og {danish.number(agreed)} en serviceaftale"
            )
        rows = connection.execute(
            """select it_system, service, coalesce(' ' || version, ''), aktive, anvendere
            from kpi.udbredelse
            inner join marts.maaned_status as status using (maaned)
            where platform = 'alle' and er_nyeste
            order by udbredelsesgrad, anvendere desc, it_system, service, version limit 1"""
        ).fetchall()
        for system, service, version, active, users in rows:
            yield f"Mindst udbredt: {service}{version} bruges i {active} af de {users} kommuner, der har {system}"


def unresolved_lines(current: Path) -> Iterator[str]:
    """The IT systems that only registers know, those in most use first, each with up to three suggestions."""
    rows = _unresolved(current, "true")
    if not rows:
        yield "Alle it-systemer i registrene er fundet i leverancerne."
        return
    yield f"{len({r[0] for r in rows})} it-systemer kendes kun fra registre. Forslag tages med kdi identity --lines."
    before = None
    for system_id, name, sources, reason, users, number, suggestion, likeness, _ in rows:
        if system_id != before:
            before = system_id
            yield f"{name} ({sources}; {reason}; {users} kommuner)"
        if suggestion:
            yield f"  {number}. {suggestion} ({danish.number(100 * likeness)} % ens)"


def alias_lines(inbox: Inbox, current: Path) -> Iterator[str]:
    """The best suggestion where names are much alike, ready to be put at the end of the inbox's system_alias.csv.

    Where there is none yet, the built-in file comes first: the inbox's own takes its place, header and all.
    """
    from kdi.lake.reference import built_in_file

    fs, root = inbox.open()
    own = f"{root}/reference/system_alias.csv"
    with inbox.errors():
        is_begun = fs.exists(own) and fs.info(own)["size"] > 0
    if not is_begun:
        yield from built_in_file("system_alias").read_text(encoding="utf-8-sig").splitlines()
    seen = set()
    for *_, lines in _unresolved(current, f"forslag_nr = 1 and lighed >= {_MUCH_ALIKE} and alias_linjer is not null"):
        for line in lines.splitlines():
            if line not in seen:
                seen.add(line)
                yield line


def _unresolved(current: Path, condition: str) -> list[tuple]:
    path = current / "kdi.duckdb"
    if not path.exists():
        return []
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(
            f"""select it_system_id, navn, kilder, grund, kommuner, forslag_nr, forslag, lighed, alias_linjer
            from marts.it_system_uafklaret where {condition}
            order by kommuner desc, navn, it_system_id, forslag_nr"""
        ).fetchall()
