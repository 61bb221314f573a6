"""The semantic model as plain objects, put together from ``model.yml`` and the catalogue. No file format here."""

import csv
import re
import uuid
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from kdi.publish.access import decisions
from kdi.report import codes
from kdi.settings import PROJECT_ROOT
from powerbi.catalogue import Catalogue, CatalogueMeasure

MODEL_FILE = PROJECT_ROOT / "powerbi" / "model.yml"
# A column that others than KOMBIT see only in rows that the mart calls er_anonym has a twin without the other rows; the
# measure over the column itself is marked.
ANONYMOUS, KOMBIT_ONLY = "_anonym", "(kun KOMBIT)"
_NAMESPACE = uuid.UUID("6f1c1d0e-6a63-5d0c-9b57-1f0f6f5e2a98")
_TYPES = {
    "integer": "int64", "bigint": "int64", "double": "double", "varchar": "string",
    "date": "dateTime", "timestamp": "dateTime", "boolean": "boolean",
}  # fmt: skip
_FORMATS = {"date": "dd-mm-yyyy", "timestamp": "dd-mm-yyyy hh:nn", "integer": "0", "bigint": "0", "double": "#,##0.00"}


class ModelError(Exception):
    """``model.yml`` does not fit the marts; the message says where and what to do."""


def stable_id(*path: str) -> str:
    """A UUID that depends on nothing but the path of the object it names."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(path)))


@dataclass(frozen=True)
class Column:
    """A column of the model; ``source`` is the mart's, or the name of one made in Power Query."""

    name: str
    source: str
    sql_type: str
    description: str
    hidden: bool
    format: str = ""
    sort_by: str = ""
    is_key: bool = False

    @property
    def data_type(self) -> str:
        return _TYPES[self.sql_type]


@dataclass(frozen=True)
class Measure:
    """A measure; ``catalogue`` is the entry it must equal, None for those the report needs beside them."""

    name: str
    dax: str
    format: str
    description: str
    folder: str
    hidden: bool = False
    catalogue: CatalogueMeasure | None = None


@dataclass(frozen=True)
class Table:
    """A table of the model; ``spec`` is its part of ``model.yml``."""

    name: str
    mart: str
    description: str
    columns: tuple[Column, ...]
    measures: tuple[Measure, ...]
    spec: dict[str, Any] = field(default_factory=dict)

    def column_of(self, source: str) -> Column:
        """The column that a mart's column became."""
        found = [c for c in self.columns if c.source == source]
        if not found:
            raise ModelError(f"model.yml: tabellen {self.name} har ikke kolonnen {source} fra {self.mart}")
        return found[0]


@dataclass(frozen=True)
class Relationship:
    """Many to one, in one direction."""

    from_table: str
    from_column: str
    to_table: str
    to_column: str


@dataclass(frozen=True)
class Role:
    """What one municipality may see: its own rows; the filter reaches every table that has a municipality.

    The tables in ``closed`` and the columns (with their table) in ``closed_columns`` are KOMBIT's only: for the role
    they are not in the model at all.
    """

    name: str
    dax: str
    closed: tuple[str, ...] = ()
    closed_columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Model:
    """The whole semantic model."""

    name: str
    tables: tuple[Table, ...]
    relationships: tuple[Relationship, ...]
    roles: tuple[Role, ...]
    choices: dict[str, dict[str, Any]]

    @cached_property
    def by_name(self) -> dict[str, Table]:
        return {t.name: t for t in self.tables}

    @cached_property
    def measures(self) -> dict[str, Measure]:
        return {m.name: m for t in self.tables for m in t.measures}

    def reaches(self, table: str) -> set[str]:
        """The tables whose filters reach this one: the one sides, however many steps away."""
        found: set[str] = set()
        wanted = [table]
        while wanted:
            here = wanted.pop()
            nearest = {r.to_table for r in self.relationships if r.from_table == here} - found
            found |= nearest
            wanted += nearest
        return found


def build(catalogue: Catalogue, spec: dict[str, Any] | None = None) -> Model:
    """The model of ``model.yml`` (or ``spec``) over the marts in ``catalogue``.

    Raises:
        ModelError: a column, table or measure is named that does not exist, or one that exists is not accounted for.
    """
    spec = spec or yaml.safe_load(MODEL_FILE.read_text(encoding="utf-8"))
    bare = {name: _table(name, part, catalogue, spec["udelad_grunde"]) for name, part in spec["tabeller"].items()}
    relationships = tuple(_relationship(line, bare) for line in spec["relationer"])
    model = Model(spec["navn"], tuple(bare.values()), relationships, tuple(_roles(bare)), spec["valgtabeller"])
    measures = [*_newest(model), *_catalogue_measures(spec["maal"], model, catalogue), *_others(spec, model)]
    tables = tuple(
        Table(t.name, t.mart, t.description, t.columns, tuple(m for home, m in measures if home == t.name), t.spec)
        for t in model.tables
    )
    _account_for_marts(catalogue, spec)
    return Model(model.name, tables, relationships, model.roles, model.choices)


def made_columns(spec: dict[str, Any]) -> dict[str, dict[str, str]]:
    """A table's columns that are made in Power Query (``m``) and, the same, in SQL (``sql``); codes become texts."""
    made = dict(spec.get("beregnet", {}))
    for column in _of_several(spec["kilde"]):
        made[f"{column}{ANONYMOUS}"] = {
            "type": spec.get("typer", {}).get(column, "double"),
            "beskrivelse": f"{column}, hvor mindst fem kommuner står bag.",
            "m": f"if [er_anonym] then [{column}] else null",
            "sql": f"case when er_anonym then {column} end",
        }
    if "byggeblokke" in spec:
        made["byggeblok"] = _block(PROJECT_ROOT / spec["byggeblokke"])
    for column in spec.get("koder", []):
        texts = codes.labels(spec["kilde"], column)
        record = ", ".join(f'{code} = "{text}"' for code, text in texts.items())
        cases = " ".join(f"when '{code}' then '{text}'" for code, text in texts.items())
        made[f"{column}_tekst"] = {
            "type": "varchar",
            "beskrivelse": f"{column} med ord.",
            "m": f"if [{column}] = null then null else Record.FieldOrDefault([{record}], [{column}], [{column}])",
            "sql": f"case {column} {cases} else {column} end",
        }
        if f"{column}_orden" in spec.get("sorter", {}).values():
            made[f"{column}_orden"] = _order(column, list(texts))
    return made


def _order(column: str, codes: list[str]) -> dict[str, str]:
    """The order of a column of codes, which its words are sorted by."""
    record = ", ".join(f"{code} = {place}" for place, code in enumerate(codes, start=1))
    cases = " ".join(f"when '{code}' then {place}" for place, code in enumerate(codes, start=1))
    return {
        "type": "integer",
        "beskrivelse": f"Rækkefølgen af {column}.",
        "m": f"if [{column}] = null then null else Record.FieldOrDefault([{record}], [{column}], null)",
        "sql": f"case {column} {cases} end",
    }


def _block(file: Path) -> dict[str, str]:
    """The building block of an interface in the architect's sheet; all that are in none belong to Serviceplatformen."""
    blocks = yaml.safe_load(file.read_text(encoding="utf-8"))["byggeblokke"]
    m, sql = '"Serviceplatform"', "'Serviceplatform'"
    for name, interfaces in reversed(blocks.items()):
        listed = ", ".join(f'"{i}"' for i in interfaces)
        m = f'if List.Contains({{{listed}}}, [snitflade]) then "{name}" else {m}'
        sql = f"case when snitflade in ({listed.replace(chr(34), chr(39))}) then '{name}' else {sql} end"
    return {"type": "varchar", "beskrivelse": "Byggeblok i arkitektens ark.", "m": m, "sql": sql}


def _of_several(mart: str) -> tuple[str, ...]:
    """The mart's columns that are made of several municipalities' figures, by ``adgang.yml``."""
    tables = decisions().tabeller
    return tuple(tables[mart].anonym) if mart in tables else ()


def _table(name: str, spec: dict[str, Any], catalogue: Catalogue, reasons: dict[str, str]) -> Table:
    if spec["kilde"] not in catalogue.marts:
        raise ModelError(f"model.yml: {name} bygger på {spec['kilde']}, som dbt ikke udgiver")
    mart = catalogue.marts[spec["kilde"]]
    spec = {**spec, "typer": {column: sql_type for column, (sql_type, _) in mart.columns.items()}}
    labels, left_out = spec.get("kolonner", {}), spec.get("udelad", [])
    made = {c: (m["type"], m["beskrivelse"]) for c, m in made_columns(spec).items()}
    for column in [*labels, *left_out, *spec.get("formater", {}), *spec.get("sorter", {})]:
        if column not in mart.columns and column not in made:
            raise ModelError(f"model.yml: {name} nævner kolonnen {column}, som {mart.name} ikke har")
    for column in left_out:
        if column not in reasons:
            raise ModelError(f"model.yml: {name} udelader {column} uden en grund i udelad_grunde")
    kept = {c: d for c, d in {**mart.columns, **made}.items() if c not in left_out}
    if "distinkt" in spec:
        kept = {c: kept[c] for c in spec["distinkt"]}
    names = {c: labels.get(c, f"_{c}") for c in kept}
    columns = tuple(
        Column(
            names[source],
            source,
            sql_type,
            text,
            hidden=source not in labels,
            format=spec.get("formater", {}).get(source, _FORMATS.get(sql_type, "")),
            sort_by=names.get(spec.get("sorter", {}).get(source, ""), ""),
            is_key=spec.get("noegle") == source,
        )
        for source, (sql_type, text) in kept.items()
    )
    return Table(name, mart.name, spec.get("beskrivelse", mart.description), columns, (), spec)


def _relationship(line: str, tables: dict[str, Table]) -> Relationship:
    ends = [tuple(end.strip().rsplit(".", 1)) for end in line.split("->")]
    for table, _ in ends:
        if table not in tables:
            raise ModelError(f"model.yml: relationen {line} nævner tabellen {table}, som ikke er i modellen")
    (many, many_column), (one, one_column) = ends
    return Relationship(many, tables[many].column_of(many_column).name, one, tables[one].column_of(one_column).name)


def _newest(model: Model) -> list[tuple[str, Measure]]:
    """Per table of overlapping periods: the newest one in the selection of dates, whatever else is selected."""
    measures = []
    for table in model.tables:
        if "nyeste" not in table.spec:
            continue
        column = table.column_of(table.spec["nyeste"])
        lifted = [f"REMOVEFILTERS ( '{t}' )" for t in sorted(model.reaches(table.name) - {"Dato"})]
        lifted += [f"REMOVEFILTERS ( '{table.name}'[{c.name}] )" for c in table.columns if not c.hidden]
        dax = (
            f"CALCULATE ( MAX ( '{table.name}'[{column.name}] ), {', '.join(lifted)} )"
            if lifted
            else (f"MAX ( '{table.name}'[{column.name}] )")
        )
        text = f"Den nyeste periode i {table.name} inden for de valgte datoer."
        name = newest_of(table.name)
        measures.append((table.name, Measure(name, dax, "dd-mm-yyyy", text, "Nyeste periode", hidden=True)))
    return measures


def newest_of(table: str) -> str:
    """Name of the hidden measure that finds a table's newest period."""
    return f"_Nyeste {table}"


def _catalogue_measures(spec: dict[str, Any], model: Model, catalogue: Catalogue) -> list[tuple[str, Measure]]:
    for key in set(spec) ^ set(catalogue.measures):
        side = "findes ikke i marts.maal" if key in spec else "mangler i model.yml"
        raise ModelError(f"model.yml: målet {key} {side}")
    homes = {t.mart: t for t in model.tables if "distinkt" not in t.spec}
    result = []
    for key, part in spec.items():
        entry = catalogue.measures[key]
        home = model.by_name[part["i"]] if "i" in part else homes[entry.table]
        name, dax = part.get("navn", entry.label), part["dax"].strip()
        text = f"{entry.definition} Enhed: {entry.unit}."
        anonymous = _anonymous(dax, home)
        if anonymous != dax:
            whole = Measure(
                f"{name} {KOMBIT_ONLY}", _of_newest(dax, home, part), entry.format, text, home.name, catalogue=entry
            )
            result.append((home.name, whole))
            text += " Kun det, som mindst fem kommuner står bag."
            entry = replace(entry, formula=_anonymous_formula(entry.formula, home))
        shown = _of_newest(anonymous, home, part)
        result.append((home.name, Measure(name, shown, entry.format, text, home.name, catalogue=entry)))
    return result


def _anonymous(dax: str, home: Table) -> str:
    """The DAX over the columns that are blank where fewer than five municipalities stand behind the figure."""
    for column in _of_several(home.mart):
        shown, hidden = home.column_of(f"{column}{ANONYMOUS}").name, home.column_of(column).name
        dax = dax.replace(f"'{home.name}'[{hidden}]", f"'{home.name}'[{shown}]")
    return dax


def _anonymous_formula(formula: str, home: Table) -> str:
    """The same in the catalogue's SQL."""
    for column in _of_several(home.mart):
        formula = re.sub(rf"\b{column}\b", f"case when er_anonym then {column} end", formula)
    return formula


def _of_newest(dax: str, home: Table, part: dict[str, Any]) -> str:
    if "nyeste" not in home.spec or part.get("nyeste") is False:
        return dax
    column = home.column_of(home.spec["nyeste"]).name
    inner = dax.replace("\n", "\n        ")
    return (
        f"VAR NyestePeriode = [{newest_of(home.name)}]\nRETURN\n    CALCULATE (\n        {inner},\n"
        f"        KEEPFILTERS ( '{home.name}'[{column}] = NyestePeriode )\n    )"
    )


def _others(spec: dict[str, Any], model: Model) -> list[tuple[str, Measure]]:
    result = []
    for name, part in spec["hjaelpemaal"].items():
        home = model.by_name[part["i"]]
        dax = part["dax"].strip()
        if part.get("nyeste"):
            dax = _of_newest(dax, home, part)
        result.append((home.name, Measure(name, dax, part["format"], part["beskrivelse"], home.name)))
    return result


def _roles(tables: dict[str, Table]) -> list[Role]:
    authorities = tables["Myndighed"]
    column = authorities.column_of("myndighed_id").name
    closed = tuple(t.name for t in tables.values() if decisions().of(t.mart).adgang == "kombit")
    columns = tuple((t.name, t.column_of(c).name) for t in tables.values() for c in _of_several(t.mart))
    with Path(PROJECT_ROOT / "reference" / "kommuner.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter=";"))
    rows.sort(key=lambda row: row["kommune_kode"])
    return [
        Role("KOMBIT", ""),
        *(
            Role(f"Kommune {r['navn']}", f"'{authorities.name}'[{column}] = {int(r['cvr'])}", closed, columns)
            for r in rows
        ),
    ]


def _account_for_marts(catalogue: Catalogue, spec: dict[str, Any]) -> None:
    named = {part["kilde"] for part in spec["tabeller"].values()} | set(spec["udeladte_tabeller"])
    for name in sorted(set(catalogue.marts) ^ named):
        side = "er hverken i modellen eller i udeladte_tabeller" if name in catalogue.marts else "udgives ikke"
        raise ModelError(f"model.yml: {name} {side}")
