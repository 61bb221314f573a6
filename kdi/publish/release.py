"""Release folders under ``published/releases/``, and ``current``, the link that names the one in force.

A release is written beside the others under a temporary name, read back, made read-only, put on
disk, renamed once, and only then pointed to. Its name is never used again; readers of an earlier
one keep it.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from kdi.machine import progress
from kdi.machine.files import sha256_of, sync_folder
from kdi.machine.lock import file_lock
from kdi.machine.steps import step
from kdi.publish import declared, register
from kdi.publish.extent import Extent
from kdi.publish.parquet import Before, verified_rows, write_tables
from kdi.publish.purposes import Purposes


class Overtaken(Exception):
    """Another release than the one that a build started from is in force; nothing is published."""


@dataclass(frozen=True)
class Manifest:
    """What a release is made of. ``filer`` maps relative paths to SHA-256 hashes; ``tilstand`` is that of its state.

    ``statusdato`` is the day as of which it says what is late and which months are open, and ``status``
    a fingerprint of that and of the decisions about deliveries. ``fund`` are the figures that looked impossible, each
    with the reason of whoever accepted it. ``grund`` is why it was made, and ``helt_paa_ny`` the tables that were made
    whole, each with what had changed.
    """

    publicering_id: str
    udgivet: str
    forgaenger: str | None
    inputs: dict[str, str]
    leverancer: dict[str, str]
    raekker: dict[str, int] = field(default_factory=dict)
    filer: dict[str, str] = field(default_factory=dict)
    tilstand: str = ""
    statusdato: str = ""
    status: str = ""
    fund: list[dict[str, str | None]] = field(default_factory=list)
    grund: str = ""
    helt_paa_ny: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KeptRelease:
    """The files of a release that is kept: its database, and the private tables that it was made of.

    A hash is empty where none was written down.
    """

    publication_id: str
    marts: Path
    state: Path
    marts_sha256: str = ""
    state_sha256: str = ""


def new_publication_id() -> str:
    """A name that sorts by time and is never used twice."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


class Releases:
    """The releases of one installation; ``link`` is the folder of the one in force."""

    def __init__(self, published: Path, states: Path, memory_limit: str, keep: int) -> None:
        self._published, self._states, self._memory_limit, self._keep = published, states, memory_limit, keep
        self.folder = published / "releases"
        self.link = published / "current"
        self._held_back = published / "rullet_tilbage"
        self._coming = published / "paa_vej"
        self._known_damaged = published / "beskadiget"

    def current(self) -> Manifest | None:
        """The manifest of the release in force; None before the first."""
        return self.manifest(self.link.resolve().name) if self.link.is_symlink() else None

    def manifest(self, publication_id: str) -> Manifest:
        """The manifest of a release.

        Raises:
            FileNotFoundError: there is no such release.
        """
        text = (self.folder / publication_id / "manifest.json").read_text(encoding="utf-8")
        return Manifest(**json.loads(text))

    def all(self) -> list[str]:
        """Ids of the releases that are kept, oldest first."""
        return sorted(p.parent.name for p in self.folder.glob("[0-9]*/manifest.json"))

    def base(self, manifest: Manifest) -> KeptRelease | None:
        """The files from which an incremental build can start; None if its state is gone or the scrub found a fault."""
        marts = self.folder / manifest.publicering_id / "kdi.duckdb"
        state = self.state(manifest.publicering_id)
        if manifest.publicering_id in self.damaged() or not (marts.exists() and state.exists()):
            return None
        hashes = manifest.filer.get("kdi.duckdb", ""), manifest.tilstand
        return KeptRelease(manifest.publicering_id, marts, state, *hashes)

    def earlier(self) -> list[KeptRelease]:
        """The releases that are kept with their states, oldest first, but those in which the scrub found a fault."""
        kept = [KeptRelease(name, self.folder / name / "kdi.duckdb", self.state(name)) for name in self.all()]
        return [e for e in kept if e.publication_id not in self.damaged() and e.marts.exists() and e.state.exists()]

    def state(self, publication_id: str) -> Path:
        """The private tables kept with a release."""
        return self._states / f"{publication_id}.duckdb"

    def publish(self, marts: Path, private: Path, manifest: Manifest, extent: Extent, purposes: Purposes) -> Manifest:
        """Make a release of what was built and switch ``current`` to it.

        Args:
            marts: the database to be published, and ``private``, the tables it was made of. Both are closed, and moved.
            manifest: what the release is made of; row counts and hashes are filled in here.
            extent: what was made, and so must be written; files of other months are taken over from the current
                release.
            purposes: of the reference data that the manifest names.

        Raises:
            IncompleteRelease: a Parquet file does not hold the rows of its table.
            Overtaken: there was a rollback since the build began.
            WithoutPurpose: a table has no purpose or legal basis; nothing is published.
            Undeclared: a number has no word on whose data it is; nothing is published.
        """
        progress.stage("Udgiver")
        partial = self.folder / f".{manifest.publicering_id}"
        partial.mkdir(parents=True)
        step("release: folder made")
        complete = self._write(marts, private, manifest, extent, purposes, partial)
        self._states.mkdir(parents=True, exist_ok=True)
        os.replace(private, self.state(manifest.publicering_id))
        step("release: state moved")
        os.sync()  # files and folders, before the names by which they are found
        step("release: on disk")
        with self._switching():
            now = self.current()
            if (now.publicering_id if now else None) != manifest.forgaenger:
                raise Overtaken("Der blev rullet tilbage, mens der blev bygget. Kør kdi load --rebuild for at udgive.")
            self._coming.write_text(manifest.publicering_id, encoding="utf-8")
            step("release: announced", self._coming)
            os.replace(partial, self.folder / manifest.publicering_id)
            step("release: renamed")
            sync_folder(self.folder)
            self._switch(manifest.publicering_id)
            self._held_back.unlink(missing_ok=True)
            step("release: nothing held back")
            self._coming.unlink()
            step("release: announcement removed")
        self.prune()
        return complete

    def _write(
        self, marts: Path, private: Path, manifest: Manifest, extent: Extent, purposes: Purposes, partial: Path
    ) -> Manifest:
        current = self.current()
        before = Before(self.folder / current.publicering_id, current.filer, extent) if current else None
        limit = self._memory_limit
        with duckdb.connect(str(marts), read_only=True, config={"memory_limit": limit}) as connection:
            taken_over = write_tables(connection, partial, before)
            rows = verified_rows(connection, partial)
            declared.require(connection, "kdi")
        step("release: read back")
        purposes.require(rows)
        register.write(partial / "fortegnelse.md", manifest.publicering_id, manifest.udgivet, rows, purposes)
        step("release: register written", partial / "fortegnelse.md")
        os.replace(marts, partial / "kdi.duckdb")
        step("release: database moved")
        with ThreadPoolExecutor(1) as threads:  # hashing needs no more of Python than to be begun
            state = threads.submit(sha256_of, private)
            files = {
                path: taken_over.get(path) or sha256_of(partial / path)
                for path in sorted(str(p.relative_to(partial)) for p in partial.rglob("*") if p.is_file())
            }
        found = {"raekker": rows, "filer": files, "tilstand": state.result()}
        complete = Manifest(**{**asdict(manifest), **found})
        text = json.dumps(asdict(complete), ensure_ascii=False, indent=1)
        (partial / "manifest.json").write_text(text, encoding="utf-8")
        step("release: manifest written", partial / "manifest.json")
        for path in partial.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        step("release: made read-only")
        return complete

    @contextmanager
    def _switching(self) -> Iterator[None]:
        """A lock of its own, held for an instant: a rollback need not wait for a build."""
        with file_lock(self._published / ".skift"):
            yield

    def _switch(self, publication_id: str) -> None:
        """Point ``current`` at a release, in one step."""
        partial = self.link.with_name(".current")
        partial.unlink(missing_ok=True)
        partial.symlink_to(Path("releases") / publication_id)
        step("release: link made")
        os.replace(partial, self.link)
        step("release: switched")
        sync_folder(self._published)

    def roll_back(self, lake_state: str) -> str | None:
        """Switch to the release before the current one, and hold this state of the lake back.

        Returns:
            The id of the release now in force; None when there is none to go back to.
        """
        if not self.link.is_symlink():
            return None
        with self._switching():
            earlier = self.previous()
            if earlier:
                self._held_back.write_text(lake_state, encoding="utf-8")
                step("rollback: held back", self._held_back)
                self._switch(earlier)
        return earlier

    def is_held_back(self, lake_state: str) -> bool:
        """Whether a release of exactly this state was rolled back: nothing builds it again by itself."""
        return self._held_back.exists() and self._held_back.read_text(encoding="utf-8") == lake_state

    def previous(self) -> str | None:
        """The newest release that was in force before the one that is now, is kept and has no known fault."""
        now = self.current()
        kept, damaged = set(self.all()), self.damaged()
        while now and now.forgaenger in kept:
            if now.forgaenger not in damaged:
                return now.forgaenger
            now = self.manifest(now.forgaenger)
        return None

    def damaged(self) -> frozenset[str]:
        """Ids of the releases in which the last scrub found a fault."""
        if not self._known_damaged.exists():
            return frozenset()
        return frozenset(self._known_damaged.read_text(encoding="utf-8").split())

    def mark_damaged(self, publication_ids: set[str]) -> None:
        """Remember what a scrub found: nothing is built on these releases, nor rolled back to them."""
        partial = self._known_damaged.with_name(".beskadiget")
        partial.write_text("\n".join(sorted(publication_ids)), encoding="utf-8")
        step("scrub: damaged releases written", partial)
        os.replace(partial, self._known_damaged)
        step("scrub: damaged releases known")

    def sweep(self) -> None:
        """Delete what a killed publication left. Call with the writer's lock held."""
        for leftover in self.folder.glob(".[0-9]*"):
            _delete(leftover)
            step("sweep: half a release removed")
        self.link.with_name(".current").unlink(missing_ok=True)
        if self._coming.exists():
            coming = self._coming.read_text(encoding="utf-8")
            if coming and self.link.resolve().name != coming:
                self._delete_release(coming)
            self._coming.unlink()
            step("sweep: announcement removed")
        self._delete_states()

    def prune(self) -> int:
        """Delete the oldest releases and states beyond the number to keep, never the current one; returns how many."""
        before = self.all()
        for publication_id in before[: -self._keep]:
            if publication_id != self.link.resolve().name:
                self._delete_release(publication_id)
        self._delete_states()
        return len(before) - len(self.all())

    def delete(self, publication_id: str) -> None:
        """Delete a release that is not in force, and its state. Call with the writer's lock held."""
        self._delete_release(publication_id)
        self._delete_states()

    def _delete_release(self, publication_id: str) -> None:
        folder = self.folder / publication_id
        if folder.exists():
            hidden = folder.with_name(f".{publication_id}")
            os.replace(folder, hidden)  # half a release must never look like one
            step("prune: release hidden")
            _delete(hidden)
            step("prune: release removed")

    def _delete_states(self) -> None:
        kept = set(self.all())
        for state in self._states.glob("*.duckdb"):
            if state.stem not in kept:
                state.unlink()
                step("prune: state removed")


def _delete(folder: Path) -> None:
    """Delete a folder whose folders are read-only."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)
