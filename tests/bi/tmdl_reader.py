"""A strict reader of TMDL, written apart from the writer: what it does not know, it refuses with file and line."""

import re
from dataclasses import dataclass, field
from pathlib import Path

# What each kind of object may hold: properties with a value, flags, properties with an expression, and kinds inside it.
ALLOWED: dict[str, tuple[str, str, str, str]] = {
    "database": ("compatibilityLevel", "", "", ""),
    "model": (
        "culture defaultPowerBIDataSourceVersion sourceQueryCulture",
        "discourageImplicitMeasures",
        "",
        "dataAccessOptions annotation",
    ),
    "dataAccessOptions": ("", "legacyRedirects returnErrorValuesAsNull", "", ""),
    "annotation": ("", "", "", ""),
    "ref": ("", "", "", ""),
    "expression": ("lineageTag", "", "", ""),
    "relationship": ("fromColumn toColumn", "", "", ""),
    "role": ("modelPermission", "", "", "tablePermission"),
    "tablePermission": ("metadataPermission", "", "", "columnPermission"),
    "columnPermission": ("metadataPermission", "", "", ""),
    "cultureInfo": ("", "", "", "linguisticMetadata"),
    "linguisticMetadata": ("contentType", "", "", ""),
    "table": ("lineageTag dataCategory", "isHidden", "", "column measure hierarchy partition refreshPolicy"),
    "measure": ("formatString displayFolder lineageTag", "isHidden", "formatStringDefinition", ""),
    "column": (
        "dataType formatString lineageTag summarizeBy sourceColumn sortByColumn",
        "isHidden isKey isNameInferred",
        "",
        "",
    ),
    "hierarchy": ("lineageTag", "", "", "level"),
    "level": ("lineageTag column", "", "", ""),
    "partition": ("mode", "", "source", ""),
    "refreshPolicy": (
        "policyType rollingWindowGranularity rollingWindowPeriods incrementalGranularity incrementalPeriods",
        "",
        "sourceExpression",
        "",
    ),
}
VALUES = {
    "dataType": {"int64", "double", "string", "dateTime", "boolean"},
    "mode": {"import"},
    "metadataPermission": {"none"},
    "contentType": {"json"},
    "summarizeBy": {"none"},
    "policyType": {"basic"},
}
_NAME = r"(?:'(?:[^']|'')+'|[^\s='.:]+)"
_OBJECT = re.compile(rf"(\w+)(?: ({_NAME}))?(?: (=)(?: (.*))?)?\Z")
_PROPERTY = re.compile(r"(\w+): (.+)\Z")


class TmdlError(Exception):
    """The text is not what the reader knows to be right."""


@dataclass
class Node:
    """An object of TMDL with what is in it."""

    kind: str
    name: str
    where: str
    expression: str = ""
    description: str = ""
    properties: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    children: list["Node"] = field(default_factory=list)

    def all(self, kind: str) -> list["Node"]:
        return [c for c in self.children if c.kind == kind]


def read_folder(folder: Path) -> list[Node]:
    """Every object of a ``definition`` folder."""
    return [node for path in sorted(folder.rglob("*.tmdl")) for node in read_text(path.read_text("utf-8"), path.name)]


def read_text(text: str, name: str) -> list[Node]:
    """The objects of one file.

    Raises:
        TmdlError: with file and line.
    """
    top: list[Node] = []
    open_nodes: list[tuple[int, Node]] = []
    lines = text.split("\n")
    description, number = "", 0
    while number < len(lines):
        line, where = lines[number], f"{name}:{number + 1}"
        number += 1
        if not line.strip():
            continue
        body = line.lstrip("\t")
        depth = len(line) - len(body)
        if body.startswith(" ") or "```" in body:
            raise TmdlError(f"{where}: mellemrum som indrykning eller indhegnet udtryk")
        if body.startswith("///"):
            description = (description + " " + body[3:].strip()).strip()
            continue
        while open_nodes and open_nodes[-1][0] >= depth:
            open_nodes.pop()
        if depth != (open_nodes[-1][0] + 1 if open_nodes else 0):
            raise TmdlError(f"{where}: indrykket til dybde {depth} uden noget at høre under")
        parent = open_nodes[-1][1] if open_nodes else None
        if parent and _property(parent, body, where):
            continue
        node, inline = _object(body, where)
        expression: list[str] = []
        while node and inline is not None and number < len(lines):
            ahead = lines[number]
            if ahead.strip() and len(ahead) - len(ahead.lstrip("\t")) < depth + 2:
                break
            expression.append(ahead[depth + 2 :])
            number += 1
        value = "\n".join([inline or "", *expression]).strip() if inline is not None else ""
        if parent and node.kind in ALLOWED[parent.kind][2].split():
            parent.properties[node.kind] = value
            continue
        if node.kind not in (ALLOWED[parent.kind][3].split() if parent else ALLOWED):
            raise TmdlError(f"{where}: ukendt {node.kind}{f' i {parent.kind}' if parent else ''}")
        node.expression, node.description, description = value, description, ""
        (parent.children if parent else top).append(node)
        open_nodes.append((depth, node))
    return top


def _property(parent: Node, body: str, where: str) -> bool:
    values, flags, _, _ = ALLOWED[parent.kind]
    if match := _PROPERTY.match(body):
        key, value = match.groups()
        if key not in values.split():
            raise TmdlError(f"{where}: ukendt egenskab {key} i {parent.kind}")
        if value not in VALUES.get(key, {value}):
            raise TmdlError(f"{where}: {key} kan ikke være {value}")
        if key in parent.properties:
            raise TmdlError(f"{where}: {key} står to gange")
        parent.properties[key] = value
        return True
    if body in flags.split():
        parent.flags.add(body)
        return True
    return False


def _object(body: str, where: str) -> tuple[Node, str | None]:
    if body.startswith("ref "):
        kind, name = body.split(" ", 2)[1:]
        return Node("ref", f"{kind} {unquoted(name)}", where), None
    match = _OBJECT.match(body)
    if not match:
        raise TmdlError(f"{where}: hverken et objekt eller en egenskab")
    kind, name, equals, inline = match.groups()
    return Node(kind, unquoted(name or ""), where), (inline or "") if equals else None


def unquoted(name: str) -> str:
    """A name without its quotes."""
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def column_reference(text: str) -> tuple[str, str]:
    """Table and column of ``'A table'.column``."""
    match = re.fullmatch(rf"({_NAME})\.({_NAME})", text)
    if not match:
        raise TmdlError(f"{text} er ikke en kolonne")
    return unquoted(match[1]), unquoted(match[2])
