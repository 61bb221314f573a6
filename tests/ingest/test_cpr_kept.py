"""What stood in quarantine with a CPR number inside (page footers, properties, names, comments) is not kept."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from receiving import HOURLY, Received, Sample, receive, three_hours
from samples.files import csv_bytes

CLOTHED = [
    "CPR0101901234", "01011990-1234", "010190/1234", "010190.1234", "01-01-90-1234", "010190:1234", "016190-1234",
    "610190-1234", "1.01901234E8", "010190&#45;1234",
]  # fmt: skip


def in_parquet_metadata(day: str) -> bytes:
    table = pa.Table.from_pandas(pd.DataFrame(three_hours(day)))
    stream = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"note": "010190-1234"}), stream)
    return stream.getvalue()


SAMPLES = {
    **{text: Sample(lambda day, text=text: csv_bytes(three_hours(day, service=f"Sag {text}"))) for text in CLOTHED},
    **{
        f"extra {text}": Sample(lambda day, text=text: csv_bytes([{**row, "note": text} for row in three_hours(day)]))
        for text in CLOTHED
    },
    "Parquet metadata": Sample(in_parquet_metadata, ".parquet"),
}


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> Received:
    return receive(tmp_path_factory.mktemp("cpr-klaedt"), HOURLY, SAMPLES)


@pytest.mark.parametrize("label", SAMPLES)
def test_it_is_refused_and_not_kept(label: str, received: Received) -> None:
    outcome = received[label]
    assert (outcome.status, outcome.rows) == ("afvist", [])
    assert "cpr_nummer" in outcome.codes
    assert outcome.quarantined_files == {"aarsag.txt", "fejl.csv"}
