"""Platforms that outside files are delivered to."""

from pathlib import Path

import pytest
from ingest.receiving import Platform


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)
