"""What lies in the inbox under ``reference/``: the user's own files, and those whose names are nearly right."""

from dataclasses import dataclass, field
from difflib import SequenceMatcher

import fsspec

from expectations.findings import Finding
from expectations.reference import reference_profiles
from kdi.ingest.inbox import UNFINISHED_SUFFIXES, InboxFile, modified, still_written
from kdi.ingest.reference.cells import Fault
from kdi.ingest.remote import Inbox
from kdi.notation import cpr

FOLDER = "reference"
# The largest file known, KL's whole plan of subjects, has two megabytes.
_LARGEST = 50_000_000
_ALIKE = 0.8


@dataclass
class Seen:
    """The user's own files by name without suffix, what could not be opened, and what was passed over."""

    contents: dict[str, bytes] = field(default_factory=dict)
    faults: dict[str, list[Finding]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def look(inbox: Inbox) -> Seen:
    """Read every reference file of the inbox whose name is exactly right; links are not followed.

    A file that cannot be had is a fault: without it the built-in one would be in force unasked.

    Raises:
        InboxUnreachable: the inbox is remote and cannot be read now.
    """
    fs, root = inbox.open()
    seen = Seen()
    with inbox.errors():
        for entry in _entries(fs, root):
            name = entry["name"].rstrip("/").rsplit("/", 1)[-1]
            if name != FOLDER and SequenceMatcher(None, name.casefold(), FOLDER).ratio() >= _ALIKE:
                seen.notes.append(f"{cpr.masked(name)}: mappen ligner reference, men er det ikke, og er ikke læst")
        files = []
        for entry in _entries(fs, f"{root}/{FOLDER}"):
            name = entry["name"].rstrip("/").rsplit("/", 1)[-1]
            stem = name.removesuffix(".csv")
            is_plain = entry["type"] == "file" and not entry.get("islink", False)
            if stem in reference_profiles() and name.endswith(".csv") and is_plain:
                files.append(InboxFile(FOLDER, stem, entry["name"], entry["size"] or 0, modified(entry)))
            elif not name.startswith((".", "~$")):
                seen.notes.append(_passed_over(name, is_plain))
        growing = still_written(fs, files, inbox.settle_seconds)
        for file in files:
            if file.path in growing:
                says, remedy = "Filen skrives stadig.", "Kør kdi load igen, når den er hel."
                seen.faults[file.period] = [Fault("ulaeselig_fil", says=says, remedy=remedy)]
            else:
                _read(fs, file, seen)
    return seen


def _entries(fs: fsspec.AbstractFileSystem, folder: str) -> list[dict]:
    found = fs.ls(folder, detail=True) if fs.isdir(folder) else []
    return sorted(found, key=lambda entry: str(entry["name"]))


def _read(fs: fsspec.AbstractFileSystem, file: InboxFile, seen: Seen) -> None:
    try:
        if file.size > _LARGEST:
            raise ValueError
        seen.contents[file.period] = fs.cat_file(file.path)
    except ValueError:
        says, remedy = f"Filen er større end {_LARGEST // 1_000_000} MB.", "Send kun de aftalte kolonner og rækker."
        seen.faults[file.period] = [Fault("for_stor_fil", says=says, remedy=remedy)]
    except PermissionError:
        says, remedy = "Filen kan ikke åbnes.", "Giv platformens bruger læseadgang til den."
        seen.faults[file.period] = [Fault("ulaeselig_fil", says=says, remedy=remedy)]


def _passed_over(name: str, is_plain: bool) -> str:
    shown = f"{FOLDER}/{cpr.masked(name)}"
    stem = name.split(".")[0].casefold()
    known = max(reference_profiles(), key=lambda k: SequenceMatcher(None, k, stem).ratio())
    if not is_plain:
        return f"{shown}: er en mappe eller et link og er ikke læst"
    if name.endswith((*UNFINISHED_SUFFIXES,)):
        return f"{shown}: skrives stadig, tages næste gang"
    if SequenceMatcher(None, known, stem).ratio() >= _ALIKE:
        return f"{shown}: er ikke læst; filen skal hedde {known}.csv"
    return f"{shown}: er ingen kendt referencefil og er ikke læst"
