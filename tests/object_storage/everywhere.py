"""A pytest plugin: every installation that a test makes keeps its lake on an S3-compatible store.

``PYTHONPATH=tests pytest -p object_storage.everywhere tests/pipeline`` runs the tests of the lake on disk
once more, with ``KDI_LAKE`` set.
"""

import os
from contextlib import ExitStack

import pytest

from .server import s3_server

_open = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    store = _open.enter_context(s3_server())
    store.files.mkdir("soe")
    os.environ.update(store.environment, KDI_TEST_STORE="s3://soe")


def pytest_unconfigure(config: pytest.Config) -> None:
    _open.close()
