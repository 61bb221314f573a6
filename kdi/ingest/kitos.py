"""Fetches the use of IT systems from KITOS into the inbox, as a delivery like any other.

KITOS' answers name persons (roles, who changed what). Only the fields of :class:`Usage` are kept of
them, and nothing else is ever written: not to the delivery, not into an error's text.

Facts about the API are from github.com/os2kitos/kitos (commit 0971fe5), under ``Presentation.Web``:
``Controllers/API/V1/Auth/TokenAuthenticationController.cs`` (token, valid 24 hours),
``Controllers/API/V2/External/ItSystemUsages/ItSystemUsageV2Controller.cs`` (usages),
``Controllers/API/V2/External/Deltas/DeltaFeedV2Controller.cs`` (deletions),
``Models/API/V2/Request/Generic/Queries/BoundedPaginationQuery.cs`` (pages of at most 250, no total),
``Extensions/QueryableApiResponseOrderingExtensions.cs`` (oldest first: by creation, or by change when
only changes are asked for) and ``Global.asax.cs`` (camelCase, times in UTC).
"""

import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, SecretStr, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from kdi.faults import Unreachable
from kdi.ingest.remote import Inbox

SOURCE = "kitos"
OVERLAP = timedelta(days=1)
"""How far before the newest known change we ask again: a change may be stored later than it is stamped."""

RETRIES = Retry(
    total=6,  # about a minute in all, longer only when KITOS says how long
    backoff_factor=1,
    backoff_jitter=1,
    retry_after_max=300,
    status_forcelist=(429, 500, 502, 503, 504),
    allowed_methods=None,  # also POST: asking for a token twice does no harm
    raise_on_status=False,
)

_TOKEN = "/api/authorize/gettoken"
_USAGES = "/api/v2/it-system-usages"
_DELETED = "/api/v2/delta-feed/deleted-entities"
_ENTITY = "ItSystemUsage"
_PAGE_SIZE = 100
_ATTEMPTS = 3
_ADVICE = {
    400: "Forespørgslen afvises; KITOS' API kan være ændret.",
    401: "Tjek KDI_KITOS_EMAIL og KDI_KITOS_PASSWORD.",
    403: "Brugeren skal være API-bruger i KITOS; bed den lokale KITOS-administrator om adgang.",
    429: "KITOS har for travlt; prøv igen senere.",
}


class KitosError(Exception):
    """KITOS could not be read. The text says what, where and what to do; it holds no secret and no answer."""


class KitosSilent(KitosError, Unreachable):
    """KITOS did not answer, or is busy; trying again later may be enough."""


class _Kept(BaseModel):
    """Part of an answer. A field that is not named here is dropped as soon as the page is read."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )


class System(_Kept):
    """The IT system, common to all organisations."""

    uuid: UUID
    name: str | None = None


class Organization(_Kept):
    """Who uses the system: a municipality, or another member of KITOS."""

    uuid: UUID
    name: str | None = None
    cvr: str | None = None


class Validity(_Kept):
    """Whether the system is in use. ``valid`` is KITOS' own verdict at the moment of asking."""

    valid: bool
    valid_from: str | None = None
    valid_to: str | None = None


class General(_Kept):
    """Of the general data only the validity: call names and notes are free text."""

    validity: Validity


class Usage(_Kept):
    """One organisation's use of one IT system; all that is kept of it."""

    uuid: UUID
    system_context: System
    organization_context: Organization
    general: General
    last_modified: AwareDatetime


class _Deletion(_Kept):
    entity_uuid: UUID
    entity_type: str


@dataclass(frozen=True)
class KitosConnection:
    """Where KITOS is and who asks.

    Raises:
        KitosError: something is missing, or the password would be sent unencrypted.
    """

    url: str
    email: str = field(repr=False)
    password: SecretStr
    retries: Retry = field(default=RETRIES, repr=False)

    def __post_init__(self) -> None:
        if not (self.url and self.email and self.password.get_secret_value()):
            raise KitosError("KITOS er ikke sat op. Angiv KDI_KITOS_URL, KDI_KITOS_EMAIL og KDI_KITOS_PASSWORD.")
        address = parse_url(self.url)
        if address.scheme != "https" and address.host not in ("localhost", "127.0.0.1"):
            raise KitosError("KDI_KITOS_URL skal begynde med https://, ellers sendes adgangskoden ukrypteret.")


def fetch_delivery(connection: KitosConnection, inbox: Inbox, today: date, full: bool = False) -> str:
    """Fetch what KITOS knows now and put it in the inbox as the delivery of ``today``.

    Args:
        today: the Danish date, the delivery's period.
        full: ask for everything, also when an earlier delivery says what is known.

    Returns:
        The path of the delivery.

    Raises:
        KitosError: KITOS could not be read; the inbox is as it was.
    """
    return write_delivery(fetch_usages(connection, () if full else earlier_usages(inbox, today)), inbox, today)


def earlier_usages(inbox: Inbox, today: date) -> list[Usage]:
    """The usages of the newest delivery up to ``today``, if it can be the start of a fetch of changes.

    It cannot when it is unreadable or from an earlier ISO week: whether a usage is valid, and what its
    system and organisation are called, changes without the usage being marked as changed. So the first
    fetch of a week is a full one, which is what an empty list leads to.
    """
    fs, root = inbox.open()
    names = [entry.rsplit("/", 1)[-1] for entry in fs.glob(f"{root}/{SOURCE}/{SOURCE}_*.json")]
    days = [match[1] for name in names if (match := re.fullmatch(rf"{SOURCE}_(\d{{4}}-\d\d-\d\d)\.json", name))]
    newest = max((day for day in days if day <= today.isoformat()), default=None)
    try:
        if newest is None or date.fromisoformat(newest).isocalendar()[:2] != today.isocalendar()[:2]:
            return []
        return TypeAdapter(list[Usage]).validate_json(fs.cat_file(f"{root}/{SOURCE}/{SOURCE}_{newest}.json"))
    except ValueError:
        return []


def fetch_usages(connection: KitosConnection, earlier: Sequence[Usage] = ()) -> list[Usage]:
    """All usages that KITOS shows the user.

    Args:
        earlier: an earlier answer. Then only what was changed or deleted since is asked for, and
            the answer is brought up to date with it. Empty: everything is asked for.

    Returns:
        The usages, each once, in no particular order.

    Raises:
        KitosError: KITOS could not be reached, refused, answered something else than usages, or has none.
    """
    client = _Client(connection)
    newest = max((usage.last_modified for usage in earlier), default=None)
    changed_since = {"changedSinceGtEq": _utc(newest - OVERLAP)} if newest else {}
    deleted_since = _utc((newest or datetime.now(UTC)) - OVERLAP)

    # A page is cut by counting rows, so a deletion or change while we read can hide a row between two
    # pages. It shows as a new deletion or as a row that came twice: then read again.
    for _ in range(_ATTEMPTS):
        before = client.deleted(deleted_since)
        changed = client.rows(_USAGES, Usage, **changed_since)
        deleted = client.deleted(deleted_since)
        if deleted == before and len({usage.uuid for usage in changed}) == len(changed):
            break
    else:
        raise KitosSilent(f"KITOS blev ændret under hver af {_ATTEMPTS} læsninger. Prøv igen uden for arbejdstiden.")
    usages = {usage.uuid: usage for usage in [*earlier, *changed] if usage.uuid not in deleted}
    if not usages:
        raise KitosError(f"KITOS viser ingen systemanvendelser. {_ADVICE[403]}")
    return list(usages.values())


def write_delivery(usages: Sequence[Usage], inbox: Inbox, today: date) -> str:
    """Write the delivery of ``today`` whole or not at all; equal usages give equal bytes.

    Returns:
        The path of the delivery, which is untouched when it held the very same already.
    """
    fs, root = inbox.open()
    path = f"{root}/{SOURCE}/{SOURCE}_{today.isoformat()}.json"
    lines = [usage.model_dump_json(by_alias=True) for usage in sorted(usages, key=lambda usage: usage.uuid)]
    content = ("[\n" + ",\n".join(lines) + "\n]\n").encode()
    if fs.exists(path) and fs.cat_file(path) == content:
        return path
    fs.makedirs(f"{root}/{SOURCE}", exist_ok=True)
    unfinished = f"{path}.{uuid4().hex}.part"  # a name that the inbox leaves alone
    try:
        fs.pipe_file(unfinished, content)
        fs.mv(unfinished, path)
    finally:
        if fs.exists(unfinished):
            fs.rm_file(unfinished)
    return path


_Row = TypeVar("_Row", bound=_Kept)


class _Client:
    """Speaks HTTP with KITOS: gets and renews the token, turns pages, tries again, and says what is wrong."""

    def __init__(self, connection: KitosConnection) -> None:
        self._connection = connection
        self._pool = PoolManager(retries=connection.retries, timeout=Timeout(connect=10, read=120))
        self._token = ""

    def deleted(self, since: str) -> set[UUID]:
        """UUIDs of the usages that were deleted at ``since`` (UTC) or later."""
        rows = self.rows(_DELETED, _Deletion, entityType=_ENTITY, deletedSinceUTC=since)
        return {row.entity_uuid for row in rows if row.entity_type == _ENTITY}

    def rows(self, path: str, kind: type[_Row], **query: str) -> list[_Row]:
        """The rows of all pages, each cut down to the fields of ``kind``."""
        rows: list[_Row] = []
        last: list[_Row] = []
        for page in itertools.count():
            answer = self._get(path, {**query, "page": str(page), "pageSize": str(_PAGE_SIZE)})
            try:
                read = TypeAdapter(list[kind]).validate_python(answer)  # type: ignore[valid-type]
            except ValidationError as error:
                where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
                raise self._unlike(path, f"side {page}, feltet {where or 'øverst'}") from None
            if not read:
                break
            if read == last:
                raise self._unlike(path, f"side {page} er den samme som siden før")
            rows += read
            last = read
        return rows

    def _get(self, path: str, query: dict[str, str]) -> Any:
        response = self._ask(path, query) if self._token else None
        if response is None or response.status == 401:
            self._token = self._new_token()
            response = self._ask(path, query)
        return self._content(response, path)

    def _ask(self, path: str, query: dict[str, str]) -> BaseHTTPResponse:
        return self._send("GET", path, fields=query, headers={"Authorization": f"Bearer {self._token}"})

    def _new_token(self) -> str:
        user = {"email": self._connection.email, "password": self._connection.password.get_secret_value()}
        answer = self._content(self._send("POST", _TOKEN, json=user), _TOKEN)
        try:
            return str(answer["response"]["token"])
        except (LookupError, TypeError):
            raise self._unlike(_TOKEN, "response.token mangler") from None

    def _send(self, method: str, path: str, **request: Any) -> BaseHTTPResponse:
        url = self._connection.url.rstrip("/") + path
        try:
            # A redirect is not followed: it would take the password or the token elsewhere.
            return self._pool.request(method, url, redirect=False, **request)
        except HTTPError as error:
            why = type(getattr(error, "reason", None) or error).__name__
            raise KitosSilent(
                f"KITOS kan ikke nås på {self._host}{path} ({why}). Tjek KDI_KITOS_URL og netværket."
            ) from None

    def _content(self, response: BaseHTTPResponse, path: str) -> Any:
        if response.status != 200:
            late = "KITOS er nede; prøv igen senere." if response.status >= 500 else "Tjek KDI_KITOS_URL."
            kind = KitosSilent if response.status >= 500 or response.status == 429 else KitosError
            raise kind(f"KITOS svarede {response.status} på {self._host}{path}. {_ADVICE.get(response.status, late)}")
        try:
            return json.loads(response.data)
        except ValueError:
            raise self._unlike(path, "svaret er ikke JSON") from None

    def _unlike(self, path: str, what: str) -> KitosError:
        return KitosError(
            f"KITOS' svar på {self._host}{path} er ikke som ventet: {what}. Tjek KDI_KITOS_URL; er den rigtig, "
            "er API'et ændret."
        )

    @property
    def _host(self) -> str:
        return parse_url(self._connection.url).host or ""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
