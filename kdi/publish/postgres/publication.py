"""Publishes the release in force to PostgreSQL, and tells whether it is there already."""

from dataclasses import dataclass

import psycopg
from adbc_driver_manager import Error as ArrowError
from pydantic import SecretStr

from kdi.lake.store import Lake
from kdi.publish.agreements import Agreement, InvalidAgreement, read_agreements
from kdi.publish.postgres import store, switch
from kdi.publish.postgres.connection import PostgresProblem, as_owner
from kdi.publish.postgres.roles import authorities
from kdi.publish.purposes import Purposes
from kdi.publish.release import Manifest, Releases


@dataclass(frozen=True)
class Published:
    """What a publication did."""

    publicering_id: str
    tables: int
    written: int
    rows_written: int
    left: tuple[str, ...]


@dataclass(frozen=True)
class Publication:
    """The release in force, in the database at ``dsn``."""

    lake: Lake
    releases: Releases
    dsn: SecretStr
    memory_limit: str

    def is_behind(self) -> bool:
        """Whether PostgreSQL holds another release, other agreements or other rules than the ones in force.

        Raises:
            PostgresProblem: it cannot be asked.
        """
        release = self.releases.current()
        if release is None:
            return False
        wanted = switch.state_of(release, self._agreements())
        with as_owner(self.dsn.get_secret_value()) as connection:
            there = switch.in_force(connection)
        return there is None or (there.publicering_id, there.state) != (release.publicering_id, wanted)

    def publish(self) -> Published:
        """Let readers of PostgreSQL see the release in force. Does again only what is missing.

        Raises:
            PostgresProblem: it did not come through; readers see what they saw before, except that
                the agreements in force hold.
        """
        release = self.releases.current()
        if release is None:
            raise PostgresProblem("der er ingen udgivelse at udgive. Kør kdi load.")
        try:
            return self._publish(release)
        except (psycopg.Error, ArrowError, store.IncompletePublication) as error:
            reason = " ".join(str(error).split())[:300]
            raise PostgresProblem(
                f"udgivelsen {release.publicering_id} kom ikke igennem: {reason}. Læserne ser den forrige;"
                " filerne er udgivet. Næste kdi load prøver igen."
            ) from error

    def _publish(self, release: Manifest) -> Published:
        agreements = self._agreements()
        dsn = self.dsn.get_secret_value()
        purposes = Purposes.read(self.lake.reference_folder(release.inputs["reference"]))
        purposes.require(release.raekker)
        with as_owner(dsn) as connection:
            switch.lay_out(connection)
            parts = store.parts_of(release, switch.salt(connection))
            switch.put_agreements_in_force(connection, agreements)
            switch.end_old_sessions(connection)
            there = switch.existing(connection)
            missing = [part for part in parts if part.name not in there]
            folder = self.releases.folder / release.publicering_id
            rows = store.write(dsn, folder, missing, self.memory_limit)
            switch.switch(connection, release, parts, purposes, switch.state_of(release, agreements))
            left = switch.sweep(connection)
        return Published(release.publicering_id, len({p.table for p in parts}), len(missing), rows, tuple(left))

    def _agreements(self) -> tuple[Agreement, ...]:
        reference = self.lake.log.reference()
        if reference is None:
            return ()
        try:
            return read_agreements(self.lake.reference_folder(reference), authorities(self.releases.link))
        except InvalidAgreement as error:
            raise PostgresProblem(str(error)) from None
