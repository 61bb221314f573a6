"""File names made from names of municipalities, systems and interfaces: for PDFs, workbooks and the links of web pages.

A name keeps its plain file name as long as no other claims it. Those that claim the same one, or one that cannot be
used, each get the beginning of what identifies them. What a name becomes does not depend on order.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from kdi.notation.danish import slug

# File systems take 255 bytes, Windows 260 characters for a whole path.
LONGEST = 80
# learn.microsoft.com/windows/win32/fileio/naming-a-file: devices, whatever their ending.
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", "index", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)
_SHORTEST_MARK, _LONGEST_MARK = 8, 32


def file_names(named: Mapping[str, str], taken: Iterable[str] = ()) -> dict[str, str]:
    """File names without ending, one for each.

    Args:
        named: names by what identifies them (a UUID, a CVR number, or the name itself).
        taken: file names that stand for something else in the same folder.

    Returns:
        ``{identity: "kmd-nexus"}``: small ASCII letters, digits and dashes, unique, at most ``LONGEST`` long.
    """
    plain = {key: slug(name) for key, name in named.items()}
    claims = Counter(plain.values())
    unusable = _RESERVED | set(taken)
    found = {
        key: name
        for key, name in plain.items()
        if name and claims[name] == 1 and len(name) <= LONGEST and name not in unusable
    }
    # a mark that leads to a name that is taken too is made longer
    for length in range(_SHORTEST_MARK, _LONGEST_MARK + 1, 4):
        left = {key: _marked(plain[key], key, length) for key in plain if key not in found}
        claims = Counter([*left.values(), *found.values()])
        found |= {key: name for key, name in left.items() if claims[name] == 1}
    return {key: found[key] for key in named}


def _marked(name: str, identity: str, length: int) -> str:
    digits = identity.replace("-", "").lower()
    if not re.fullmatch("[0-9a-f]{32}", digits):  # a UUID marks itself, as where names are shown
        digits = hashlib.sha256(identity.encode()).hexdigest()
    mark = digits[:length]
    return f"{name[: LONGEST - length - 1].rstrip('-')}-{mark}".lstrip("-")
