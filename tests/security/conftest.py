"""Platforms that outside files are delivered to."""

from pathlib import Path

import pytest
from ingest.deliveries import Platform


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)
