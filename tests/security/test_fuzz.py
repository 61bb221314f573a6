"""Every reader, fed files that were damaged at random: each is loaded or refused, and nothing else happens.

A damaged file begins as a sound one, so that most of the damage is met deep in a parser. Of each
must hold: no error but a finding, the books balance, and what is loaded fits the profile. In CI
each reader gets a few hundred files, the same every time; ``make fuzz`` feeds it FUZZ new ones.
"""

import gzip
import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest.receiving import HOURLY, KITOS, KLE, ONBOARDING, call, three_hours
from samples import examples
from samples.files import csv_bytes

from expectations.profiles import Profile
from kdi.ingest.audit import Audit
from kdi.ingest.inbox import InboxFile
from kdi.ingest.reading import Allowance, Part, audit_part
from kdi.ingest.sandbox import Limits
from kdi.ingest.untrusted import Bounds

from . import hostile

INPUTS = int(os.environ.get("FUZZ", examples.of(25)))
SEED = random.SystemRandom().getrandbits(32) if "FUZZ" in os.environ else 20220103
DAY = date(2022, 1, 3)
BOUNDS = Bounds(file=10_000_000, unpacked=100_000_000)
ALLOWED = Allowance(BOUNDS, Limits(seconds=600, memory=4 << 30, written=100_000_000), "500MB")
# Bytes that parsers look for, and those that surprise them.
TOKENS = (
    b";", b'"', b'""', b"\n", b"\r\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe6", b"\xed\xa0\x80",
    b"<", b"&", b"&#0;", b"]]>", b"<!--", b"<!DOCTYPE", b"{", b"}", b"[", b"]", b",", b"null", b"NaN", b"1e999", b"-0",
    b"9" * 400, b"A" * 70_000, b"\\ud800", b"PAR1", b"PK\x03\x04", b"\x80\x80\x80\x80\x80\x01", b"\xff" * 8, b"\t",
    b"=1+1", b"{{ x }}", b"'; drop table raa; --",
)  # fmt: skip


def damage(content: bytes, chance: random.Random) -> bytes:
    """One to four wounds: bytes flipped, cut out, doubled, moved, cut off, or something put in."""
    wounded = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        length = len(wounded)
        at, span = chance.randrange(length + 1), chance.choice((1, 2, 4, 16, 256))
        match chance.randrange(7):
            case 0 if length:
                wounded[chance.randrange(length)] ^= 1 << chance.randrange(8)
            case 1:
                del wounded[at : at + span]
            case 2:
                wounded[at:at] = wounded[at : at + span]
            case 3:
                wounded[at:at] = chance.choice(TOKENS)
            case 4 if chance.random() < 0.3:
                del wounded[at:]
            case 5:
                wounded[at : at + span] = chance.randbytes(min(span, 16))
            case _:
                other = chance.randrange(length + 1)
                wounded[at : at + span] = wounded[other : other + span]
    return bytes(wounded)


def damage_packed(content: bytes, chance: random.Random) -> bytes:
    """A workbook damaged as a whole, or in one of its parts and packed again."""
    if chance.random() < 0.3:
        return damage(content, chance)
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        hit = chance.choice([n for n in names if "sheet" in n or "shared" in n or "workbook" in n or "Content" in n])
        for name in names:
            part = old.read(name)
            new.writestr(name, damage(part, chance) if name == hit else part)
    return stream.getvalue()


def damage_gzip(content: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return damage(content, chance)
    return gzip.compress(damage(gzip.decompress(content), chance), compresslevel=1)


def parquet(rows: list[dict[str, str]]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stream)
    return stream.getvalue()


def onboarding() -> bytes:
    rows = [["leverandoer_navn", "it_system_navn", "it_system_uuid", "SF1470", "SF 1500 - Organisation"],
            ["KMD", "Nexus", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "Klarmeldt", "Forløb 3"]]  # fmt: skip
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.active.merge_cells("A4:C6")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


KITOS_USAGES = [
    {
        "uuid": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "systemContext": {"uuid": "6f9619ff-8b86-d011-b42d-00c04fc964fe", "name": "Nexus"},
        "organizationContext": {
            "uuid": "6f9619ff-8b86-d011-b42d-00c04fc964fd",
            "name": "Brønderslev",
            "cvr": "29189501",
        },
        "general": {"validity": {"valid": True, "validFrom": "2020-01-01T00:00:00Z", "validTo": None}},
        "lastModified": "2022-01-01T00:00:00Z",
    }
]
SOUND = csv_bytes(three_hours(DAY.isoformat()))

READERS: dict[str, tuple[Profile, str, Callable[[], bytes], Callable[[bytes, random.Random], bytes]]] = {
    "csv": (HOURLY, ".csv", lambda: SOUND, damage),
    "csv in windows-1252": (
        HOURLY.model_copy(update={"format": HOURLY.format.model_copy(update={"encoding": "windows-1252"})}),
        ".csv",
        lambda: csv_bytes(three_hours(DAY.isoformat()), encoding="windows-1252"),
        damage,
    ),
    "csv.gz": (HOURLY, ".csv.gz", lambda: gzip.compress(SOUND), damage_gzip),
    "parquet": (HOURLY, ".parquet", lambda: parquet([call("2022-01-03T08:00:00+01:00", 7)] * 1), damage),
    "xlsx": (KLE, ".xlsx", hostile.workbook, damage_packed),
    "xlsx matrix": (ONBOARDING, ".xlsx", onboarding, damage_packed),
    "json": (KITOS, ".json", lambda: json.dumps(KITOS_USAGES).encode(), damage),
}


def read(content: bytes, profile: Profile, suffix: str, folder: Path) -> Audit:
    path = folder / f"file{suffix}"
    path.write_bytes(content)
    file = InboxFile(profile.source, DAY.isoformat(), str(path), len(content), 0.0, "0" * 64)
    (audit,) = audit_part(Part(((file, path),), profile, ALLOWED, folder / "del"))
    return audit


def assert_judged(audit: Audit) -> None:
    """Loaded or refused, and every row accounted for."""
    for finding in audit.findings:
        assert finding.besked and finding.handling
    if audit.parquet is not None:
        assert audit.rows == audit.rows_written + audit.rows_rejected or audit.findings, audit
        assert audit.total == audit.total_written + audit.total_rejected or audit.findings, audit
        stored = duckdb.execute("select count(*) from read_parquet(?)", [str(audit.parquet)]).fetchall()
        assert stored == [(audit.rows_written,)]
    else:
        assert audit.findings


@pytest.mark.parametrize("reader", READERS)
def test_a_damaged_file_is_loaded_or_refused(reader: str, tmp_path: Path) -> None:
    profile, suffix, make, hurt = READERS[reader]
    sound = make()
    assert_judged(read(sound, profile, suffix, _folder(tmp_path, "sound")))
    loaded = 0
    for number in range(INPUTS):
        content = hurt(sound, random.Random(f"{SEED}/{reader}/{number}"))
        folder = _folder(tmp_path, str(number))
        try:
            audit = read(content, profile, suffix, folder)
            assert_judged(audit)
        except BaseException:
            (tmp_path / f"culprit{suffix}").write_bytes(content)
            print(f"seed {SEED}, reader {reader}, number {number}: {tmp_path / f'culprit{suffix}'}")
            raise
        loaded += not audit.findings
        _empty(folder)
    print(f"{reader}: {INPUTS} damaged files (seed {SEED}), {loaded} still sound, the others refused with a reason")


def _folder(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    return folder


def _empty(folder: Path) -> None:
    """Ten thousand files are no use to anyone."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
