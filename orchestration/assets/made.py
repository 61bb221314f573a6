"""What a step of a build made, to be told to Dagster when readers have it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
from dagster import AssetCheckEvaluation

from expectations.judge import Verdict


@dataclass(frozen=True)
class Made:
    """An asset, its metadata and the answers of its checks."""

    key: dg.AssetKey
    metadata: Mapping[str, Any]
    checks: tuple[AssetCheckEvaluation, ...] = field(default=())

    @property
    def is_in_order(self) -> bool:
        """Whether no check of severity error failed."""
        return all(check.passed or check.severity is dg.AssetCheckSeverity.WARN for check in self.checks)


def answer(
    key: dg.AssetKey,
    name: str,
    passed: bool,
    description: str,
    metadata: Mapping[str, int | list[str]] | None = None,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    partition: str | None = None,
) -> AssetCheckEvaluation:
    """A check's answer as Dagster keeps it."""
    return AssetCheckEvaluation(
        asset_key=key,
        check_name=name,
        partition=partition,
        passed=passed,
        severity=severity,
        description=description,
        metadata={
            k: dg.MetadataValue.text(v) if isinstance(v, str) else _value(v) for k, v in (metadata or {}).items()
        },
        blocking=partition is None and severity is dg.AssetCheckSeverity.ERROR,
    )


def answers_of(
    key: dg.AssetKey, verdicts: Iterable[Verdict], among: int, what: str, blame: str = ""
) -> tuple[AssetCheckEvaluation, ...]:
    """Great Expectations' verdicts as answers of the asset's checks; ``blame`` follows those that failed."""
    return tuple(
        answer(
            key,
            verdict.demand.name,
            verdict.passed,
            f"{len(verdict.failed)} af {among} {what}.{'' if verdict.passed else f' {blame}'}".rstrip(),
            {"brud": list(verdict.failed[:50])},
            dg.AssetCheckSeverity.ERROR if verdict.demand.severity == "critical" else dg.AssetCheckSeverity.WARN,
        )
        for verdict in verdicts
    )


def _value(value: int | list[str]) -> dg.MetadataValue:
    return dg.MetadataValue.int(value) if isinstance(value, int) else dg.MetadataValue.json(value)
