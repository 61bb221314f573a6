"""The comparison itself finds what differs."""

from pathlib import Path

import duckdb
import pytest

from .equality import Compared, compare


def _made(path: Path, rows: str, columns: str = "maaned, kald") -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema kpi; create table kpi.t as select * from (values {rows}) as t ({columns})")
    return path


@pytest.mark.parametrize(
    ("rows", "differing"),
    [
        ("(2, 0.3), (1, null)", 0),  # another order
        ("(1, null), (2, 0.30000000000000004::double)", 2),  # the last bit
        ("(1, null), (2, 0.3), (2, 0.3)", 1),  # a row twice
        ("(2, 0.3)", 1),
    ],
)
def test_what_differs_is_found(tmp_path: Path, rows: str, differing: int) -> None:
    one = _made(tmp_path / "one.duckdb", "(1, null), (2, 0.3::double)")
    other = _made(tmp_path / "other.duckdb", rows.replace("0.3)", "0.3::double)"))
    assert compare(one, other) == [Compared("kpi.t", 2, 2, differing)]


def test_other_columns_are_a_fault(tmp_path: Path) -> None:
    one = _made(tmp_path / "one.duckdb", "(1, 2)")
    other = _made(tmp_path / "other.duckdb", "(1, 2)", "kald, maaned")
    with pytest.raises(AssertionError):
        compare(one, other)
