"""Opens addresses on an S3-compatible store: with the settings' endpoint and key, or those of the machine itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import fsspec
from pydantic import SecretStr

from kdi.faults import Unreachable
from kdi.settings import Settings

_S3 = ("s3://", "s3a://")


def is_s3(url: str) -> bool:
    """Whether an address is on an S3-compatible store."""
    return url.startswith(_S3)


@dataclass(frozen=True)
class S3:
    """A store's address and the key to it; empty: Amazon's, and the machine's own."""

    endpoint: str
    key: str
    secret: SecretStr

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.s3_endpoint, settings.s3_key, settings.s3_secret)

    def open(self, url: str) -> tuple[fsspec.AbstractFileSystem, str]:
        """The file system and the path of an address in it; nothing is asked of the store yet."""
        options: dict[str, Any] = {
            # A sensor lives for weeks: what it saw last time is not what is there now.
            "use_listings_cache": False,
            "client_kwargs": {"endpoint_url": self.endpoint} if self.endpoint else {},
        }
        if self.key:
            options |= {"key": self.key, "secret": self.secret.get_secret_value()}
        files = fsspec.filesystem("s3", **options)
        return files, files._strip_protocol(url).rstrip("/")


@contextmanager
def errors(setting: str, kind: type[Unreachable]) -> Iterator[None]:
    """Tell in words what goes wrong with a store.

    Args:
        setting: the setting that holds the address.
        kind: what is raised.
    """
    # Half a second to import.
    from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

    try:
        yield
    except PermissionError:
        raise kind(f"Lageret i {setting} afviser nøglen. Tjek KDI_S3_KEY, KDI_S3_SECRET og rettighederne.") from None
    except FileNotFoundError:
        raise kind(f"Adressen i {setting} findes ikke i lageret. Tjek navnet på bucket'en, og opret den.") from None
    except (BotoCoreError, ClientError, OSError) as error:
        raise kind(
            f"Lageret i {setting} kan ikke nås ({type(error).__name__}). Tjek KDI_S3_ENDPOINT og netværket; der"
            " prøves igen."
        ) from None
