"""The one sensor that tells people: an alert per incident, by mail, Teams, Slack or whatever Apprise speaks.

What has been told is in the sensor's cursor. If no address takes an alert, the tick fails and the
next one tries again, so that a mail server that is down loses none.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from kdi.installation import Installation
from kdi.operations.masking import masked
from kdi.settings import Settings
from orchestration.keys import Resource
from orchestration.operations import incidents, logs
from orchestration.operations.incidents import Incident

SENSOR_NAME = "driftsalarm"


class AlertNotSent(Exception):
    """No address took the alert; the text names the kinds of address, never the addresses."""


@dataclass
class Told:
    """What the sensor remembers: up to when runs were looked at, and the open incidents that were told."""

    runs_until: str
    runs: dict[str, tuple[str, int]] = field(default_factory=dict)
    standing: list[str] = field(default_factory=list)

    @classmethod
    def from_cursor(cls, cursor: str | None) -> "Told":
        """The memory; without one, faults of runs from before now are nobody's news."""
        return cls(**json.loads(cursor)) if cursor else cls(datetime.now(UTC).isoformat())

    def to_cursor(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def news(instance: dg.DagsterInstance, installation: Installation, told: Told) -> tuple[list[Incident], Told]:
    """The incidents that nobody has been told of, and the memory once they are told."""
    open_runs = {
        key: (job, storage_id)
        for key, (job, storage_id) in told.runs.items()
        if not incidents.is_over(instance, job, storage_id)
    }
    failed, until = incidents.failed_runs(instance, datetime.fromisoformat(told.runs_until))
    new = []
    for incident in failed:
        if incident.key not in open_runs:
            new.append(incident)
        open_runs[incident.key] = (incident.job or "", incident.storage_id)
    status = installation.status()
    standing = list(incidents.standing(instance, SENSOR_NAME, installation.site, status))
    new += [incident for incident in standing if incident.key not in told.standing]
    waiting = [s for s in status.standings if s.needs_somebody]
    new += incidents.waiting((s for s in waiting if incidents.waiting_key(s) not in told.standing), instance)
    keys = [incident.key for incident in standing] + [incidents.waiting_key(s) for s in waiting]
    return new, Told(until.isoformat(), open_runs, keys)


def send(settings: Settings, new: Iterable[Incident]) -> int:
    """Send an alert for each incident to every address; returns how many incidents there were.

    Raises:
        AlertNotSent: none of the addresses took one of them.
    """
    addresses = settings.alert_urls.get_secret_value().split()
    sent = 0
    for incident in new:
        text = masked(incidents.in_words(incident, settings.ui_url), settings.secret_values())
        taken = [deliver(address, f"KDI Indsigt: {incident.what}", text) for address in addresses]
        logs.write(
            "ALERT", level="ERROR", message=text, incident=incident.key, run_id=incident.run_id, job=incident.job,
            addresses=len(addresses), taken=sum(taken),
        )  # fmt: skip
        if addresses and not any(taken):
            kinds = ", ".join(address.split(":", 1)[0] for address in addresses)
            raise AlertNotSent(
                f"Ingen af adresserne i KDI_ALERT_URLS ({kinds}) tog imod. Der prøves igen; tjek dem med kdi alert."
            )
        sent += 1
    return sent


def deliver(address: str, title: str, text: str) -> bool:
    """Send a message to one address of Apprise; whether it was taken.

    Nothing is sent where a password would go to another machine in the clear (``mailto:`` for ``mailtos:``).
    """
    import apprise  # three hundred services take half a second to import

    # It would log what it sends and to whom.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    channel = apprise.Apprise(
        asset=apprise.AppriseAsset(app_id="KDI Indsigt", app_desc="KDI Indsigt", async_mode=False)
    )
    if not channel.add(address) or any(map(_shows_password, channel)):
        return False
    return bool(
        channel.notify(
            title=title, body=text, notify_type=apprise.NotifyType.FAILURE, body_format=apprise.NotifyFormat.TEXT
        )
    )


def _shows_password(service: Any) -> bool:
    host = str(getattr(service, "smtp_host", None) or service.host or "")
    local = host in ("localhost", "127.0.0.1", "::1")
    return bool(service.password and not service.secure and service.protocol and not local)


@dg.sensor(
    name=SENSOR_NAME, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING,
    description="Fortæller, hvad der fejlede, er forsinket eller venter, én gang pr. hændelse,"
    " til adresserne i KDI_ALERT_URLS.",
)  # fmt: skip
def driftsalarm(context: dg.SensorEvaluationContext, installation: Resource) -> dg.SensorResult | dg.SkipReason:
    """Look, tell what is new, and remember it."""
    new, told = news(context.instance, installation, Told.from_cursor(context.cursor))
    sent = send(installation.settings, new)
    context.update_cursor(told.to_cursor())
    return dg.SkipReason(f"{sent} nye hændelser." if sent else "Ingen nye hændelser.")
