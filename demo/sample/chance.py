"""Chance that never changes: integer arithmetic only, so the same on every machine and library version."""

import hashlib
import re
from functools import cache

_MASK = (1 << 64) - 1
_CPR_LIKE = re.compile(r"\d{6}-?\d{4}")
_CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)


def blend(*parts: int) -> int:
    """Mix integers into one evenly spread 32-bit integer (splitmix64 steps)."""
    state = 0
    for part in parts:
        state = (state + part + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state >> 32


def sample_uuid(kind: str, number: int) -> str:
    """A fixed version-4 UUID in lower case in which no run of digits could be taken for a CPR number."""
    for attempt in range(100):
        digest = hashlib.md5(f"{kind}/{number}/{attempt}".encode(), usedforsecurity=False).hexdigest()
        variant = "89ab"[int(digest[16], 16) % 4]
        uuid = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:]}"
        if not _CPR_LIKE.search(uuid):
            return uuid
    raise AssertionError("unreachable: a hundred CPR-like digests in a row")


def is_valid_cvr(cvr: str) -> bool:
    """Eight digits that pass the CVR register's modulus-11 check."""
    if not re.fullmatch(r"[1-9]\d{7}", cvr):
        return False
    return sum(w * int(digit) for w, digit in zip(_CVR_WEIGHTS, cvr, strict=True)) % 11 == 0


@cache
def fictional_cvrs(count: int) -> tuple[str, ...]:
    """Valid CVR numbers from 99000000 upwards, far above what the register has handed out."""
    found: list[str] = []
    number = 99_000_000
    while len(found) < count:
        if is_valid_cvr(str(number)):
            found.append(str(number))
        number += 1
    return tuple(found)


def exact_shares(weights: list[int], total: int) -> list[int]:
    """Split `total` by `weights` into whole numbers that add up to exactly `total`."""
    whole, before, shares = sum(weights), 0, []
    for weight in weights:
        shares.append((before + weight) * total // whole - before * total // whole)
        before += weight
    return shares
