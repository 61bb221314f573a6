"""An SFTP server on this machine, with a key of its own and one user, as a supplier's."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import asyncssh

USER, PASSWORD = "kdi", "sftp-kodeord"


@dataclass
class SftpServer:
    """Serves ``folder``. ``known`` is the line that its operator would give us; ``logins`` who got in."""

    folder: Path
    port: int = 0
    known: str = ""
    logins: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"sftp://{USER}@127.0.0.1:{self.port}/indbakke"


@contextmanager
def sftp_server(folder: Path, user_key: asyncssh.SSHKey | None = None) -> Iterator[SftpServer]:
    """Accepts the password, and ``user_key`` if there is one."""
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    served = SftpServer(folder)

    class Access(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            served.passwords.append(password)
            if accepted := (username, password) == (USER, PASSWORD):
                served.logins.append("password")
            return accepted

        def public_key_auth_supported(self) -> bool:
            return user_key is not None

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            accepted = user_key is not None and key.public_data == user_key.public_data
            if accepted:
                served.logins.append("key")
            return accepted

    loop = asyncio.new_event_loop()

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Access,
            server_host_keys=[host_key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder)),
        )

    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    acceptor = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
    served.port = acceptor.get_port()
    served.known = f"[127.0.0.1]:{served.port} {host_key.export_public_key().decode()}"
    try:
        yield served
    finally:
        loop.call_soon_threadsafe(acceptor.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
