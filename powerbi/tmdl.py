"""Writes a semantic model as TMDL, the text format of a Power BI project. Tabs are its indentation.

Expressions are never fenced with backticks: other readers of TMDL drop them.
"""

import re
from collections.abc import Iterator

from kdi.notation import danish
from powerbi.access import TABLE, access_columns, access_query, role_by_agreement
from powerbi.semantic import Column, Measure, Model, Relationship, Role, Table, made_columns, stable_id

# What is more than nothing and rounds to it is told apart from zero, in the reports' words. Power BI has formats that
# depend on the figure since level 1601 of models.
_MAY_BE_SMALL = "#,##0.00"
_SMALL_OR_NOT = (
    f'IF ( SELECTEDMEASURE () > 0 && SELECTEDMEASURE () < 0.005, """{danish.small(1e-9)}""", "{_MAY_BE_SMALL}" )'
)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_M_TYPES = {
    "integer": "Int64.Type", "bigint": "Int64.Type", "double": "type number", "varchar": "type text",
    "date": "type date", "timestamp": "type datetime", "boolean": "type logical",
}  # fmt: skip

# Power Query's parameters: where the published data are, and the months that are read. A project has one kind of
# source: the service asks for credentials to every source a model names, also in a branch that is never taken.
_SPAN = {
    "RangeStart": ("#datetime(2022, 1, 1, 0, 0, 0)", "DateTime", "Første måned, der læses; tjenesten styrer den selv."),
    "RangeEnd": ("#datetime(2023, 3, 1, 0, 0, 0)", "DateTime", "Måneden efter den sidste, der læses."),
}
_PARAMETERS = {
    "PostgreSQL": {
        "Server": ('"localhost:5432"', "Text", "PostgreSQL-serverens navn og port."),
        "Database": ('"kdi"', "Text", "Databasen på serveren."),
        **_SPAN,
    },
    "Parquet": {"Parquetmappe": ('"C:\\kdi\\parquet"', "Text", "Mappen parquet i en publicering."), **_SPAN},
}
# A question may take two hours instead of ten minutes; related tables are not wanted as columns.
_FUNCTIONS = {
    "PostgreSQL": {
        "Tabel": (
            "En udgivet tabel efter skema og navn.",
            """(skema as text, navn as text) as table =>
    PostgreSQL.Database(Server, Database, [CommandTimeout = #duration(0, 2, 0, 0), CreateNavigationProperties = false])
        {[Schema = skema, Item = navn]}[Data]""",
        )
    },
    # No function here: a path made of a function's argument is one that the service cannot refresh.
    "Parquet": {},
}
# Lists and values that several tables use.
_SHARED = {
    "Maaneder": ("Måneder med kald.", "List.Buffer({kpi.kald_pr_borger_danmark}[maaned])"),
    "NyesteMaaned": (
        "Den nyeste hele måned; er ingen hel, den nyeste.",
        """let
    Hele = Table.SelectRows({marts.maaned_status}, each [platform] = "alle" and [er_nyeste])[maaned]
in
    if List.IsEmpty(Hele) then List.Max(Maaneder) else List.Max(Hele)""",
    ),
}
SOURCES = tuple(_PARAMETERS)


def write_model(model: Model, source: str = SOURCES[0]) -> dict[str, str]:
    """The files of the ``definition`` folder, by path, for a project that reads from ``source``."""
    files = {
        "database.tmdl": "database\n\tcompatibilityLevel: 1601\n",
        "model.tmdl": _model(model),
        "expressions.tmdl": _expressions(source),
        "cultures/da-DK.tmdl": _CULTURE,
        "relationships.tmdl": "\n".join(_relationship(r) for r in model.relationships),
    }
    for table in model.tables:
        files[f"tables/{table.name}.tmdl"] = _table(table, source)
    for name, spec in model.choices.items():
        made = _access(spec["beskrivelse"]) if "adgang" in spec else _choice(name, spec["beskrivelse"], spec["raekker"])
        files[f"tables/{name}.tmdl"] = made
    for role in _roles(model):
        files[f"roles/{role.name}.tmdl"] = _role(role)
    return files


def quoted(name: str) -> str:
    """A name as TMDL wants it: in single quotes unless it is a plain word."""
    return name if _PLAIN.match(name) else "'" + name.replace("'", "''") + "'"


def _model(model: Model) -> str:
    lines = [
        "model Model",
        "\tculture: da-DK",
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3",
        "\tdiscourageImplicitMeasures",
        "\tsourceQueryCulture: da-DK",
        "\tdataAccessOptions",
        "\t\tlegacyRedirects",
        "\t\treturnErrorValuesAsNull",
        "",
        "\tannotation __PBI_TimeIntelligenceEnabled = 0",
        "",
        "ref cultureInfo da-DK",
        "",
        *(f"ref table {quoted(name)}" for name in [*model.by_name, *model.choices]),
        "",
        *(f"ref role {quoted(role.name)}" for role in _roles(model)),
    ]
    return "\n".join(lines) + "\n"


_CULTURE = """cultureInfo da-DK

\tlinguisticMetadata =
\t\t\t{
\t\t\t  "Version": "1.0.0",
\t\t\t  "Language": "da-DK"
\t\t\t}
\t\tcontentType: json
"""


def _expressions(source: str) -> str:
    blocks = [
        f'/// {text}\nexpression {name} = {value} meta [IsParameterQuery=true, Type="{kind}",'
        f" IsParameterQueryRequired=true]\n\tlineageTag: {stable_id('expression', name)}\n"
        for name, (value, kind, text) in _PARAMETERS[source].items()
    ]
    blocks += [
        f"/// {text}\nexpression {name} =\n{_indented(body, 2)}\n\tlineageTag: {stable_id('expression', name)}\n"
        for name, (text, body) in {**_FUNCTIONS[source], **_shared(source)}.items()
    ]
    return "\n".join(blocks)


def _shared(source: str) -> dict[str, tuple[str, str]]:
    def published(match: re.Match[str]) -> str:
        return _published(match[1], False, source)

    return {
        name: (text, re.sub(r"\{((?:kpi|marts)\.\w+)\}", published, body)) for name, (text, body) in _SHARED.items()
    }


def _published(mart: str, folder: bool, source: str) -> str:
    """Power Query for a published table; as Parquet it is a file, or a folder with one a month."""
    schema, name = mart.split(".")
    if source == "PostgreSQL":
        return f'Tabel("{schema}", "{name}")'
    if folder:
        files = f'Folder.Files(Parquetmappe & "\\{schema}\\{name}")[Content]'
        return f"Table.Combine(List.Transform({files}, each Parquet.Document(_)))"
    return f'Parquet.Document(File.Contents(Parquetmappe & "\\{schema}\\{name}.parquet"))'


def _relationship(r: Relationship) -> str:
    ends = f"{r.from_table}.{r.from_column}", f"{r.to_table}.{r.to_column}"
    return (
        f"relationship {stable_id('relationship', *ends)}\n"
        f"\tfromColumn: {quoted(r.from_table)}.{quoted(r.from_column)}\n"
        f"\ttoColumn: {quoted(r.to_table)}.{quoted(r.to_column)}\n"
    )


def _table(table: Table, source: str) -> str:
    lines = [f"/// {table.description}", f"table {quoted(table.name)}", f"\tlineageTag: {stable_id(table.name)}"]
    if table.spec.get("noegle"):
        lines.append("\tdataCategory: Time")
    if not any(not c.hidden for c in table.columns) and all(m.hidden for m in table.measures):
        lines.append("\tisHidden")
    lines += _refresh_policy(table, source)
    for measure in table.measures:
        lines += ["", *_measure(table, measure)]
    for column in table.columns:
        lines += ["", *_column(table, column)]
    for name, levels in table.spec.get("hierarkier", {}).items():
        lines += ["", *_hierarchy(table, name, levels)]
    lines += [
        "",
        f"\tpartition {quoted(table.name)} = m",
        "\t\tmode: import",
        "\t\tsource =",
        _source(table, 4, source),
    ]
    return "\n".join(lines) + "\n"


def _measure(table: Table, measure: Measure) -> Iterator[str]:
    yield f"\t/// {measure.description}"
    if "\n" in measure.dax:
        yield f"\tmeasure {quoted(measure.name)} ="
        yield _indented(measure.dax, 3)
    else:
        yield f"\tmeasure {quoted(measure.name)} = {measure.dax}"
    if measure.format and measure.format != _MAY_BE_SMALL:
        yield f"\t\tformatString: {measure.format}"
    if measure.hidden:
        yield "\t\tisHidden"
    yield f"\t\tdisplayFolder: {measure.folder}"
    yield f"\t\tlineageTag: {stable_id(table.name, 'measure', measure.name)}"
    if measure.format == _MAY_BE_SMALL:
        yield from ("", f"\t\tformatStringDefinition = {_SMALL_OR_NOT}")


def _column(table: Table, column: Column) -> Iterator[str]:
    yield f"\t/// {column.description}"
    yield f"\tcolumn {quoted(column.name)}"
    yield f"\t\tdataType: {column.data_type}"
    if column.hidden:
        yield "\t\tisHidden"
    if column.is_key:
        yield "\t\tisKey"
    if column.format:
        yield f"\t\tformatString: {column.format}"
    # The id follows the mart's column: a new label is the same column to Power BI.
    yield f"\t\tlineageTag: {stable_id(table.name, 'column', column.source)}"
    yield "\t\tsummarizeBy: none"
    yield f"\t\tsourceColumn: {column.source}"
    if column.sort_by:
        yield f"\t\tsortByColumn: {quoted(column.sort_by)}"


def _hierarchy(table: Table, name: str, levels: list[str]) -> Iterator[str]:
    yield f"\thierarchy {quoted(name)}"
    yield f"\t\tlineageTag: {stable_id(table.name, 'hierarchy', name)}"
    for level in levels:
        yield ""
        yield f"\t\tlevel {quoted(level)}"
        yield f"\t\t\tlineageTag: {stable_id(table.name, 'hierarchy', name, level)}"
        yield f"\t\t\tcolumn: {quoted(level)}"


def _refresh_policy(table: Table, source: str) -> Iterator[str]:
    """Old months are kept as they are; those a correction can reach are read again."""
    spec = table.spec.get("raekkevis")
    if not spec:
        return
    kept = ("year", spec["gem_aar"]) if "gem_aar" in spec else ("month", spec["gem_maaneder"])
    yield ""
    yield "\trefreshPolicy"
    yield "\t\tpolicyType: basic"
    yield f"\t\trollingWindowGranularity: {kept[0]}"
    yield f"\t\trollingWindowPeriods: {kept[1]}"
    yield "\t\tincrementalGranularity: month"
    yield f"\t\tincrementalPeriods: {spec['opfrisk_maaneder']}"
    yield "\t\tsourceExpression ="
    yield _source(table, 4, source)


def _source(table: Table, depth: int, source: str) -> str:
    """The table's Power Query: find it, limit it, make its keys, and take the model's columns and no others."""
    steps = [("Udgivet", _published(table.mart, "mappe" in table.spec, source))]
    if limit := _limit(table):
        steps.append(("Udvalgt", f"Table.SelectRows({steps[-1][0]}, each {limit})"))
    for column, made in made_columns(table.spec).items():
        step = f'Table.AddColumn({steps[-1][0]}, "{column}", each {made["m"]}, {_M_TYPES[made["type"]]})'
        steps.append((f"Med_{column}", step))
    columns = ", ".join(f'"{c.source}"' for c in table.columns)
    steps.append(("Kolonner", f"Table.SelectColumns({steps[-1][0]}, {{{columns}}})"))
    if "distinkt" in table.spec:
        steps.append(("Distinkt", f"Table.Distinct({steps[-1][0]})"))
    body = ",\n".join(f"    {step} = {text}" for step, text in steps)
    return _indented(f"let\n{body}\nin\n    {steps[-1][0]}", depth)


def _limit(table: Table) -> str:
    """The rows read. Hours are never more than their policy keeps: a laptop that reads all months reads few hours."""
    if "filter" in table.spec:
        return str(table.spec["filter"]["m"])
    spec = table.spec.get("raekkevis")
    if not spec:
        return ""
    start = "Date.From(RangeStart)"
    if "gem_maaneder" in spec:
        start = f"List.Max({{{start}, Date.AddMonths(Date.From(RangeEnd), -{spec['gem_maaneder']})}})"
    edges = [start, "Date.From(RangeEnd)"]
    if spec["kolonne"] == "dato_id":
        edges = [f'Number.From(Date.ToText({e}, "yyyyMMdd"))' for e in edges]
    return f"[{spec['kolonne']}] >= {edges[0]} and [{spec['kolonne']}] < {edges[1]}"


def _choice(name: str, description: str, rows: list[str]) -> str:
    values = ", ".join(f'{{ "{row}" }}' for row in rows)
    return "\n".join(
        [
            f"/// {description}",
            f"table {quoted(name)}",
            f"\tlineageTag: {stable_id(name)}",
            "",
            f"\t/// {description}",
            f"\tcolumn {quoted(name)}",
            "\t\tdataType: string",
            f"\t\tlineageTag: {stable_id(name, 'column', name)}",
            "\t\tsummarizeBy: none",
            "\t\tisNameInferred",
            f"\t\tsourceColumn: [{name}]",
            "",
            f"\tpartition {quoted(name)} = calculated",
            "\t\tmode: import",
            f'\t\tsource = DATATABLE ( "{name}", STRING, {{ {values} }} )',
            "",
        ]
    )


def _access(description: str) -> str:
    """The table behind the role that follows the agreements; a reader sees only its own rows of it."""
    lines = [f"/// {description}", f"table {quoted(TABLE)}", f"\tlineageTag: {stable_id(TABLE)}", "\tisHidden"]
    for name, source, kind, lineage in access_columns():
        lines += ["", f"\t/// {source} i laesere.csv og aftaler.csv.", f"\tcolumn {name}", f"\t\tdataType: {kind}"]
        lines += ["\t\tisHidden", *(["\t\tformatString: 0"] if kind == "int64" else [])]
        lines += [f"\t\tlineageTag: {lineage}", "\t\tsummarizeBy: none", f"\t\tsourceColumn: {source}"]
    lines += ["", f"\tpartition {quoted(TABLE)} = m", "\t\tmode: import", "\t\tsource ="]
    return "\n".join([*lines, _indented(access_query(), 4)]) + "\n"


def _roles(model: Model) -> tuple[Role, ...]:
    return (*model.roles, role_by_agreement(model))


def _role(role: Role) -> str:
    lines = [f"role {quoted(role.name)}", "\tmodelPermission: read"]
    if role.dax:
        lines += ["", f"\ttablePermission Myndighed = {role.dax}"]
    if "USERPRINCIPALNAME" in role.dax:
        lines += ["", f"\ttablePermission {quoted(TABLE)} = '{TABLE}'[_bruger] = USERPRINCIPALNAME ()"]
    elif role.dax:
        lines += ["", f"\ttablePermission {quoted(TABLE)}", "\t\tmetadataPermission: none"]
    for table in role.closed:
        lines += ["", f"\ttablePermission {quoted(table)}", "\t\tmetadataPermission: none"]
    for table in dict.fromkeys(table for table, _ in role.closed_columns):
        lines += ["", f"\ttablePermission {quoted(table)}"]
        for column in (c for t, c in role.closed_columns if t == table):
            lines += ["", f"\t\tcolumnPermission {quoted(column)}", "\t\t\tmetadataPermission: none"]
    return "\n".join(lines) + "\n"


def _indented(text: str, depth: int) -> str:
    return "\n".join("\t" * depth + line.replace("    ", "\t") if line else line for line in text.split("\n"))
