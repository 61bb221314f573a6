"""Notes: what of a delivery was left unread, in Danish sentences that name columns and sheets, never values.

A note is no fault: the delivery counts. It stands in the delivery log, in ``marts.leverance_log``, on the terminal
after ``kdi load`` and beside the delivery in the Dagster UI.
"""

from collections.abc import Iterable, Mapping

_MOST_NAMED = 5
_LONGEST_NAME = 60


def unread_columns(headers: Iterable[str]) -> list[str]:
    """A note on the columns that no profile knows; none without columns."""
    names = [h for h in headers if h]
    if not names:
        return []
    one = len(names) == 1
    return [f"{'Kolonnen' if one else 'Kolonnerne'} {named(names)} kendes ikke og er ikke læst."]


def rows(number: int) -> str:
    """How many rows, in words."""
    return f"{number} række{'' if number == 1 else 'r'}"


def named(texts: Iterable[str]) -> str:
    """Texts of a file as a list in a sentence: in quotes, cut to a readable length, the first of them."""
    every = [" ".join(text.split()) for text in texts]
    some = [f"»{t if len(t) <= _LONGEST_NAME else t[: _LONGEST_NAME - 1] + '…'}«" for t in every[:_MOST_NAMED]]
    more = f" og {len(every) - _MOST_NAMED} til" if len(every) > _MOST_NAMED else ""
    return ", ".join(some) + more


def told(notes: Mapping[str, Iterable[str]]) -> list[str]:
    """Lines for the terminal: each note once, however many files share it.

    Args:
        notes: by file, as ``kle/kle_2022-03-31.xlsx``.
    """
    files: dict[tuple[str, str], list[str]] = {}
    for file, some in notes.items():
        for note in some:
            files.setdefault((file.partition("/")[0], note), []).append(file)
    return [f"{_files(some)}: {note}" for (_, note), some in files.items()]


def _files(files: list[str]) -> str:
    return files[0] if len(files) == 1 else f"{files[0]} og {len(files) - 1} andre filer af kilden"
