"""Fetching from KITOS: a real HTTP server that speaks the API's shapes, and what lies in the inbox afterwards."""

import json
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from pydantic import SecretStr

from kdi.ingest.inbox import UNFINISHED_SUFFIXES
from kdi.ingest.kitos import (
    RETRIES,
    KitosConnection,
    KitosError,
    earlier_usages,
    fetch_delivery,
    fetch_usages,
    write_delivery,
)
from kdi.ingest.remote import Inbox
from kdi.settings import Settings

TUESDAY, WEDNESDAY, NEXT_MONDAY = date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 30)
PASSWORD = "kaffe-og-kage-42"
PERSONS = ("Birgit Hemmelig", "birgit@kommune.example", "Holger Skjult")
USAGES, DELETED, TOKEN = "/api/v2/it-system-usages", "/api/v2/delta-feed/deleted-entities", "/api/authorize/gettoken"

Row = dict[str, Any]
Fault = Callable[[BaseHTTPRequestHandler], None]


def uuid_of(number: int) -> str:
    return str(UUID(int=(number * 2_654_435_761) % 2**32))  # in another order than the numbers'


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f7Z")  # .NET writes seven digits


def usage(number: int, name: str = "Nexus", changed: str = "2026-11-20T08:00:00.1234567Z") -> Row:
    """What KITOS answers about one usage: ItSystemUsageResponseDTO, with persons in every place they can be."""
    person = {"uuid": uuid_of(9_000), "name": PERSONS[0]}
    return {
        "uuid": uuid_of(number),
        "createdBy": person,
        "lastModified": changed,
        "lastModifiedBy": {"uuid": uuid_of(9_001), "name": PERSONS[2]},
        "systemContext": {"uuid": uuid_of(1_000 + number % 7), "name": name},
        "organizationContext": {"uuid": uuid_of(2_000), "name": "Brønderslev Kommune", "cvr": "29189501"},
        "general": {
            "localSystemId": "",
            "localCallName": f"{PERSONS[0]}s system",
            "dataClassification": None,
            "notes": f"Spørg {PERSONS[2]}",
            "systemVersion": "3",
            "numberOfExpectedUsers": {"lowerBound": 10, "upperBound": 50},
            "validity": {
                "valid": True,
                "validAccordingToValidityPeriod": True,
                "validAccordingToLifeCycle": True,
                "validAccordingToMainContract": True,
                "lifeCycleStatus": "Operational",
                "validFrom": "2022-01-01T00:00:00Z",
                "validTo": None,
            },
            "mainContract": None,
            "containsAITechnology": "No",
        },
        "roles": [
            {
                "user": {**person, "email": PERSONS[1]},
                "role": {"uuid": uuid_of(3_000), "name": "Systemadministrator"},
            }
        ],
        "organizationUsage": {"usingOrganizationUnits": [], "responsibleOrganizationUnit": None},
        "localKLEDeviations": {"removedKLE": [], "addedKLE": []},
        "externalReferences": [{"title": PERSONS[2], "url": "https://example.org", "masterReference": True}],
        "archiving": {"notes": PERSONS[0]},
        "gdpr": {"purpose": PERSONS[0]},
        "outgoingSystemRelations": [],
    }


def status(code: int, **headers: str) -> Fault:
    """An answer with this status, whose body names a person."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        reply(
            handler,
            f"Fejl: {PERSONS[0]} {PASSWORD}".encode(),
            code,
            {n.replace("_", "-"): v for n, v in headers.items()},
        )

    return answer


def death(handler: BaseHTTPRequestHandler) -> None:
    """Half a page, then nothing more."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'[{"uuid": "')


def reply(handler: BaseHTTPRequestHandler, body: bytes, code: int = 200, headers: dict[str, str] | None = None) -> None:
    handler.send_response(code)
    for name, value in {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@dataclass
class Kitos:
    """KITOS as far as the client can see it; tests change it while it runs."""

    usages: list[Row] = field(default_factory=list)
    deletions: list[Row] = field(default_factory=list)
    faults: Iterator[Fault | None] = field(default_factory=lambda: iter(()))
    token_fault: Fault | None = None
    token_lasts: int = 1_000_000
    after_page: Callable[[int], None] = lambda page: None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tokens: int = 0
    port: int = 0
    _left: int = 0

    def delete(self, number: int, moment: datetime) -> None:
        self.usages = [row for row in self.usages if row["uuid"] != uuid_of(number)]
        self.deletions += [
            {"occurredAtUtc": stamp(moment), "entityUuid": uuid_of(number), "entityType": "ItSystemUsage"}
        ]

    def put(self, row: Row) -> None:
        known = [r["uuid"] for r in self.usages]
        if row["uuid"] in known:
            self.usages[known.index(row["uuid"])] = row
        else:
            self.usages.append(row)

    def asked_of(self, path: str) -> list[dict[str, str]]:
        return [query for asked, query in self.asked if asked == path]

    def new_token(self, handler: BaseHTTPRequestHandler) -> None:
        user = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.asked.append((handler.path, {}))
        if self.token_fault:
            return self.token_fault(handler)
        if user != {"email": "kdi@example.org", "password": PASSWORD}:
            return status(401)(handler)
        self.tokens, self._left = self.tokens + 1, self.token_lasts
        token = {"token": f"jwt-{self.tokens}", "email": user["email"], "loginSuccessful": True}
        return reply(handler, json.dumps({"msg": "", "response": token}).encode())

    def get(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append((parts.path, query))
        if handler.headers["Authorization"] != f"Bearer jwt-{self.tokens}" or self._left == 0:
            return status(401)(handler)
        self._left -= 1
        if parts.path == USAGES and (fault := next(self.faults, None)):
            return fault(handler)
        rows = {USAGES: self._usages, DELETED: self._deleted}[parts.path](query)
        page, size = int(query["page"]), int(query["pageSize"])
        assert 1 <= size <= 250
        content = json.dumps(rows[page * size : (page + 1) * size], ensure_ascii=False).encode()
        if parts.path == USAGES:
            self.after_page(page)  # the rows are chosen; a client that has the page may have asked for the next
        reply(handler, content)
        return None

    def _usages(self, query: dict[str, str]) -> list[Row]:
        if since := query.get("changedSinceGtEq"):
            return sorted((r for r in self.usages if r["lastModified"] >= since), key=lambda r: str(r["lastModified"]))
        return self.usages

    def _deleted(self, query: dict[str, str]) -> list[Row]:
        assert query["entityType"] == "ItSystemUsage"
        return [row for row in self.deletions if row["occurredAtUtc"] >= query["deletedSinceUTC"]]


@pytest.fixture
def kitos() -> Iterator[Kitos]:
    answers = Kitos()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.get(self)

        def do_POST(self) -> None:
            assert self.path == TOKEN
            answers.new_token(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answers.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield answers
    server.shutdown()
    server.server_close()


def connect(kitos: Kitos, password: str = PASSWORD) -> KitosConnection:
    at_once = RETRIES.new(total=3, backoff_factor=0, backoff_jitter=0)
    return KitosConnection(f"http://127.0.0.1:{kitos.port}/", "kdi@example.org", SecretStr(password), at_once)


def opened(address: str) -> Inbox:
    return Inbox(Settings(inbox=address))


def fetch(kitos: Kitos, inbox: Path, today: date = TUESDAY, full: bool = False) -> list[Row]:
    return list(json.loads(Path(fetch_delivery(connect(kitos), opened(str(inbox)), today, full)).read_bytes()))


def fetch_fails(kitos: Kitos, inbox: Path, password: str = PASSWORD) -> str:
    """The error's text, after a look that nothing personal is in it and nothing new in the inbox."""
    before = contents(inbox)
    with pytest.raises(KitosError) as raised:
        fetch_delivery(connect(kitos, password), opened(str(inbox)), WEDNESDAY)
    told = "".join(traceback.format_exception(raised.value))
    assert not [secret for secret in (*PERSONS, password, "jwt-") if secret in told]
    assert contents(inbox) == before
    return str(raised.value)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(rows: Iterable[Row]) -> dict[str, str]:
    return {row["uuid"]: row["systemContext"]["name"] for row in rows}


def test_the_first_fetch_reads_page_by_page_until_there_is_no_more(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(n) for n in range(205)]
    assert names(fetch(kitos, tmp_path)) == names(kitos.usages)
    assert list(contents(tmp_path)) == ["kitos/kitos_2026-11-24.json"]
    assert kitos.asked_of(USAGES) == [{"page": str(page), "pageSize": "100"} for page in range(4)]
    assert kitos.tokens == 1


def test_a_delivery_holds_these_fields_and_no_others(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(1)]
    assert fetch(kitos, tmp_path) == [
        {
            "uuid": uuid_of(1),
            "systemContext": {"uuid": uuid_of(1_001), "name": "Nexus"},
            "organizationContext": {"uuid": uuid_of(2_000), "name": "Brønderslev Kommune", "cvr": "29189501"},
            "general": {"validity": {"valid": True, "validFrom": "2022-01-01T00:00:00Z", "validTo": None}},
            "lastModified": "2026-11-20T08:00:00.123456Z",
        }
    ]


def test_no_person_is_in_any_file(kitos: Kitos, tmp_path: Path) -> None:
    exported = [{**usage(n), "ukendt": {"navn": PERSONS[0]}} for n in range(3)]
    earlier = tmp_path / "kitos" / "kitos_2026-11-24.json"
    earlier.parent.mkdir()
    earlier.write_text(json.dumps(exported), encoding="utf-8")  # a person's export, with all that KITOS shows
    kitos.usages = [*exported, usage(3, changed="2026-11-24T10:00:00Z")]
    assert len(fetch(kitos, tmp_path, WEDNESDAY)) == 4
    earlier.unlink()
    written = b"".join(contents(tmp_path).values())
    assert written and not [person for person in PERSONS if person.encode() in written]


def test_the_next_fetch_asks_for_what_is_changed_and_deleted_since(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(n, changed=f"2026-11-2{n}T08:00:00.5Z") for n in range(4)]
    kitos.delete(3, datetime(2026, 11, 24, 3, tzinfo=UTC))
    fetch(kitos, tmp_path)
    kitos.asked.clear()

    kitos.put(usage(1, name="Nexus 2", changed="2026-11-24T09:00:00Z"))
    kitos.put(usage(7, name="Aula", changed="2026-11-24T09:30:00Z"))
    kitos.delete(0, datetime(2026, 11, 24, 10, tzinfo=UTC))
    assert names(fetch(kitos, tmp_path, WEDNESDAY)) == {
        uuid_of(1): "Nexus 2", uuid_of(2): "Nexus", uuid_of(7): "Aula",
    }  # fmt: skip
    # A day before the newest change that the earlier delivery knows of.
    assert {query["changedSinceGtEq"] for query in kitos.asked_of(USAGES)} == {"2026-11-21T08:00:00Z"}
    assert {query["deletedSinceUTC"] for query in kitos.asked_of(DELETED)} == {"2026-11-21T08:00:00Z"}
    assert sorted(contents(tmp_path)) == ["kitos/kitos_2026-11-24.json", "kitos/kitos_2026-11-25.json"]


@pytest.mark.parametrize(
    ("today", "full"), [(WEDNESDAY, True), (NEXT_MONDAY, False)], ids=["when asked", "first time of a week"]
)
def test_everything_is_asked_for(kitos: Kitos, tmp_path: Path, today: date, full: bool) -> None:
    kitos.usages = [usage(1), usage(2)]
    fetch(kitos, tmp_path)
    kitos.usages = [usage(1, name="Omdøbt")]  # the system's new name is no change of the usage; 2 is out of our sight
    assert names(fetch(kitos, tmp_path, today, full)) == {uuid_of(1): "Omdøbt"}


@pytest.mark.parametrize("content", [b"", b"[{", b'{"usages": []}', b"[]", b'[{"uuid": "x"}]'])
def test_an_earlier_delivery_that_cannot_be_read_is_not_built_upon(
    kitos: Kitos, tmp_path: Path, content: bytes
) -> None:
    kitos.usages = [usage(1)]
    (tmp_path / "kitos").mkdir()
    (tmp_path / "kitos" / "kitos_2026-11-24.json").write_bytes(content)
    assert names(fetch(kitos, tmp_path, WEDNESDAY)) == {uuid_of(1): "Nexus"}


def test_only_deliveries_up_to_today_are_built_upon(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(1)]
    fetch(kitos, tmp_path, WEDNESDAY)
    for other in ("kitos_2026-11-23.json.part", "kitos_2026-11.json", "kitos_2026-11-22 (1).json"):
        (tmp_path / "kitos" / other).write_text("[]")
    assert earlier_usages(opened(str(tmp_path)), TUESDAY) == []
    assert [u.uuid for u in earlier_usages(opened(str(tmp_path)), WEDNESDAY)] == [UUID(uuid_of(1))]


def test_a_token_that_expires_on_the_way_is_renewed(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages, kitos.token_lasts = [usage(n) for n in range(205)], 3
    assert names(fetch(kitos, tmp_path)) == names(kitos.usages)
    assert kitos.tokens == 2


def test_a_new_token_that_is_refused_too_ends_the_fetch(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages, kitos.token_lasts = [usage(1)], 0
    assert "401" in fetch_fails(kitos, tmp_path)
    assert kitos.tokens == 1


@pytest.mark.parametrize("fault", [status(503), status(500), status(429), death], ids=["503", "500", "429", "died"])
def test_what_fails_twice_is_asked_a_third_time(kitos: Kitos, tmp_path: Path, fault: Fault) -> None:
    kitos.usages, kitos.faults = [usage(n) for n in range(105)], iter([None, fault, fault])
    assert names(fetch(kitos, tmp_path)) == names(kitos.usages)
    assert [query["page"] for query in kitos.asked_of(USAGES)] == ["0", "1", "1", "1", "2"]


def test_we_wait_as_long_as_kitos_says(kitos: Kitos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("urllib3.util.retry.time.sleep", waited.append)
    kitos.usages, kitos.faults = [usage(1)], iter([status(429, Retry_After="7"), status(503, Retry_After="9999")])
    fetch(kitos, tmp_path)
    assert waited == [7, 300]


def test_between_attempts_the_wait_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.random", lambda: 0.5)
    retry, waits = RETRIES, []
    for _ in range(6):
        retry = retry.increment("GET", USAGES, error=None)
        waits.append(retry.get_backoff_time())
    assert waits == [0, 2.5, 4.5, 8.5, 16.5, 32.5]


@pytest.mark.parametrize(
    ("fault", "text"),
    [(death, "ProtocolError"), (status(503), "503"), (status(429), "429")],
    ids=["died", "503", "429"],
)
def test_what_fails_every_time_leaves_no_file(kitos: Kitos, tmp_path: Path, fault: Fault, text: str) -> None:
    kitos.usages, kitos.faults = [usage(1)], repeat(fault)
    assert text in fetch_fails(kitos, tmp_path)
    assert len(kitos.asked_of(USAGES)) == 4
    assert not contents(tmp_path)


def test_an_earlier_delivery_stays_when_a_fetch_fails(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(1)]
    fetch(kitos, tmp_path)
    kitos.faults = repeat(death)
    fetch_fails(kitos, tmp_path)
    assert list(contents(tmp_path)) == ["kitos/kitos_2026-11-24.json"]


def test_a_server_that_is_not_there_is_named(kitos: Kitos, tmp_path: Path) -> None:
    kitos.port = 1
    text = fetch_fails(kitos, tmp_path)
    assert "kan ikke nås på 127.0.0.1/api/authorize/gettoken" in text and "KDI_KITOS_URL" in text


def test_a_wrong_password_is_tried_once_only(kitos: Kitos, tmp_path: Path) -> None:
    text = fetch_fails(kitos, tmp_path, "gammel-kode")
    assert text == (
        "KITOS svarede 401 på 127.0.0.1/api/authorize/gettoken. Tjek KDI_KITOS_EMAIL og KDI_KITOS_PASSWORD."
    )
    assert len(kitos.asked_of(TOKEN)) == 1


def html(handler: BaseHTTPRequestHandler) -> None:
    reply(handler, f"<html>Driftsstop. Kontakt {PERSONS[0]}</html>".encode())


def answer(content: object) -> Fault:
    return lambda handler: reply(handler, json.dumps(content).encode())


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (status(403), "API-bruger"),
        (status(400), "400"),
        (status(404), "Tjek KDI_KITOS_URL"),
        (status(302, Location="http://127.0.0.1:1/"), "302"),
        (html, "ikke JSON"),
        (answer({"message": PERSONS[0]}), "side 0, feltet øverst"),
        (answer([PERSONS[0]]), "side 0, feltet 0"),
        (answer([{**usage(1), "uuid": PERSONS[0]}]), "side 0, feltet 0.uuid"),
        (
            answer([{**usage(1), "systemContext": {"uuid": uuid_of(2), "name": {"x": PERSONS[0]}}}]),
            "systemContext.name",
        ),
    ],
)
def test_any_other_answer_ends_the_fetch_and_is_explained(
    kitos: Kitos, tmp_path: Path, fault: Fault, text: str
) -> None:
    kitos.faults = repeat(fault)
    told = fetch_fails(kitos, tmp_path)
    assert text in told and f"127.0.0.1{USAGES}" in told
    assert len(kitos.asked_of(USAGES)) == 1


@pytest.mark.parametrize("fault", [html, answer({"response": None}), answer([]), status(302, Location="http://[::1]/")])
def test_without_a_token_nothing_is_asked(kitos: Kitos, tmp_path: Path, fault: Fault) -> None:
    kitos.token_fault = fault
    assert TOKEN in fetch_fails(kitos, tmp_path)
    assert not kitos.asked_of(USAGES)


def test_a_server_that_gives_the_same_page_for_ever_is_left(kitos: Kitos, tmp_path: Path) -> None:
    kitos.faults = repeat(answer([usage(1)]))
    assert "side 1 er den samme" in fetch_fails(kitos, tmp_path)


def test_no_usages_at_all_is_missing_access_and_not_a_delivery(kitos: Kitos, tmp_path: Path) -> None:
    assert "ingen systemanvendelser" in fetch_fails(kitos, tmp_path)


def test_a_deletion_while_we_read_hides_no_other_usage(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(n) for n in range(150)]
    here = [*kitos.usages]

    def delete_one(page: int) -> None:
        if page == 0 and len(kitos.usages) == 150:
            kitos.delete(5, datetime.now(UTC))  # 100 now is the last of the first page, which was read already

    kitos.after_page = delete_one
    assert names(fetch(kitos, tmp_path)) == names(row for row in here if row["uuid"] != uuid_of(5))


def test_a_change_while_we_read_hides_no_other_usage(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(n, changed=stamp(datetime(2026, 11, 24) + timedelta(minutes=n))) for n in range(150)]
    earlier = fetch_usages(connect(kitos))

    def change_one(page: int) -> None:
        if page == 0:
            kitos.after_page = lambda page: None
            kitos.put(usage(5, name="Ændret", changed="2026-11-24T12:00:00Z"))

    kitos.after_page = change_one
    kitos.asked.clear()
    found = {str(u.uuid): u.system_context.name for u in fetch_usages(connect(kitos), earlier[:1])}
    assert found == names(kitos.usages)
    assert [query["page"] for query in kitos.asked_of(USAGES)] == ["0", "1", "2", "0", "1", "2"]


def test_a_kitos_that_never_rests_ends_the_fetch(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(n) for n in range(20)]
    kitos.after_page = lambda page: kitos.delete(len(kitos.usages) - 1, datetime.now(UTC))
    assert "blev ændret under hver af 3 læsninger" in fetch_fails(kitos, tmp_path)


def test_equal_content_gives_equal_bytes_whatever_the_order(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(n) for n in range(30)]
    fetch(kitos, tmp_path / "a")
    fetch(kitos, tmp_path / "b")
    kitos.usages.reverse()
    fetch(kitos, tmp_path / "a", WEDNESDAY)
    fetch(kitos, tmp_path / "c", full=True)
    written = [*contents(tmp_path).values()]
    assert len(written) == 4 and len(set(written)) == 1


def test_the_same_again_leaves_the_file_as_it_is(kitos: Kitos, tmp_path: Path) -> None:
    kitos.usages = [usage(1)]
    fetch(kitos, tmp_path)
    before = (tmp_path / "kitos" / "kitos_2026-11-24.json").stat()
    fetch(kitos, tmp_path)
    after = (tmp_path / "kitos" / "kitos_2026-11-24.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    kitos.put(usage(2))
    fetch(kitos, tmp_path)
    assert (tmp_path / "kitos" / "kitos_2026-11-24.json").stat().st_ino != before.st_ino


def test_until_it_is_whole_a_delivery_has_a_name_that_the_inbox_leaves_alone(
    kitos: Kitos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kitos.usages = [usage(1)]
    usages, during = fetch_usages(connect(kitos)), []

    def full_disk(*args: object) -> None:
        during.extend(contents(tmp_path))
        raise OSError("No space left on device")

    monkeypatch.setattr(LocalFileSystem, "mv", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_delivery(usages, opened(str(tmp_path)), TUESDAY)
    assert len(during) == 1 and during[0].endswith(UNFINISHED_SUFFIXES)
    assert not contents(tmp_path)


def test_a_remote_inbox_gets_its_delivery_too(kitos: Kitos) -> None:
    kitos.usages = [usage(1)]
    path = fetch_delivery(connect(kitos), opened("memory://indbakke"), TUESDAY)
    fs = fsspec.filesystem("memory")
    assert list(fs.find("/indbakke")) == ["/indbakke/kitos/kitos_2026-11-24.json"] == [path]
    assert [u.uuid for u in earlier_usages(opened("memory://indbakke"), TUESDAY)] == [UUID(uuid_of(1))]
    fs.rm("/indbakke", recursive=True)


@pytest.mark.parametrize(
    ("url", "email", "password", "text"),
    [
        ("", "a@example.org", PASSWORD, "ikke sat op"),
        ("https://kitos.dk", "", PASSWORD, "KDI_KITOS_EMAIL"),
        ("https://kitos.dk", "a@example.org", "", "KDI_KITOS_PASSWORD"),
        ("http://kitos.dk", "a@example.org", PASSWORD, "https://"),
        ("kitos.dk", "a@example.org", PASSWORD, "https://"),
    ],
)
def test_a_connection_that_cannot_be_used_is_refused(url: str, email: str, password: str, text: str) -> None:
    with pytest.raises(KitosError, match=text):
        KitosConnection(url, email, SecretStr(password))


def test_a_connection_does_not_show_who_asks_nor_the_password() -> None:
    shown = repr(KitosConnection("https://kitos.dk", "a@example.org", SecretStr(PASSWORD)))
    assert "kitos.dk" in shown and PASSWORD not in shown and "a@example.org" not in shown
