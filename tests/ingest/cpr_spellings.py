"""Ways to write a made-up CPR number, and values of the same shapes that are none.

Day, month and year are real, the four last are not; no number here belongs to anybody by intent.
"""

import csv
import random
import uuid
from collections.abc import Iterator

from kdi.settings import PROJECT_ROOT

DIGITS = {
    "ascii": "0123456789",
    "full width": "０１２３４５６７８９",
    "Arabic": "٠١٢٣٤٥٦٧٨٩",
    "Persian": "۰۱۲۳۴۵۶۷۸۹",
    "Devanagari": "०१२३४५६७८९",
    "Bengali": "০১২৩৪৫৬৭৮৯",
    "Thai": "๐๑๒๓๔๕๖๗๘๙",
    "bold": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "monospace": "𝟶𝟷𝟸𝟹𝟺𝟻𝟼𝟽𝟾𝟿",
    "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "subscript": "₀₁₂₃₄₅₆₇₈₉",
    "circled": "⓪①②③④⑤⑥⑦⑧⑨",
}
GAPS = [
    "-", " ", "", "/", ".", ":", "_", "*", "+", "#", "~", "=", "'", "·", "•", " - ", "--", "–", "—", "−", "\u00a0",
    "\u2009", "\u202f", "\u200b", "\u00ad", "\u2060", "\t", " / ", ", ", " : ", "\u3000", "‐", "‑", "|", ";",
    "\\", "(", ")", "][",
]  # fmt: skip
NUMBERS = ["0101901234", "3112999999", "1506654321", "2902044444"]


def spelled() -> Iterator[tuple[str, str]]:
    """What is done to a number, and the text."""
    for gap in GAPS:
        for number in NUMBERS[:2]:
            yield f"six, {gap!r}, four", f"{number[:6]}{gap}{number[6:]}"
    for gap in ("-", " ", "/", ":", "_", "–", "\u00a0", "·"):
        for number in NUMBERS:
            day, month, year, serial = number[:2], number[2:4], number[4:6], number[6:]
            century = "20" if serial[0] > "3" and year < "37" else "19"
            yield f"pairs by {gap!r}", gap.join((day, month, year, serial))
            yield f"date by {gap!r}, minus", f"{gap.join((day, month, year))}-{serial}"
            yield f"whole year by {gap!r}", f"{gap.join((day, month, century + year))}-{serial}"
            yield f"every digit by {gap!r}", gap.join(number)
    for name, digits in DIGITS.items():
        dressed = NUMBERS[0].translate(str.maketrans(DIGITS["ascii"], digits))
        yield f"{name} digits", dressed
        yield f"{name} digits, minus", f"{dressed[:6]}-{dressed[6:]}"
    for number in NUMBERS:
        six, four = number[:6], number[6:]
        for before in ("CPR", "cpr:", "CPR-nr. ", "Personnr.: ", "Jens", "ID", "(", "[", '"', "nr.", "p", "Sag 12, "):
            yield f"{before!r} before", f"{before}{number}"
            yield f"{before!r} before, minus", f"{before}{six}-{four}"
        for behind in (")", ".", ", Jens Hansen", " (far)", "A", "/2", "\n"):
            yield f"{behind!r} behind", f"{six}-{four}{behind}"
        yield "day raised", f"{int(six[:2]) + 60}{six[2:]}-{four}"
        yield "month raised", f"{six[:2]}{int(six[2:4]) + 60}{six[4:]}-{four}"
        yield "day raised, plain", f"{int(six[:2]) + 60}{six[2:]}{four}"
        yield "month raised, plain", f"{six[:2]}{int(six[2:4]) + 60}{six[4:]}{four}"
        yield "hidden four", f"{six}-XXXX"
        yield "hidden four, stars", f"{six}-****"
        yield "reference", f"{six}&#45;{four}"
        yield "reference, hex", f"{six}&#x2D;{four}"
        yield "reference twice", f"{six}&amp;#45;{four}"
        yield "digit as reference", f"&#{ord(six[0])};{six[1:]}{four}"
        yield "address", f"{six}%2D{four}"
        yield "JSON", f"\\u00{ord(six[0]):02x}{six[1:]}-{four}"
        yield "Excel's own escape", f"_x00{ord(six[0]):02X}_{six[1:]}{four}"
        yield (
            "exponent",
            f"{int(number) / 10 ** (len(str(int(number))) - 1):.9f}".rstrip("0") + f"E{len(str(int(number))) - 1}",
        )
        yield (
            "exponent with plus",
            f"{number[0] if number[0] != '0' else number[1]}."
            + (number[1:] if number[0] != "0" else number[2:])
            + ("E+9" if number[0] != "0" else "E+8"),
        )
        yield "decimal zero", f"{number}.0"
        yield "3, 3 and 4", f"{number[:3]} {number[3:6]} {number[6:]}"
        yield "five and five", f"{number[:5]} {number[5:]}"
        yield "four and six", f"{number[:4]}-{number[4:]}"
        yield "pairs of five", " ".join(number[i : i + 2] for i in range(0, 10, 2))
        yield "wide gap", f"{six}  --  {four}"
        yield "invisible letters", "\u200b".join(number)
        yield "direction marks", f"\u202d{six}-{four}\u202c"
    yield "lost zero", "101901234"
    yield "lost zero, minus", "10190-1234"
    yield "lost zero, decimal", "101901234.0"
    yield "short day and month", "1/1-90 1234"
    yield "short month", "31/1/90-1234"
    yield "labelled, odd cut", "CPR 010 19 01 234"
    yield "year first", "1990-01-01-1234"
    yield "year first, plain", "19900101-1234"
    yield "twelve digits", "010119901234"


def innocent() -> Iterator[str]:
    """Values as deliveries have them, made anew the same way each time: more than 5,000."""
    draw = random.Random(20)
    reference = PROJECT_ROOT / "reference"
    for name in ("kommuner", "kle", "snitflader", "service_katalog", "integrationer", "helligdage", "formaal"):
        with (reference / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream, delimiter=";"):
                yield from (value for value in row.values() if value)
    for _ in range(400):
        yield str(uuid.UUID(int=draw.getrandbits(128), version=4))
        yield uuid.UUID(int=draw.getrandbits(128)).hex
        yield f"{draw.getrandbits(256):064x}"
        yield f"{draw.randrange(10_000_000, 46_000_000)}"  # CVR
        yield f"DK{draw.randrange(10_000_000, 46_000_000)}"
        yield f"P-nummer {draw.randrange(1_001_000_000, 1_031_000_000)}"
        phone = f"{draw.randrange(20_000_000, 99_999_999)}"
        yield phone
        yield " ".join(phone[i : i + 2] for i in range(0, 8, 2))
        yield f"+45 {' '.join(phone[i : i + 2] for i in range(0, 8, 2))}"
        yield f"+45 {phone}"
        yield f"{draw.randrange(1, 30)}.{draw.randrange(0, 40)}.{draw.randrange(0, 200)}"
        yield f"v{draw.randrange(1, 30)}.{draw.randrange(0, 40)}.{draw.randrange(0, 20)}.{draw.randrange(1, 9999)}"
        yield f"{draw.randrange(1, 100):02d}.{draw.randrange(1, 100):02d}.{draw.randrange(1, 100):02d}"  # KLE
        kle = f"{draw.randrange(1, 32):02d}.{draw.randrange(1, 13):02d}.{draw.randrange(1, 32):02d}"
        yield f"{kle}-{draw.randrange(2008, 2030)}"
        yield f"{kle}-A{draw.randrange(10, 60)}-{draw.randrange(1, 99)}-{draw.randrange(10, 25)}"
        day = f"{draw.randrange(2019, 2027)}-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"
        clock = f"{draw.randrange(24):02d}:{draw.randrange(60):02d}"
        yield from (
            day,
            f"{day} {clock}",
            f"{day}T{clock}:00Z",
            f"{day}T{clock}:00+01:00",
            f"{day} {clock.replace(':', '')}",
        )
        yield f"{day[8:]}-{day[5:7]}-{day[:4]} {clock}"
        yield f"{day[8:]}.{day[5:7]}.{day[2:4]} kl. {clock}"
        yield f"{day[8:]}/{day[5:7]}/{day[2:4]} {clock}"
        yield day.replace("-", "") + "T" + clock.replace(":", "") + "00Z"
        yield day.replace("-", "") + clock.replace(":", "")
        yield f"16{draw.randrange(40_000_000, 73_000_000)}"[:10]  # seconds since 1970
        yield f"{draw.randrange(1, 10**9):,}".replace(",", ".")
        yield f"{draw.random():.10f}"
        yield f"SF{draw.randrange(1000, 2000)}_{draw.choice('ABC')}"
        yield f"Sag {draw.randrange(1, 10**6)}/{draw.randrange(2015, 2027)}"
        yield f"57980{draw.randrange(10**7, 10**8)}"  # GLN
        yield f"{draw.choice(['KOMBIT', 'Netcompany', 'Systematic'])} {draw.randrange(100)} A/S"
        yield f"kle_{day}.csv"
        yield f"stoettesystemerne_{day}_{draw.getrandbits(48):012x}"
        address = ".".join(str(draw.randrange(256)) for _ in range(4))
        yield f"{address}:{draw.randrange(1024, 65536)}"
