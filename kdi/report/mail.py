"""Sending the newsletter through SMTP, which happens only when someone asks for it by name of the recipient."""

import smtplib
import ssl
from datetime import date
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from kdi.report import nyhedsbrev
from kdi.report.edition import Edition
from kdi.report.make import Press


class NotSent(Exception):
    """The newsletter could not be sent; the message says what to do."""


def send_newest(press: Press, server: SecretStr, month: date | None, recipient: str) -> str:
    """Make the month's newsletter and send it.

    Raises:
        NotSent: no server is set, it refused, or it would get the password unencrypted.
    """
    with Edition(press.release, month) as edition:
        letter = nyhedsbrev.written(edition, press.imprint_of(edition), press.folder)
        mail = nyhedsbrev.message(letter, recipient, edition.published)
    address = urlsplit(server.get_secret_value())
    if address.scheme not in ("smtp", "smtps") or not address.hostname:
        raise NotSent("KDI_MAIL_SERVER er ikke sat. Skriv den som smtp://bruger:adgangskode@vært:587.")
    try:
        with _connect(address.scheme, address.hostname, address.port) as connection:
            if address.username:
                if not isinstance(connection.sock, ssl.SSLSocket):
                    raise NotSent(
                        f"Mailserveren {address.hostname} tilbyder ikke kryptering (STARTTLS), så adgangskoden bliver"
                        " ikke sendt. Brug smtps:// eller en server med STARTTLS."
                    )
                connection.login(unquote(address.username), unquote(address.password or ""))
            connection.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        # the server's own words may repeat the address or the password
        raise NotSent(
            f"Mailserveren {address.hostname} tog ikke imod nyhedsbrevet ({type(error).__name__})."
            " Se efter i KDI_MAIL_SERVER, og prøv igen."
        ) from None
    return recipient


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=30, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 587, timeout=30)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
    return server
