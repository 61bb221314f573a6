"""An inbox at a supplier's SFTP server: the key is known beforehand, or nothing is sent."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest
from ingest.receiving import HOURLY, sha256, three_hours
from kdi_command import invoke
from pydantic import ValidationError
from samples.files import csv_bytes

from kdi.ingest.intake import Reception, find_pending, take_in
from kdi.ingest.remote import InboxUnreachable
from kdi.installation import here
from kdi.lake.delivery import Delivery
from kdi.settings import get_settings

from .sftp_server import PASSWORD, SftpServer, sftp_server

DAY = "stoettesystemerne_2022-01-03.csv"


@dataclass
class Remote:
    """A server with an inbox, and an installation that reads it."""

    server: SftpServer
    folder: Path
    environment: pytest.MonkeyPatch

    @property
    def inbox(self) -> Path:
        return self.server.folder / "indbakke" / "stoettesystemerne"

    def use(self, **settings: str) -> Reception:
        chosen = {
            "home": str(self.folder / "home"), "inbox": self.server.url, "settle_seconds": "0",
            "inbox_password": PASSWORD, "inbox_known_hosts": str(self.known_hosts(self.server.known)), **settings,
        }  # fmt: skip
        for name, value in chosen.items():
            if value:
                self.environment.setenv(f"KDI_{name.upper()}", value)
            else:
                self.environment.delenv(f"KDI_{name.upper()}", raising=False)
        get_settings.cache_clear()
        return here().reception

    def known_hosts(self, text: str) -> Path:
        path = self.folder / "known_hosts"
        path.write_text(f"{text}\n", encoding="utf-8")
        return path

    def take_in(self) -> tuple[Delivery, ...]:
        return take_in(here().reception, HOURLY).deliveries


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Remote]:
    with sftp_server(tmp_path / "server") as server:
        made = Remote(server, tmp_path, monkeypatch)
        made.inbox.mkdir(parents=True)
        (made.inbox / DAY).write_bytes(csv_bytes(three_hours("2022-01-03")))
        yield made
    get_settings.cache_clear()


def test_a_delivery_is_taken_from_the_server(remote: Remote) -> None:
    remote.use()
    (delivery,) = remote.take_in()
    assert (delivery.status, delivery.raekker_indlaest, delivery.sum_indlaest) == ("indlaest", 3, 123)
    assert remote.take_in() == ()
    assert (remote.inbox / DAY).exists(), "the supplier's folder is left as it was"


def test_a_refused_delivery_is_kept_as_it_was_sent(remote: Remote) -> None:
    content = csv_bytes(three_hours("2022-01-03", antal_kald="-1"))
    (remote.inbox / DAY).write_bytes(content)
    remote.use()
    (delivery,) = remote.take_in()
    assert delivery.status == "afvist"
    assert (get_settings().quarantine / delivery.leverance_id / DAY).read_bytes() == content


def test_a_key_logs_in_without_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "id_ed25519")
    with sftp_server(tmp_path / "server", key) as server:
        remote = Remote(server, tmp_path, monkeypatch)
        remote.inbox.mkdir(parents=True)
        (remote.inbox / DAY).write_bytes(csv_bytes(three_hours("2022-01-03")))
        remote.use(inbox_password="", inbox_key_file=str(tmp_path / "id_ed25519"))
        assert [d.status for d in remote.take_in()] == ["indlaest"]
    assert set(server.logins) == {"key"}
    get_settings.cache_clear()


def test_an_unknown_server_is_refused_before_the_password_is_sent(remote: Remote) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    remote.known_hosts(f"[127.0.0.1]:{remote.server.port} {other}")
    remote.use(inbox_known_hosts=str(remote.folder / "known_hosts"))
    remote.known_hosts(f"[127.0.0.1]:{remote.server.port} {other}")
    with pytest.raises(InboxUnreachable, match="nøgle er ikke den"):
        find_pending(here().reception, HOURLY)
    assert remote.server.passwords == []


def test_a_server_that_is_not_in_the_file_is_refused(remote: Remote) -> None:
    remote.use()
    remote.known_hosts("")
    with pytest.raises(InboxUnreachable, match="Der er ikke logget ind"):
        find_pending(here().reception, HOURLY)
    assert remote.server.passwords == []


def test_without_known_keys_nothing_is_connected(remote: Remote) -> None:
    with pytest.raises(InboxUnreachable, match="KDI_INBOX_KNOWN_HOSTS er ikke sat"):
        find_pending(remote.use(inbox_known_hosts=""), HOURLY)
    with pytest.raises(InboxUnreachable, match="findes ikke"):
        find_pending(remote.use(inbox_known_hosts=str(remote.folder / "nowhere")), HOURLY)


def test_a_wrong_password_is_told_without_it(remote: Remote) -> None:
    with pytest.raises(InboxUnreachable, match="afviser brugeren") as refused:
        find_pending(remote.use(inbox_password="forkert-kodeord"), HOURLY)
    assert "forkert" not in str(refused.value)


def test_a_password_in_the_address_is_refused_without_repeating_it(remote: Remote) -> None:
    with pytest.raises(ValidationError, match="KDI_INBOX_PASSWORD") as refused:
        remote.use(inbox="sftp://kdi:hemmeligt-kodeord@sftp.example/indbakke")
    assert "hemmeligt" not in str(refused.value)


def test_links_on_the_server_are_not_followed(remote: Remote) -> None:
    (remote.inbox / "stoettesystemerne_2022-01-04.csv").symlink_to(remote.inbox / DAY)
    pending = find_pending(remote.use(), HOURLY)
    assert [f.name for f in pending.files] == [DAY]
    (told,) = pending.listing.no_files
    assert told.startswith("stoettesystemerne_2022-01-04.csv: er ") and "ikke en fil" in told


def test_a_file_that_changes_unseen_between_two_looks_waits_for_the_next(remote: Remote) -> None:
    """Overwritten by as many bytes within the second: SFTP tells times in seconds."""
    remote.use()
    before = (remote.inbox / DAY).stat()
    find_pending(here().reception, HOURLY)
    (remote.inbox / DAY).write_bytes(csv_bytes(three_hours("2022-01-03", antal_kald="25")))
    os.utime(remote.inbox / DAY, (before.st_mtime, before.st_mtime))
    assert remote.take_in() == ()
    (delivery,) = remote.take_in()
    assert (delivery.sum_indlaest, delivery.sha256) == (128, sha256(remote.inbox / DAY))


def test_a_server_that_is_down_is_told_and_tried_again(remote: Remote) -> None:
    remote.use(inbox="sftp://kdi@127.0.0.1:9/indbakke")
    with pytest.raises(InboxUnreachable, match="der prøves igen"):
        find_pending(here().reception, HOURLY)


@pytest.mark.parametrize("command", ["load", "status"])
def test_the_command_line_tells_it_in_one_line(remote: Remote, command: str) -> None:
    remote.use(inbox="sftp://kdi@127.0.0.1:9/indbakke")
    told = invoke(command, status=1)
    (line,) = told.stderr.splitlines()
    assert line.startswith("FEJL SFTP-serveren kan ikke nås")
