"""The files of the Power BI project: what ties the semantic model and the report together."""

import json
from typing import Any

from powerbi.catalogue import Catalogue
from powerbi.pbir import write_report
from powerbi.semantic import build, stable_id
from powerbi.tmdl import SOURCES, write_model

_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"


def write_project(catalogue: Catalogue, source: str = SOURCES[0]) -> dict[str, str]:
    """Every file of a project that reads from ``source``, with its content, by path."""
    model = build(catalogue)
    name = model.name
    files = {f"{name}.SemanticModel/definition/{path}": text for path, text in write_model(model, source).items()}
    files |= {f"{name}.Report/{path}": as_json(content) for path, content in write_report(model).items()}
    files |= {
        f"{name}.Report/.platform": as_json(_platform("Report", name)),
        f"{name}.SemanticModel/.platform": as_json(_platform("SemanticModel", name)),
        f"{name}.SemanticModel/definition.pbism": as_json(
            {
                "$schema": f"{_SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json",
                "version": "4.2",
                "settings": {"qnaEnabled": False},
            }
        ),
        f"{name}.pbip": as_json(_pbip(name)),
    }
    return files


def thin_report(catalogue: Catalogue, workspace: str, model_id: str) -> dict[str, str]:
    """The report alone, connected to a semantic model that is published already.

    Args:
        workspace: the workspace's name in the service.
        model_id: the semantic model's id, a UUID.
    """
    model = build(catalogue)
    name = f"{model.name} (tynd)"
    connection = (
        f"Data Source=powerbi://api.powerbi.com/v1.0/myorg/{workspace};initial catalog={model.name};"
        f"integrated security=ClaimsToken;semanticmodelid={model_id}"
    )
    report = write_report(model)
    report["definition.pbir"]["datasetReference"] = {"byConnection": {"connectionString": connection}}
    files = {f"{name}.Report/{path}": as_json(content) for path, content in report.items()}
    return files | {
        f"{name}.Report/.platform": as_json(_platform("Report", name)),
        f"{name}.pbip": as_json(_pbip(name)),
    }


def as_json(content: Any) -> str:
    """JSON as Power BI writes it."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _pbip(name: str) -> dict[str, Any]:
    return {
        "$schema": f"{_SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json",
        "version": "1.0",
        "artifacts": [{"report": {"path": f"{name}.Report"}}],
        "settings": {"enableAutoRecovery": True},
    }


def _platform(kind: str, name: str) -> dict[str, Any]:
    return {
        "$schema": f"{_SCHEMAS}/gitIntegration/platformProperties/2.1.0/schema.json",
        "metadata": {"type": kind, "displayName": name},
        "config": {"version": "2.0", "logicalId": stable_id("item", kind, *([name] if "tynd" in name else []))},
    }
