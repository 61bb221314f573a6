"""When dbt's manifest is made anew: whenever a file of the project was changed, added or removed since dbt read it."""

from pathlib import Path

import pytest

from kdi.building import project


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of a project whose compilation takes no time, and may meet a change."""
    monkeypatch.setattr(project, "PROJECT_DIR", tmp_path)
    monkeypatch.setattr(project, "MANIFEST", tmp_path / "target" / "manifest.json")
    monkeypatch.setattr(project, "_CODES", tmp_path / "target" / "koder.json")
    monkeypatch.setattr(project, "_compile", lambda: project.MANIFEST.write_text('{"nodes": {}}'))
    model = tmp_path / "models" / "en.sql"
    model.parent.mkdir()
    model.write_text("select 1 as tal")
    return model


def is_made_anew() -> bool:
    before = project.MANIFEST.stat().st_ino, project.MANIFEST.stat().st_ctime_ns
    project.prepare()
    return (project.MANIFEST.stat().st_ino, project.MANIFEST.stat().st_ctime_ns) != before


def test_nothing_is_compiled_twice(model: Path) -> None:
    project.prepare()
    assert not is_made_anew()


def test_a_file_that_is_changed_added_or_removed_is_noticed(model: Path) -> None:
    project.prepare()
    model.write_text("select 2 as tal")
    assert is_made_anew()
    other = model.with_name("to.sql")
    other.write_text("select 1 as tal")
    assert is_made_anew()
    other.unlink()
    assert is_made_anew()
    assert not is_made_anew()


def test_a_change_while_it_is_compiled_is_not_lost(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def compiled_too_early() -> None:
        project.MANIFEST.write_text('{"nodes": {}}')
        model.write_text("select 3 as tal")

    with monkeypatch.context() as slow:
        slow.setattr(project, "_compile", compiled_too_early)
        project.prepare()
    assert is_made_anew()
    assert not is_made_anew()
