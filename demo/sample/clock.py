"""The clock of a home with sample deliveries: they end in 2023, and without it all that came since would be missing."""

import os

from demo.sample import LAST_MONTH
from kdi.notation.periods import months_before
from kdi.settings import CLOCK_FILE, Settings, get_settings


def set_clock(settings: Settings) -> str:
    """Let the home's today be the day after the sample; returns what was written where, in Danish."""
    # All of the last month has come, and nothing is expected yet of the next.
    today = months_before(LAST_MONTH, -1)
    text = (
        "# Prøveleverancernes ur: i dag er dagen efter den sidste. Slet filen for at bruge dagens dato.\n"
        f"KDI_AS_OF={today}\n"
    )
    path, partial = settings.root / CLOCK_FILE, settings.root / f".{CLOCK_FILE}-{os.getpid()}"
    settings.root.mkdir(parents=True, exist_ok=True)
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)
    get_settings.cache_clear()
    return f"{path} står på {today:%d-%m-%Y}; slet filen for at bruge dagens dato."
