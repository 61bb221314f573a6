"""The run book quotes what the platform says; a text that is changed in the code must be changed there too."""

import re

import pytest

from expectations.findings import CATALOGUE
from kdi.settings import PROJECT_ROOT, Settings
from orchestration.definitions import defs
from orchestration.operations.incidents import _ADVICE

RUNBOOK = (PROJECT_ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
CODE = " ".join(
    re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8"))
    for folder in ("kdi", "orchestration", "expectations")
    for path in sorted((PROJECT_ROOT / folder).rglob("*.py"))
)


def quoted() -> list[str]:
    """The texts in quotes, cut where they leave something out."""
    texts = re.findall(r'"([^"\n]{12,})"', re.sub(r"```.*?```", "", RUNBOOK, flags=re.DOTALL))
    return [part.strip() for text in texts for part in text.split("…") if len(part.strip()) > 8]


@pytest.mark.parametrize("text", quoted())
def test_what_is_quoted_is_said(text: str) -> None:
    assert text in CODE


def test_every_setting_that_is_named_exists() -> None:
    known = {f"KDI_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"KDI_[A-Z_]+[A-Z]", RUNBOOK)) <= known


def test_every_code_that_is_named_exists() -> None:
    table = RUNBOOK.split("| code | text |")[1].split("\n\n")[0]
    codes = set(re.findall(r"`([a-z_]+)`", " ".join(row.split("|")[1] for row in table.splitlines()[2:])))
    assert codes <= set(CATALOGUE)
    assert {"forkert_filtype", "for_stor_fil", "usikker_fil", "for_tung_fil", "cpr_nummer"} <= codes


def test_every_job_has_a_row_and_advice() -> None:
    for job in defs.resolve_all_job_defs():
        if job.name.startswith("__"):
            continue
        assert any(job.name.startswith(start) for start in _ADVICE)
        assert f"`{job.name} fejlede`" in RUNBOOK or job.name.startswith("modtag_")


def test_every_link_within_leads_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.*)$", RUNBOOK, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", RUNBOOK)) <= headings
