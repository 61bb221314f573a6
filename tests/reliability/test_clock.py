"""When a day may be delivered follows the clock in Denmark, and nothing else follows any clock."""

from datetime import datetime, tzinfo
from pathlib import Path

import pytest

from expectations.profiles import profiles
from kdi.ingest import inbox
from kdi.ingest.remote import Inbox
from kdi.settings import Settings


@pytest.mark.parametrize(
    ("now", "known"),
    [
        ("2026-11-25T22:59:00+00:00", []),
        ("2026-11-25T23:00:00+00:00", ["2026-11-26"]),
        ("2026-11-25T18:00:00-05:00", ["2026-11-26"]),
        # the night in which 02:30 comes twice, and the one in which it does not come
        ("2026-10-25T00:30:00+00:00", []),
        ("2026-03-28T23:30:00+00:00", []),
    ],
)
def test_a_day_is_known_when_it_has_begun_in_denmark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: str, known: list[str]
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromisoformat(now).astimezone(tz)

    monkeypatch.setattr(inbox, "datetime", Clock)
    folder = tmp_path / "stoettesystemerne"
    folder.mkdir()
    (folder / "stoettesystemerne_2026-11-26.csv").write_text("indhold", encoding="utf-8")
    listing = inbox.look(Inbox(Settings(inbox=str(tmp_path), settle_seconds=0)), profiles()["stoettesystemerne"])
    assert [file.period for file in listing.files] == known
