"""A real browser for what readers see; tests that need one are skipped where there is none."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

BROWSER = next((p for p in ("chromium", "chromium-browser", "google-chrome") if shutil.which(p)), None)


@contextmanager
def opened_browser() -> Iterator[Any]:
    """Chromium without a window."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine: nothing is looked at in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=shutil.which(BROWSER), args=["--no-sandbox"])
        yield opened
        opened.close()
