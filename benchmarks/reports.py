"""Pages, seconds, memory and bytes of every PDF product: ``python -m benchmarks.reports HOME`` makes them.

Each product is made in a process of its own, so that its peak of memory is its own.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from pypdf import PdfReader

from kdi.installation import Installation
from kdi.report import make
from kdi.settings import Settings

PRODUCTS = ("potentiale", "k98", "tilslutning", "sapa", "kditl")


def measure(home: Path, product: str) -> dict[str, float]:
    """Make a product from the release in force and look at its files."""
    began = time.monotonic()
    files = list(make.make(Installation(Settings(home=home)).press, product))
    seconds = time.monotonic() - began
    pages = [len(PdfReader(path).pages) for path in files]
    return {
        "files": len(files),
        "least": min(pages),
        "most": max(pages),
        "seconds": round(seconds, 1),
        # the kernel counts in KiB
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "bytes": sum(path.stat().st_size for path in files),
    }


def main(home: str, *product: str) -> None:
    """Print the table; with a product, its figures as JSON."""
    if product:
        print(json.dumps(measure(Path(home), product[0])))
        return
    print("| product | files | pages each | seconds | peak, MB | MB in all |\n|---|---|---|---|---|---|")
    for name in PRODUCTS:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.reports", home, name], capture_output=True, text=True, check=True
        )
        m = json.loads(done.stdout.splitlines()[-1])
        pages = f"{m['least']}–{m['most']}" if m["least"] != m["most"] else m["most"]
        print(f"| {name} | {m['files']} | {pages} | {m['seconds']} | {m['megabytes']} | {m['bytes'] / 1e6:.1f} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
