"""The dbt project's own rules, for dbt-score (``make lint``): where a model lies, who reads it, and whom it reads."""

from pathlib import PurePath

from dbt_score import Model, RuleViolation, rule

PUBLISHED = ("marts", "kpi")
# What a layer may read, beside itself.
BELOW = {
    "staging": (),
    "intermediate": ("staging",),
    "marts": ("staging", "intermediate"),
    "kpi": ("staging", "intermediate", "marts"),
}


def _layer(model: Model) -> str:
    return PurePath(model.original_file_path).parts[1]


def _is_published(model: Model) -> bool:
    return _layer(model) in PUBLISHED and not model.name.startswith("int_")


@rule
def layers_only_go_down(model: Model) -> RuleViolation | None:
    """A model reads its own layer and those below; staging alone reads what is delivered."""
    layer = _layer(model)
    wrong = [p.name for p in model.parents if isinstance(p, Model) and _layer(p) not in (layer, *BELOW[layer])]
    return RuleViolation(f"It reads what stands higher: {', '.join(wrong)}.") if wrong else None


@rule
def access_fits_the_layer(model: Model) -> RuleViolation | None:
    """What is published is public, what only KPIs are computed from is private, the rest is the project's."""
    private = _layer(model) == "kpi" and not _is_published(model)
    wanted = "public" if _is_published(model) else "private" if private else "protected"
    return None if model.access == wanted else RuleViolation(f"Its access is {model.access}, not {wanted}.")


@rule
def has_a_group_that_owns_it(model: Model) -> RuleViolation | None:
    """Owners stand in ``groups.yml``."""
    return None if model.group else RuleViolation("It has no group.")


@rule
def published_has_a_contract(model: Model) -> RuleViolation | None:
    """A published table's columns and types are a promise."""
    kept = model.config.get("contract", {}).get("enforced")
    return RuleViolation("It has no contract.") if _is_published(model) and not kept else None


@rule
def published_has_a_key(model: Model) -> RuleViolation | None:
    """What a row is: columns that no two share, in the table or in what a build touches; or why there are none."""
    of_all = any(constraint.type == "primary_key" for constraint in model.constraints)
    of_touched = any(test.type == "unik_kombination" for test in model.tests)
    kept = of_all or of_touched or model.config.get("meta", {}).get("uden_noegle")
    return RuleViolation("It has no key.") if _is_published(model) and not kept else None


@rule
def is_described_beside_it(model: Model) -> RuleViolation | None:
    """The YAML that describes a model lies in its folder, or in the one above."""
    described = PurePath((model.patch_path or "://").split("://")[1]).parent
    own = PurePath(model.original_file_path).parent
    return None if described in (own, own.parent) else RuleViolation(f"It is described in {described}.")


@rule
def name_says_the_layer(model: Model) -> RuleViolation | None:
    """``stg_`` and ``int_``; what is published is named for readers."""
    prefix = {"staging": "stg_", "intermediate": "int_"}.get(_layer(model), "")
    return None if model.name.startswith(prefix) else RuleViolation(f"Its name should begin with {prefix}.")
