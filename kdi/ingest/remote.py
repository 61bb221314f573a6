"""Opens the inbox, wherever it is; over SFTP only from a server whose key is known beforehand.

fsspec's own SFTP takes any server's key at its word, and sshfs checks none unless told. Here a key
that is not in ``KDI_INBOX_KNOWN_HOSTS`` ends the connection, before a password is sent.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import fsspec

from kdi.faults import Unreachable
from kdi.machine import object_storage
from kdi.settings import Settings, get_settings

_SFTP = ("sftp://", "ssh://")
# Seconds to connect and to log in; a server that answers at all does it in one or two.
_PATIENCE = 30


class InboxUnreachable(Unreachable):
    """The inbox could not be opened or read; the text says why and what to do. Trying again later may help."""


def is_sftp(inbox: str) -> bool:
    """Whether an inbox is reached over SFTP."""
    return inbox.startswith(_SFTP)


def open_inbox(inbox: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of a folder or fsspec URL, and the path of the inbox in it.

    Raises:
        InboxUnreachable: no connection, a server that is not the known one, or no access.
    """
    if object_storage.is_s3(inbox):
        return object_storage.S3.of(get_settings()).open(inbox)
    if not is_sftp(inbox):
        return fsspec.core.url_to_fs(inbox)
    with errors(inbox):
        return _open_sftp(inbox, get_settings())


def _open_sftp(inbox: str, settings: Settings) -> tuple[fsspec.AbstractFileSystem, str]:
    from sshfs import SSHFileSystem  # cryptography takes half a second to import

    if settings.inbox_known_hosts is None:
        raise InboxUnreachable(
            "KDI_INBOX er en SFTP-adresse, men KDI_INBOX_KNOWN_HOSTS er ikke sat. Sæt den til en fil med serverens"
            " nøgle, som leverandøren har bekræftet (formatet er OpenSSH's known_hosts)."
        )
    options: dict[str, Any] = SSHFileSystem._get_kwargs_from_urls(inbox)
    options |= {
        "known_hosts": str(settings.inbox_known_hosts.expanduser().resolve(strict=True)),
        "client_keys": [str(settings.inbox_key_file.expanduser())] if settings.inbox_key_file else None,
        "password": settings.inbox_password.get_secret_value() or None,
        # Nothing else is offered to the server: neither the user's own keys nor his agent's or configuration's.
        "config": None,
        "agent_path": None,
        "connect_timeout": _PATIENCE,
        "login_timeout": _PATIENCE,
        "keepalive_interval": 15,
    }
    files = SSHFileSystem(**options)
    if files.client.is_closed():  # a sensor's process lives longer than a connection
        SSHFileSystem.clear_instance_cache()
        files = SSHFileSystem(**options)
    return files, SSHFileSystem._strip_protocol(inbox).rstrip("/")


def demand_inbox(fs: fsspec.AbstractFileSystem, root: str, inbox: str, sources: Iterable[str]) -> None:
    """See that an inbox without files is one: a share that is not mounted must not look like a quiet day.

    In a store a folder without files does not differ from none, so there only the bucket is demanded.

    Raises:
        FileNotFoundError: the bucket is not there.
        InboxUnreachable: the folder is not there, or it has a folder of none of the sources.
    """
    if object_storage.is_s3(inbox):
        if not fs.exists(bucket := root.split("/")[0]):
            raise FileNotFoundError(bucket)
        return
    where = inbox if is_sftp(inbox) else root
    if not fs.isdir(root):
        raise InboxUnreachable(
            f"Indbakken {where} findes ikke. Er drevet monteret, og er KDI_INBOX eller KDI_HOME skrevet rigtigt? Er"
            " installationen ny, så kør kdi prepare, som opretter dens egen indbakke."
        )
    if not any(fs.isdir(f"{root}/{source}") for source in sources):
        raise InboxUnreachable(
            f"Indbakken {where} har ingen mappe for nogen kilde, fx {root}/kle. Er drevet monteret, og er KDI_INBOX"
            " skrevet rigtigt? Er den blot ny, så opret mapperne."
        )


@contextmanager
def errors(inbox: str) -> Iterator[None]:
    """Tell what goes wrong with a remote inbox in words; a local one's errors are left as they are."""
    if object_storage.is_s3(inbox):
        with object_storage.errors("KDI_INBOX", InboxUnreachable):
            yield
        return
    if not is_sftp(inbox):
        yield
        return
    import asyncssh
    from fsspec.asyn import FSTimeoutError

    try:
        yield
    except asyncssh.HostKeyNotVerifiable:
        raise InboxUnreachable(
            "SFTP-serverens nøgle er ikke den, der står i KDI_INBOX_KNOWN_HOSTS. Der er ikke logget ind. Spørg"
            " leverandøren, om nøglen er skiftet, og få den nye bekræftet, før filen rettes."
        ) from None
    except (asyncssh.PermissionDenied, PermissionError):
        raise InboxUnreachable(
            "SFTP-serveren afviser brugeren. Tjek brugernavnet i KDI_INBOX og KDI_INBOX_KEY_FILE eller"
            " KDI_INBOX_PASSWORD."
        ) from None
    except FileNotFoundError as error:
        if str(error.filename or "").startswith("/"):
            raise InboxUnreachable("Filen i KDI_INBOX_KNOWN_HOSTS findes ikke. Ret stien.") from None
        raise
    except (asyncssh.Error, FSTimeoutError, OSError) as error:
        raise InboxUnreachable(
            f"SFTP-serveren kan ikke nås ({type(error).__name__}). Tjek KDI_INBOX og netværket; der prøves igen."
        ) from None
