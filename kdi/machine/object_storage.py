"""Opens addresses on an S3-compatible store: with the settings' endpoint and key, or those of the machine itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec

from kdi.faults import Unreachable
from kdi.settings import Settings

_S3 = ("s3://", "s3a://")


def is_s3(url: str) -> bool:
    """Whether an address is on an S3-compatible store."""
    return url.startswith(_S3)


def open_s3(url: str, settings: Settings) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system and the path of an address in it; nothing is asked of the store yet."""
    options: dict[str, Any] = {
        # A sensor lives for weeks: what it saw last time is not what is there now.
        "use_listings_cache": False,
        "client_kwargs": {"endpoint_url": settings.s3_endpoint} if settings.s3_endpoint else {},
    }
    if settings.s3_key:
        options |= {"key": settings.s3_key, "secret": settings.s3_secret.get_secret_value()}
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
