"""A check that cannot be made counts neither as passed nor as left out: it ends the run."""

from pathlib import Path

import pandas as pd
import pytest

from expectations.judge import judge
from expectations.suites import suite


def test_a_missing_measure_is_an_error(tmp_path: Path) -> None:
    frame = pd.DataFrame([{"leverance_id": "stoettesystemerne_2022-01-03_0123456789ab", "strukturfejl": 0}])
    with pytest.raises(RuntimeError, match="leverance: expect_column_values_to_be_between"):
        judge(frame, suite("leverance"), "stoettesystemerne", tmp_path)
