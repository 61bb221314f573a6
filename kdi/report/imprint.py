"""Who publishes what readers get: settings that newsletter and web pages print."""

from dataclasses import dataclass
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
    """

    sender: str = "KDI Indsigt"
    contact: str = ""
    web: str = ""
    unsubscribe: str = ""
    accessibility: str = ""
    is_made_up: bool = False


NOBODY = Imprint()


def of(settings: Settings, is_made_up: bool = False) -> Imprint:
    """As the settings have it; ``is_made_up`` says that the release's data are.

    Without an address to unsubscribe at, a mail to the newsletter's sender does it.
    """
    subject = quote("Afmeld KDI i tal")
    return Imprint(
        sender=settings.sender,
        contact=settings.contact or settings.mail_from,
        web=settings.web_url.rstrip("/"),
        unsubscribe=settings.mail_unsubscribe or f"mailto:{settings.mail_from}?subject={subject}",
        accessibility=settings.accessibility_url,
        is_made_up=is_made_up or settings.is_demo,
    )
