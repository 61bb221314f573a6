"""Who publishes what readers get: settings that newsletter and web pages print."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from kdi.settings import Settings


@dataclass(frozen=True)
class Imprint:
    """Sender, address for questions, and addresses that may be missing (empty).

    Attributes:
        web: where the public web edition stands.
        unsubscribe: where readers of the newsletter get rid of it.
        accessibility: the publisher's own accessibility statement.
        is_made_up: whether the data are a demo's.
        mail_from: the address that the newsletter comes from.
    """

    sender: str = "KDI Indsigt"
    contact: str = ""
    web: str = ""
    unsubscribe: str = ""
    accessibility: str = ""
    is_made_up: bool = False
    mail_from: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings have it. Without an address to unsubscribe at, a mail to the newsletter's sender does it."""
        subject = quote("Afmeld KDI i tal")
        return cls(
            sender=settings.sender,
            contact=settings.contact or settings.mail_from,
            web=settings.web_url.rstrip("/"),
            unsubscribe=settings.mail_unsubscribe or f"mailto:{settings.mail_from}?subject={subject}",
            accessibility=settings.accessibility_url,
            is_made_up=settings.is_demo,
            mail_from=settings.mail_from,
        )


NOBODY = Imprint()
