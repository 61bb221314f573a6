"""Settings mean the same wherever a process is while it asks."""

from pathlib import Path

import pytest

from kdi.settings import Settings


def test_the_home_is_where_the_process_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """dagster-dbt goes to the dbt project while it starts dbt, and what is logged meanwhile was written there."""
    monkeypatch.delenv("KDI_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    settings = Settings(_env_file=None)
    (tmp_path / "dbt_project").mkdir()
    monkeypatch.chdir(tmp_path / "dbt_project")
    assert settings.root == tmp_path.resolve() / "data"
