"""What lies in the inbox and is not read because of its name: told with what it was probably meant as.

Nothing here is read or moved; the names follow from the profiles and ``docs/sources.md``.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date

from expectations.profiles import Profile, profiles
from kdi.ingest.inbox import is_nobodys
from kdi.ingest.remote import Inbox
from kdi.notation import cpr, periods

_REFERENCE = "reference"
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
_YEAR_FIRST = re.compile(r"(\d{4})\W?(\d{1,2})(?:\W?(\d{1,2}))?(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\W(\d{1,2})\W(\d{4})(?!\d)")
_REMEDY = {
    ".xls": "gem den som .xlsx",
    ".xlsm": "gem den som .xlsx",
    ".zip": "pak den ud",
    ".txt": "gem den som .csv",
}


def plain(name: str) -> str:
    """A name as somebody may have meant it: lower case, æøå as ae, oe, aa, without blanks and marks."""
    name = unicodedata.normalize("NFC", name).casefold().translate(_LETTERS)
    return re.sub(r"[\W_]", "", name)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, if any is near."""
    by_plain = {plain(each): each for each in known}
    found = difflib.get_close_matches(plain(name), by_plain, 1, 0.75)
    return by_plain[found[0]] if found else None


def folders(inbox: Inbox) -> Iterator[str]:
    """A sentence for each file in the root of the inbox, and for each folder that is no source's."""
    fs, root = inbox.open()
    known = inbox.folders
    with inbox.errors():
        entries = fs.ls(root, detail=True) if fs.isdir(root) else []
        for entry in entries:
            name = entry["name"].rstrip("/").rsplit("/", 1)[-1]
            if name in known or is_nobodys(name):
                continue
            shown = cpr.masked(name)
            if entry["type"] == "directory":
                if not any(not is_nobodys(each.rsplit("/", 1)[-1]) for each in fs.ls(entry["name"], detail=False)):
                    continue  # an empty folder holds nothing that could be missed
                meant = nearest(name, known)
                if meant == _REFERENCE:
                    continue  # told with the reference files
                remedy = f"Skal den hedde {meant}?" if meant else f"Kilderne er {', '.join(known)}."
                yield f"Mappen {shown} i indbakken er ingen kildes og læses ikke. {remedy}"
            else:
                yield f"{shown} ligger i selve indbakken og læses ikke.{_meant(name, None)}"


def file(name: str, profile: Profile, first_day: date) -> str:
    """A sentence on a file in a source's folder whose name is not of that source, or whose period is not taken."""
    told = f"{profile.source}/{cpr.masked(name)} læses ikke"
    if period := profile.period_of(name):
        try:
            day = periods.first_day(period)
        except ValueError:
            return f"{told}: {period} er ikke en dato i kalenderen."
        if day < first_day.replace(day=1):
            return f"{told}: perioden ligger før KDI_FIRST_DAY ({first_day:%d-%m-%Y})."
        if day > date.today():
            return f"{told}: perioden er ikke begyndt endnu."
        return f"{told}: det er en genvej til en anden fil. Læg selve filen."
    return f"{told}: navnet skal være {_pattern(profile)}.{_meant(name, profile)}"


def _pattern(profile: Profile) -> str:
    form = "ÅÅÅÅ-MM" if profile.rhythm == "maaned" else "ÅÅÅÅ-MM-DD"
    first, *others = profile.extensions
    alternatives = f" (eller {', '.join(others)})" if others else ""
    return f"{profile.source}_{form}{first}{alternatives}"


def _meant(name: str, profile: Profile | None) -> str:
    """What a file's name was probably meant as, as a further sentence; empty when nobody can tell."""
    words = re.split(r"\d", name)[0]
    if meant := nearest(words, profiles()):
        of = profiles()[meant]
        moved = f" Læg den i mappen {meant}." if of is not profile else ""
        if profile is not None and of is not profile and plain(words).startswith(plain(profile.source)):
            of, moved = profile, ""
    elif profile is not None:
        of, moved = profile, ""
    else:
        return f" Læg den i mappen for sin kilde: {', '.join(profiles())}."
    return f"{moved}{_renamed(name, of)}"


def _renamed(name: str, profile: Profile) -> str:
    endings = sorted(profile.extensions, key=len, reverse=True)
    suffix = next((e for e in endings if name.lower().endswith(e)), "")
    inside = next((e for e in endings if name.lower().endswith(f"{e}.zip")), profile.extensions[0])
    last = f".{name.rsplit('.', 1)[-1].lower()}" if "." in name else ""
    remedy = "" if suffix else f" {_sentence(_REMEDY.get(last, ''), profile)}"
    period = period_in(name, profile)
    if not period:
        return f"{remedy} Skriv perioden i navnet, fx {_example(profile)}."
    wanted = f"{profile.source}_{period}{suffix or inside}"
    return remedy + (f" Skal den hedde {wanted}?" if wanted != name else "")


def _sentence(remedy: str, profile: Profile) -> str:
    return f"{remedy[0].upper()}{remedy[1:]}." if remedy else f"Kun {', '.join(profile.extensions)} læses."


def _example(profile: Profile) -> str:
    return f"{profile.source}_{'2022-04' if profile.rhythm == 'maaned' else '2022-04-30'}{profile.extensions[0]}"


def period_in(name: str, profile: Profile) -> str:
    """The period that a name seems to carry, in the form of the source; empty when it carries none."""
    if match := _DAY_FIRST.search(name):
        day, month, year = match.groups()
    elif match := _YEAR_FIRST.search(name):
        year, month, day = match.groups()
    else:
        return ""
    try:
        found = date(int(year), int(month), int(day or 1)).isoformat()
    except ValueError:
        return ""
    if profile.rhythm == "maaned":
        return found[:7]
    return found if day else ""
