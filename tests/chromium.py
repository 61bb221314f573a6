"""Chromium without a window, as the machine has it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

PROGRAM = next((p for p in ("chromium", "chromium-browser", "google-chrome") if shutil.which(p)), None)
_WHY = "no Chromium on this machine: nothing is looked at in a browser"
needs_chromium = pytest.mark.skipif(PROGRAM is None, reason=_WHY)


@contextmanager
def chromium(*options: str) -> Iterator[Any]:
    """A Playwright browser, closed at the end; two do not live in one process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=shutil.which(str(PROGRAM)), args=["--no-sandbox", *options])
        yield opened
        opened.close()


def new_page(opened_in: Any, **options: Any) -> Any:
    """A page of a browser or of a context of it, that waits long enough: the machine may have other things to do."""
    page = opened_in.new_page(**options)
    page.set_default_timeout(120_000)
    return page
