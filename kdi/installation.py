"""What an installation consists of. Made where a command, an asset or a sensor begins, which hands its parts down."""

from typing import TYPE_CHECKING

from kdi.building.start import Site
from kdi.building.status import Status, status_of
from kdi.building.workspace import Workspace
from kdi.ingest.intake import Reception
from kdi.ingest.reading import Allowance
from kdi.ingest.reference.intake import take_in_reference
from kdi.ingest.remote import Inbox
from kdi.ingest.sandbox import Limits
from kdi.ingest.untrusted import Bounds
from kdi.lake.depot import Depot
from kdi.lake.store import Lake
from kdi.lake.verbs import Decisions
from kdi.machine.lock import writer_lock
from kdi.machine.object_storage import S3
from kdi.publish.release import Releases
from kdi.report.imprint import Imprint
from kdi.report.make import Press
from kdi.settings import Settings, get_settings

if TYPE_CHECKING:
    from kdi.publish.postgres.publication import Publication, Published


class Installation:
    """The parts that settings make."""

    def __init__(self, settings: Settings) -> None:
        s = self.settings = settings
        self.lake = Lake(s.lake, Depot(s.lake, s.lake_url, S3.of(s)))
        self.inbox = Inbox(s)
        self.decisions = Decisions(self.lake, s.quarantine)
        self.releases = Releases(s.published, s.state, s.memory_limit, s.keep_releases)
        self.site = Site(self.lake, self.releases, Workspace(s.build, self.lake, s.memory_limit), s.engine)
        self.press = Press(self.releases.link, self.lake, Imprint.of(s), s.reports)

    @property
    def reception(self) -> Reception:
        """As of the status date, which goes on while a process lives."""
        s = self.settings
        limits = Limits(s.read_seconds, s.read_memory, s.largest_unpacked)
        allowed = Allowance(Bounds(s.largest_file, s.largest_unpacked), limits, s.memory_limit)
        return Reception(self.inbox, self.lake, s.quarantine, s.data_docs, allowed, s.status_date)

    @property
    def publication(self) -> "Publication":
        from kdi.publish.postgres.publication import Publication  # its drivers take seconds to import

        return Publication(self.lake, self.releases, self.settings.postgres_dsn, self.settings.memory_limit)

    def roll_back(self) -> str | None:
        """Switch readers to the release before; its name, or none when there is none. Waits for no build."""
        return self.releases.roll_back(self.site.state(self.status()))

    def publish_to_postgres(self) -> "Published":
        """Show what is in force in PostgreSQL, when nobody else writes.

        Raises:
            PostgresProblem: it could not be done; what the server shows is as before.
        """
        with writer_lock(self.lake.writer_lock):
            return self.publication.publish()

    def status(self, published: frozenset[str] | None = None, without: frozenset[str] = frozenset()) -> Status:
        """How things stand on the status date; arguments as for :func:`status_of`."""
        return status_of(self.lake.log, self.settings.status_date, published, without)

    def reference(self) -> str:
        """The fingerprint of the reference data in force; when none are, those that lie there now come to be.

        Raises:
            InvalidReference: they are faulty.
        """
        return self.lake.log.reference() or take_in_reference(self.reception).fingerprint


def here() -> Installation:
    """The installation that this process works on."""
    return Installation(get_settings())
