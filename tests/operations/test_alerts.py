"""Who is told what, and how often, when something fails: real runs, a real mail server, real web hooks."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from kdi_command import invoke
from samples.deliveries import Delivery, System, call, day
from samples.installation import Installation

from expectations.profiles import profiles
from kdi.ingest.intake import take_in
from kdi.installation import here
from kdi.settings import get_settings
from orchestration.dagster_internals.origins import make_run, run_here
from orchestration.definitions import defs
from orchestration.operations import alerts
from orchestration.operations.alerts import AlertNotSent, deliver, driftsalarm
from orchestration.partitions import span_tags

from .servers import MailServer, mail_server, own_certificate, web_server

REASON = "kle/kle_2022-03-31.xlsx: afvist. [tom_fil] Filen er tom (0 byte). Send filen igen."


def job(name: str, *reasons: str) -> dg.JobDefinition:
    """A job that fails for these reasons, or succeeds when there are none."""

    @dg.op(name=f"trin_{name}")
    def step() -> None:
        if reasons:
            raise dg.Failure("\n".join(reasons), allow_retries=False)

    @dg.job(name=name)
    def made() -> None:
        step()

    return made


class Watch:
    """The alert sensor, tick by tick, as the daemon would run it."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.cursor: str | None = None
        self.tick()

    def run(self, job: dg.JobDefinition) -> str:
        return job.execute_in_process(instance=self.instance, raise_on_error=False).run_id

    def tick(self) -> None:
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, sensor_name="driftsalarm", resources={"installation": here()}
        )
        driftsalarm.evaluate_tick(context)
        self.cursor = context.cursor


@pytest.fixture
def mail(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setenv("KDI_ALERT_URLS", server.url)
        monkeypatch.setenv("KDI_UI_URL", "https://kdi.kommune.example")
        get_settings.cache_clear()
        yield server


@pytest.fixture
def watch(instance: dg.DagsterInstance) -> Watch:
    return Watch(instance)


def test_an_alert_says_what_where_what_to_do_and_links_to_the_run(mail: MailServer, watch: Watch) -> None:
    run_id = watch.run(job("modtag_kle", REASON))
    watch.tick()
    (got,) = mail.mails
    assert "modtag_kle fejlede" in got["Subject"]
    assert got["To"] == "vagt@kommune.example"
    text = mail.text()
    for part in (
        "Hvad: modtag_kle fejlede",
        f"Hvor: {REASON}",
        "Gør: Læs grundene i karantænen og bed leverandøren sende filen igen.",
        f"Kørsel: https://kdi.kommune.example/runs/{run_id}",
        "docs/runbook.md",
    ):
        assert part in text, text


def test_the_same_fault_is_told_once_until_the_job_has_succeeded(mail: MailServer, watch: Watch) -> None:
    for _ in range(3):
        watch.run(job("byg_og_udgiv", "Kontroltotaler stemmer ikke."))
        watch.tick()
    watch.tick()
    assert len(mail.mails) == 1
    watch.run(job("byg_og_udgiv"))
    watch.tick()
    watch.run(job("byg_og_udgiv", "Kontroltotaler stemmer ikke."))
    watch.tick()
    assert len(mail.mails) == 2


def test_another_fault_is_another_incident(mail: MailServer, watch: Watch) -> None:
    watch.run(job("modtag_kle", REASON))
    watch.run(job("modtag_kle", REASON.replace("2022-03-31", "2022-06-30")))
    watch.run(job("modtag_sapa", REASON))
    watch.tick()
    assert len(mail.mails) == 3


def test_a_run_that_is_tried_again_is_told_after_its_last_try(mail: MailServer, watch: Watch) -> None:
    @dg.op(retry_policy=dg.RetryPolicy(max_retries=2))
    def stumble(context: dg.OpExecutionContext) -> None:
        if context.retry_number < 2:
            raise dg.Failure("KITOS kan ikke nås.")

    @dg.job
    def hent_kitos() -> None:
        stumble()

    watch.run(hent_kitos)
    watch.tick()
    assert mail.mails == []


def test_what_failed_before_the_sensor_was_turned_on_is_no_news(mail: MailServer, instance: dg.DagsterInstance) -> None:
    job("modtag_kle", REASON).execute_in_process(instance=instance, raise_on_error=False)
    watch = Watch(instance)
    watch.tick()
    assert mail.mails == []


def test_an_alert_is_not_lost_when_the_mail_server_is_down(mail: MailServer, watch: Watch) -> None:
    mail.closed = True
    watch.run(job("modtag_kle", REASON))
    with pytest.raises(AlertNotSent, match=r"\(mailto\) tog imod") as failed:
        watch.tick()
    assert "127.0.0.1" not in str(failed.value)
    mail.closed = False
    watch.tick()
    watch.tick()
    assert len(mail.mails) == 1


def test_one_address_that_is_down_does_not_silence_the_other(
    mail: MailServer, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDI_ALERT_URLS", f"json://127.0.0.1:9/closed {mail.url}")
    get_settings.cache_clear()
    watch.run(job("modtag_kle", REASON))
    watch.tick()
    watch.tick()
    assert len(mail.mails) == 1


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_teams_gets_a_card(watch: Watch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with web_server(own_certificate(tmp_path)) as teams:
        monkeypatch.setenv("KDI_ALERT_URLS", f"workflows://127.0.0.1:{teams.port}/arbejdsgang/noegle?verify=no")
        get_settings.cache_clear()
        watch.run(job("modtag_kle", REASON))
        watch.tick()
    ((path, post),) = teams.posts
    assert path.startswith("/workflows/arbejdsgang/triggers/manual/paths/invoke")
    (card,) = post["attachments"]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert REASON in card["content"]["body"][-1]["text"].replace("\\", "")  # a card's text is Markdown


def test_slack_gets_a_message(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.slack import NotifySlack

    with web_server() as slack:
        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{slack.port}/services")
        monkeypatch.setenv("KDI_ALERT_URLS", f"slack://{'T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ'}/#drift")
        get_settings.cache_clear()
        watch.run(job("modtag_kle", REASON))
        watch.tick()
    ((path, post),) = slack.posts
    assert path.startswith("/services/T1JJ3T3L2/")
    assert REASON in json.dumps(post, ensure_ascii=False)


def test_a_late_source_is_told_once_and_again_when_it_is_late_anew(
    mail: MailServer, installation: Installation, watch: Watch
) -> None:
    """The calendar gives a day three days of grace; what is late depends on the day it is asked."""
    installation.deliver(*(a_day(period) for period in ("2022-01-10", "2022-01-11")))
    for as_of, late in (("2022-01-15", False), ("2022-01-20", True), ("2022-01-21", True)):
        with _on(installation, as_of):
            take_in(here().reception, profiles()["stoettesystemerne"])
            watch.tick()
        assert len(mail.mails) == late
    with _on(installation, "2022-01-15"):
        watch.tick()
    with _on(installation, "2022-01-20"):
        watch.tick()
    assert [m["Subject"] for m in mail.mails] == ["KDI Indsigt: stoettesystemerne er forsinket"] * 2
    assert "4 mangler; den nyeste er 2022-01-15, ventet 16-01-2022." in mail.text()


def test_a_refused_delivery_is_told_once_whatever_runs_over_its_day(
    mail: MailServer, installation: Installation, watch: Watch
) -> None:
    installation.deliver(a_day("2022-01-10", -3), a_day("2022-01-11"))
    with _on(installation, "2022-01-12"):
        job = defs.resolve_job_def("modtag_stoettesystemerne")
        for span in (("2022-01-10", "2022-01-11"), ("2022-01-10", "2022-01-10"), ("2022-01-10", "2022-01-11")):
            run_here(watch.instance, job, make_run(watch.instance, job, span_tags(*span)))
            watch.tick()
    (got,) = mail.mails
    assert got["Subject"] == "KDI Indsigt: stoettesystemerne: 1 leverance venter på nogen"
    for part in ("stoettesystemerne_2022-01-10.csv: afvist", "Antallet er negativt.", "/runs/"):
        assert part in mail.text()


def a_day(period: str, calls: int = 7) -> Delivery:
    return day(period, call(f"{period}T08:00:00+01:00", "Fredericia", System("KSD"), calls))


@contextmanager
def _on(installation: Installation, as_of: str) -> Iterator[None]:
    before, os.environ["KDI_AS_OF"] = os.environ["KDI_AS_OF"], as_of
    get_settings.cache_clear()
    yield
    os.environ["KDI_AS_OF"] = before
    get_settings.cache_clear()


def test_a_value_that_looks_personal_or_secret_is_struck_out(
    mail: MailServer, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KDI_KITOS_PASSWORD", "hemmeligt-kodeord")
    get_settings.cache_clear()
    watch.run(job("modtag_kle", "Kunne ikke læse '311299-9999' med hemmeligt-kodeord"))
    watch.tick()
    assert "'**********' med ***" in mail.text()


def test_kdi_alert_tries_the_addresses(mail: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke("alert").output == "sendt: adresse 1 (mailto)\n"
    assert "når frem" in mail.text()
    mail.closed = True
    assert invoke("alert", status=1).stderr == "FEJL ikke sendt: adresse 1 (mailto)\n"
    monkeypatch.setenv("KDI_ALERT_URLS", "")
    get_settings.cache_clear()
    assert "KDI_ALERT_URLS er ikke sat" in invoke("alert", status=1).stderr


def test_the_memory_survives_being_written_down() -> None:
    told = alerts.Told("2026-11-25T02:00:00+00:00", {"run:modtag_kle:1": ("modtag_kle", 7)}, ["late:lake/kle"])
    again = alerts.Told.from_cursor(told.to_cursor())
    assert {key: tuple(value) for key, value in again.runs.items()} == told.runs
    assert (again.runs_until, again.standing) == (told.runs_until, told.standing)


@pytest.mark.parametrize("kind", ["mailto", "json", "xml", "form"])
def test_no_password_is_sent_to_another_machine_without_encryption(kind: str) -> None:
    """192.0.2.1 is nobody's: had it been asked, the answer would have been waited for."""
    assert not deliver(f"{kind}://vagt:hemmelig@192.0.2.1:9/?from=a@example.org&to=b@example.org", "x", "y")
