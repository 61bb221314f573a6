"""Opens the inbox, wherever it is; over SFTP only from a server whose key is known beforehand.

fsspec's own SFTP takes any server's key at its word, and sshfs checks none unless told. Here a key
that is not in ``KDI_INBOX_KNOWN_HOSTS`` ends the connection, before a password is sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec

from expectations.profiles import profiles
from kdi.faults import Unreachable
from kdi.machine import object_storage
from kdi.machine.object_storage import S3
from kdi.settings import Settings

_SFTP = ("sftp://", "ssh://")
# Seconds to connect and to log in; a server that answers at all does it in one or two.
_PATIENCE = 30


class InboxUnreachable(Unreachable):
    """The inbox could not be opened or read; the text says why and what to do. Trying again later may help."""


class Inbox:
    """A folder or fsspec URL in which each source has a subfolder; how it is reached, and what of it is looked at."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.url, self.first_day, self.settle_seconds = settings.inbox_url, settings.first_day, settings.settle_seconds

    def open(self) -> tuple[fsspec.AbstractFileSystem, str]:
        """The file system of the inbox, and its path there.

        Raises:
            InboxUnreachable: no connection, a server that is not the known one, or no access.
        """
        if object_storage.is_s3(self.url):
            return S3.of(self._settings).open(self.url)
        if not self._is_sftp:
            return fsspec.core.url_to_fs(self.url)
        with self.errors():
            return self._open_sftp()

    @property
    def folders(self) -> list[str]:
        """The subfolders that are looked into."""
        return [*profiles(), "reference"]

    @property
    def _is_sftp(self) -> bool:
        return self.url.startswith(_SFTP)

    def _open_sftp(self) -> tuple[fsspec.AbstractFileSystem, str]:
        from sshfs import SSHFileSystem  # cryptography takes half a second to import

        settings = self._settings
        if settings.inbox_known_hosts is None:
            raise InboxUnreachable(
                "KDI_INBOX er en SFTP-adresse, men KDI_INBOX_KNOWN_HOSTS er ikke sat. Sæt den til en fil med serverens"
                " nøgle, som leverandøren har bekræftet (formatet er OpenSSH's known_hosts)."
            )
        options: dict[str, Any] = SSHFileSystem._get_kwargs_from_urls(self.url)
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
        return files, SSHFileSystem._strip_protocol(self.url).rstrip("/")

    def demand(self, fs: fsspec.AbstractFileSystem, root: str) -> None:
        """See that an inbox without files is one: a share that is not mounted must not look like a quiet day.

        In a store a folder without files does not differ from none, so there only the bucket is demanded.

        Raises:
            FileNotFoundError: the bucket is not there.
            InboxUnreachable: the folder is not there, or it has a folder of none of the sources.
        """
        if object_storage.is_s3(self.url):
            if not fs.exists(bucket := root.split("/")[0]):
                raise FileNotFoundError(bucket)
            return
        where = self.url if self._is_sftp else root
        if not fs.isdir(root):
            raise InboxUnreachable(
                f"Indbakken {where} findes ikke. Er drevet monteret, og er KDI_INBOX eller KDI_HOME skrevet rigtigt? Er"
                " installationen ny, så kør kdi prepare, som opretter dens egen indbakke."
            )
        if not any(fs.isdir(f"{root}/{folder}") for folder in self.folders):
            raise InboxUnreachable(
                f"Indbakken {where} har ingen mappe for nogen kilde, fx {root}/kle. Er drevet monteret, og er KDI_INBOX"
                " skrevet rigtigt? Er den blot ny, så opret mapperne."
            )

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Tell what goes wrong with a remote inbox in words; a local one's errors are left as they are."""
        if object_storage.is_s3(self.url):
            with object_storage.errors("KDI_INBOX", InboxUnreachable):
                yield
            return
        if not self._is_sftp:
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

    def make_own(self) -> None:
        """Make the inbox below the home of a new installation, with a folder per source; another one is its owner's."""
        if not self._settings.inbox:
            for name in self.folders:
                Path(self.url, name).mkdir(parents=True, exist_ok=True)
