"""Files about which an intake could not decide, for a reason that is not theirs: they stay, to be tried again.

A file's own faults are findings, and refuse it. What is meant here is a file that may not be read, one that went
away, and a fault of the platform itself: none says anything about the delivery.
"""

import errno
from dataclasses import dataclass

import duckdb

from kdi.notation import cpr

# A full or read-only disk and a lack of handles hit every file: they end the intake.
_OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}


@dataclass(frozen=True)
class Undecided:
    """One file, why it could not be decided about, in Danish, and the place in the code, where it is ours."""

    source: str
    file: str
    reason: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.source}/{cpr.masked(self.file)}: {self.reason}"  # without a file it is the folder's


def undecided(source: str, file: str, error: Exception) -> Undecided:
    """What ``error``, met at one file, means for it.

    Raises:
        Exception: ``error`` itself, when it is about the machine and not about the file.
    """
    if is_of_the_machine(error):
        raise error
    if isinstance(error, PermissionError):
        return Undecided(
            source, file,
            f"{'filen' if file else 'mappen'} må ikke læses af den bruger, der kører kdi. Giv brugeren læseadgang;"
            " den prøves igen næste gang.",
        )  # fmt: skip
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return Undecided(source, file, "filen forsvandt, mens den blev læst. Er den der stadig, prøves den næste gang.")
    if isinstance(error, OSError):
        return Undecided(
            source, file,
            f"filen kan ikke hentes fra disken ({error.strerror or type(error).__name__}). Se efter disken; filen"
            " prøves igen næste gang.",
        )  # fmt: skip
    place = "".join(getattr(error, "__notes__", ()))
    return Undecided(
        source, file,
        f"fejl i platformen ({type(error).__name__}), ikke i filen. Den bliver liggende og prøves igen næste gang;"
        " kontakt driften, stedet i koden står i loggen.",
        f"{place}{type(error).__name__}: {cpr.masked(str(error))}",
    )  # fmt: skip


def is_of_the_machine(error: Exception) -> bool:
    """Whether an error would meet any other file as well."""
    if isinstance(error, OSError):
        return error.errno in _OF_THE_MACHINE
    return isinstance(error, duckdb.IOException) and "No space left" in str(error)
