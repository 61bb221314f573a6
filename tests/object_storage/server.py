"""An S3-compatible store on this machine: moto's server, in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import socket
from urllib.request import urlopen

import s3fs

KEY, SECRET = "noegle", "hemmelighed-til-lageret"


@dataclass(frozen=True)
class Store:
    """A running store."""

    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the operator would write in ``.env`` to reach it."""
        return {"KDI_S3_ENDPOINT": self.endpoint, "KDI_S3_KEY": KEY, "KDI_S3_SECRET": SECRET}

    @property
    def files(self) -> s3fs.S3FileSystem:
        """The store as its administrator sees it: not by the project's own code."""
        return s3fs.S3FileSystem(
            key=KEY, secret=SECRET, client_kwargs={"endpoint_url": self.endpoint}, use_listings_cache=False
        )


@contextmanager
def s3_server() -> Iterator[Store]:
    """Start an empty store, and end it afterwards; what is in it is kept in memory."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    store = Store(port)
    try:
        for _ in range(300):
            try:
                urlopen(f"{store.endpoint}/moto-api/", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "moto's server ended"
                time.sleep(0.2)
        yield store
    finally:
        process.kill()
        process.wait()
