"""What every product costs in the release of a home, made by its command: ``python -m benchmarks.reports HOME``."""

import os
import sys
from pathlib import Path

from benchmarks.figures import Figures
from evidence.measure import measure

KDI = str(Path(sys.executable).with_name("kdi"))
GOALS = {
    "potentiale": "≤ 90 s, ≤ 1,500 MB with k98",
    "excel": "≤ 100 s, ≤ 1,500 MB; KOMBIT's ≤ 8 MB",
    "web": "≤ 60 s; ≤ 150 MB in all",
}
PRODUCTS = ("potentiale", "k98", "excel", "web", "tilslutning", "sapa", "kditl")


def main(home: Path) -> None:
    """Make each, and look at its files."""
    figures = Figures("products", ("product", "cost", "goal"))
    for product in PRODUCTS:
        before = _files(home)
        done = measure([KDI, "report", product], {"KDI_HOME": str(home)})
        if done.exit_status:
            sys.exit(f"kdi report {product} failed:\n{done.output}")
        files = {path: about for path, about in _files(home).items() if path not in before}
        sizes = {about.st_ino: about.st_size for about in files.values()}.values()
        made = f"{len(files):,} files, {sum(sizes) / 1e6:.1f} MB, the largest {max(sizes) / 1e6:.1f} MB"
        if len(sizes) < len(files):  # what is the same for all readers is one file under a name for each
            copied = sum(about.st_size for about in files.values())
            made += f"; copied without their links {copied / 1e6:.1f} MB"
        cost = f"{done.seconds:.1f} s, {done.cpu_seconds:.1f} CPU s, {done.peak_mb:,.0f} MB"
        figures.add(product, f"{cost}; {made}", GOALS.get(product, ""))
    figures.write()


def _files(home: Path) -> dict[Path, os.stat_result]:
    return {path: path.stat() for path in (home / "reports").rglob("*") if path.is_file()}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
