"""A delivery's life, told as one story: held back, accepted, corrected, withdrawn, brought back, and what is missing.

It plays in May 2022. Mondays have 1,008 rows, so that a Monday of 48 is far outside the band; the other days are small.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg
import openpyxl
import pytest
from samples.deliveries import Delivery, System, call, calls_in_month, cases, day, extract, hours_of, kommuner, month
from samples.installation import Installation, Table
from samples.ways import Folders
from typer.testing import Result

from kdi.commands.load import use_dagster_home

JOB = System("Jobcentersystemet")
MAY = "2022-05-20"
JUNE = "2022-06-05"


def monday(period: str, municipalities: int) -> Delivery:
    """Ten calls in every hour of so many municipalities."""
    some = list(kommuner())[:municipalities]
    return day(period, *(call(moment, name, JOB, 10) for moment in hours_of(period) for name in some))


def tuesday(calls: int) -> Delivery:
    return day("2022-05-10", call("2022-05-10T08:00:00+02:00", "Fredericia", JOB, calls))


def wednesday(*calls: object) -> Delivery:
    rows = [call(f"2022-05-11T{hour:02}:00:00+02:00", "Fredericia", JOB, 1) for hour in range(len(calls))]
    return day("2022-05-11", *({**row, "antal_kald": str(number)} for row, number in zip(rows, calls, strict=True)))


def months_calls(period: str, calls: int) -> Delivery:
    return month(period, calls_in_month(period, "Fredericia", JOB, "SagIndeks", calls))


# The Monday after Easter is a holiday, which no Monday is compared with.
USUAL = [monday(period, 42) for period in ("2022-03-28", "2022-04-04", "2022-04-11", "2022-04-25", "2022-05-02")]
CUT = monday("2022-05-09", 2)
ONE_FAULT = wednesday(5, 5, 5, 5, "mange")
DOUBLED = day("2022-05-12", *[call("2022-05-12T08:00:00+02:00", "Fredericia", JOB, 3)] * 2)
CLOSED, RESTATED = months_calls("2021-11", 100), months_calls("2021-11", 130)
APRIL = months_calls("2022-04", 7)
KLE = extract("2022-01-31", cases("Fredericia", JOB, "00.01.00", 9))


def id_of(installation: Installation, file: str) -> str:
    """The newest delivery of a file, as ``kdi delivery list`` names it."""
    lines = installation.kdi("delivery", "list", "--all").output.splitlines()
    return next(line.split()[0] for line in reversed(lines) if line.endswith(f"  {file}"))


@dataclass
class Story:
    """The installation, and what was seen at the end of each chapter."""

    installation: Installation
    loads: dict[str, Result] = field(default_factory=dict)
    verbs: dict[str, Result] = field(default_factory=dict)
    calls: dict[str, dict[str, int]] = field(default_factory=dict)
    log: dict[str, Table] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)
    repeated: Result | None = None

    def load(self, chapter: str, *, status: int = 0) -> None:
        """Load, and look at what readers see."""
        i = self.installation
        self.loads[chapter] = i.kdi("load", status=status)
        self.calls[chapter] = dict(
            i.query(
                "select cast(dato as varchar), cast(sum(antal_kald) as bigint) from marts.fct_kald_time"
                " join marts.dim_dato using (dato_id) group by all"
                " union all select strftime(maaned, '%Y-%m'), cast(sum(antal_kald) as bigint)"
                " from marts.fct_kald_maaned join marts.dim_service using (service_id)"
                " where platform = 'serviceplatformen' group by all"
            )
        )
        by_hour, by_day = (
            f"select dato_id, myndighed_id, it_system_id, service_id, {of_day} from marts.fct_kald_{grain} group by all"
            for grain, of_day in (("time", "sum(antal_kald)"), ("dag", "cast(antal_kald as hugeint)"))
        )
        differing = f"(({by_hour}) except all ({by_day})) union all (({by_day}) except all ({by_hour}))"
        assert i.query(differing) == [], chapter
        self.log[chapter] = i.query(
            "select periode, status, raekker_indlaest, publiceret_i, afgoerelse, begrundelse"
            " from marts.leverance_log order by periode, modtaget, leverance_id"
        )
        self.releases[chapter] = i.current.name

    def decide(self, verb: str, *names: str, reason: str = "aftalt med KMD", status: int = 0) -> Result:
        words = ("delivery", verb, *names, "--reason", reason, "--by", "Kim Kontrollant")
        result = self.installation.kdi(*words, status=status)
        self.verbs[f"{verb} {' '.join(names)}"] = result
        return result

    def of(self, chapter: str, period: str) -> Table:
        """The log's rows of a period."""
        return [row[1:] for row in self.log[chapter] if row[0] == period]


@pytest.fixture(scope="module")
def story(folders: Folders) -> Story:
    i = folders.new("livsforloeb")
    i.as_of = MAY
    story = Story(i)
    i.deliver(*USUAL, CUT, tuesday(40), ONE_FAULT, DOUBLED, CLOSED, APRIL, KLE)
    story.load("first", status=1)

    story.decide("accept", "stoettesystemerne/2022-05-09", reason="lukkedag hos KMD")
    story.decide("accept", "stoettesystemerne/2022-05-11")
    i.deliver(tuesday(400), RESTATED)
    story.load("second", status=1)

    i.deliver(tuesday(40))
    story.repeated = i.kdi("load", status=1)
    original = i.records("select leverance_id from marts.leverance_log where status = 'erstattet'")[0]["leverance_id"]
    story.decide("restore", original)
    story.decide("withdraw", "stoettesystemerne/2022-05-02")
    story.decide("accept", "stoettesystemerne/2022-05-12", status=1)
    story.decide("withdraw", "stoettesystemerne/2022-05-12", reason="KMD sender ikke dagen igen")
    story.decide("accept", "serviceplatformen/2021-11", reason="fejl hos IBM rettet")
    story.load("third")
    return story


def test_a_cut_day_is_held_back_and_the_load_says_what_to_do(story: Story) -> None:
    result = story.loads["first"]
    assert result.exit_code == 1
    (line,) = [line for line in result.stderr.splitlines() if "2022-05-09" in line]
    assert "holdt tilbage. Antallet af rækker er 5 % af det sædvanlige." in line
    assert f"kdi delivery accept {id_of(story.installation, CUT.name)} --reason" in line
    assert "2022-05-09" not in story.calls["first"]
    assert story.calls["first"]["2022-05-02"] == 42 * 24 * 10
    assert story.of("first", "2022-05-09") == [
        ("tilbageholdt", 48, None, None, "Antallet af rækker er 5 % af det sædvanlige.")
    ]  # fmt: skip


def test_an_accepted_day_is_published_with_the_reason(story: Story) -> None:
    assert story.calls["second"]["2022-05-09"] == 2 * 24 * 10
    assert story.of("second", "2022-05-09") == [
        ("publiceret", 48, story.releases["second"], "godkendt", "lukkedag hos KMD")
    ]  # fmt: skip


def test_a_refused_delivery_is_taken_without_its_faulty_rows_when_somebody_accepts_it(story: Story) -> None:
    assert "for_mange_fejl" in story.loads["first"].stderr
    assert story.of("first", "2022-05-11") == [("afvist", 0, None, None, None)]
    assert story.calls["second"]["2022-05-11"] == 4 * 5
    # still one delivery, and one row
    assert story.of("second", "2022-05-11") == [
        ("publiceret_delvist", 4, story.releases["second"], "godkendt", "aftalt med KMD")
    ]
    assert "2022-05-11" not in story.loads["second"].stderr
    with story.installation.in_force() as settings:
        days = use_dagster_home(settings).get_materialized_partitions(dg.AssetKey(["lake", "stoettesystemerne"]))
    assert "2022-05-11" in days


def test_what_is_structurally_wrong_cannot_be_accepted(story: Story) -> None:
    result = story.verbs["accept stoettesystemerne/2022-05-12"]
    assert "kan ikke godkendes: hvilke rækker der er rigtige, kan ikke afgøres her." in result.stderr
    assert story.of("second", "2022-05-12")[0][0] == "afvist"
    # that nobody waits for it any longer is a decision, too
    assert story.of("third", "2022-05-12")[0][0] == "trukket_tilbage"


def test_a_decision_that_has_no_meaning_is_refused_and_not_recorded(story: Story) -> None:
    result = story.decide("accept", "stoettesystemerne/2022-05-10", status=1)
    assert result.stdout == ""
    assert "venter ikke på godkendelse" in result.stderr
    result = story.decide("accept", "stoettesystemerne/1999-01-01", status=1)
    assert "der er ingen sådan leverance" in result.stderr
    assert "--reason er tom" in story.decide("withdraw", "kle/2022-01-31", reason=" ", status=1).stderr
    result = story.decide("withdraw", "kle/2022-01-31", reason="borger 0101701234 har klaget", status=1)
    assert "ligner et CPR-nummer" in result.stderr
    assert "0101701234" not in result.stderr


def test_a_closed_month_is_restated_by_consent_only(story: Story) -> None:
    """November is more than three months old and has been published."""
    assert [story.calls[chapter]["2021-11"] for chapter in ("first", "second", "third")] == [100, 100, 130]
    result = story.loads["second"]
    assert result.exit_code == 1
    (line,) = [line for line in result.stderr.splitlines() if "2021-11" in line]
    assert "serviceplatformen_2021-11.csv: holdt tilbage. Måneden er lukket" in line
    assert [row[0] for row in story.of("second", "2021-11")] == ["publiceret", "tilbageholdt"]
    assert [row[0] for row in story.of("third", "2021-11")] == ["erstattet", "publiceret"]


def test_the_bytes_of_an_earlier_delivery_are_nothing_new_and_the_load_says_so(story: Story) -> None:
    assert story.repeated is not None
    (line,) = [line for line in story.repeated.stdout.splitlines() if "2022-05-10" in line]
    assert "er den samme fil som en tidligere, nu erstattet leverance" in line
    assert "kdi delivery restore stoettesystemerne_2022-05-10_" in line
    assert "den samme fil" not in story.loads["third"].stdout


def test_an_earlier_delivery_is_brought_back(story: Story) -> None:
    assert [story.calls[chapter]["2022-05-10"] for chapter in ("first", "second", "third")] == [40, 400, 40]
    assert story.of("third", "2022-05-10") == [
        ("publiceret", 1, story.releases["first"], "genindsat", "aftalt med KMD"),
        ("erstattet", 1, story.releases["second"], None, None),
    ]


def test_a_withdrawn_day_is_gone_and_still_expected(story: Story) -> None:
    assert "2022-05-02" in story.calls["second"]
    assert "2022-05-02" not in story.calls["third"]
    assert story.of("third", "2022-05-02") == [
        ("trukket_tilbage", 42 * 24, story.releases["first"], "trukket_tilbage", "aftalt med KMD")
    ]  # fmt: skip
    # due on 3 May
    status = "select status, alder_dage from marts.leverance_status where periode = '2022-05-02'"
    assert story.installation.query(status) == [("trukket_tilbage", 17)]


def test_when_all_is_decided_the_load_ends_well(story: Story) -> None:
    assert story.loads["third"].stderr == ""


def test_who_decided_is_in_the_log_and_not_published(story: Story) -> None:
    lines = story.installation.kdi("delivery", "list", "--period", "2022-05-09").output
    assert "godkendt af Kim Kontrollant: lukkedag hos KMD" in lines
    assert not any(
        "Kim" in str(value) for table in story.installation.content().values() for row in table for value in row
    )


def test_what_is_late_or_missing_has_an_age(story: Story) -> None:
    status = {
        (kilde, periode): (tilstand, age)
        for kilde, periode, tilstand, age in story.installation.query(
            "select kilde, periode, status, alder_dage from marts.leverance_status"
        )
    }
    assert status["stoettesystemerne", "2022-05-19"] == ("forventet", 0)
    assert status["stoettesystemerne", "2022-05-18"] == ("forsinket", 1)
    assert status["stoettesystemerne", "2022-05-13"] == ("mangler", 6)
    assert status["stoettesystemerne", "2022-05-09"] == ("publiceret", 0)
    assert status["serviceplatformen", "2022-02"] == ("mangler", 76)  # due on 5 March
    assert status["kle", None] == ("forsinket", 17)  # 92 days after 31 January is 3 May
    assert ("stoettesystemerne", "2022-05-20") not in status, "the day has not ended"


def test_kdi_status_tells_of_today_without_a_new_build(story: Story) -> None:
    i = story.installation
    lines = i.kdi("status").output.splitlines()
    assert lines[0] == "Status pr. 20-05-2022"
    kmd = lines[lines.index("stoettesystemerne (KMD)") + 1 :]
    assert kmd[0] == "  indlæst      7 perioder, 2022-03-28 til 2022-05-11, 4.085 rækker"
    assert kmd[1].startswith("  mangler      40: 2022-05-15 (4 dage over tiden), 2022-05-14 (5 dage over tiden)")
    # of 53 days nine have come, one is not due, and three are waited for
    assert kmd[2].startswith("  forsinket    3: 2022-05-18 (1 dag over tiden), 2022-05-17 (2 dage over tiden), 2022")
    assert kmd[3].startswith("  trukket      stoettesystemerne_2022-05-02.csv er trukket tilbage: aftalt med KMD")
    assert "  2022-04      frist udløbet, 27 af 31 leverancer mangler  <- nyeste måned til brug" in lines
    assert "  2022-05      afventer (frist 15-06-2022), 29 af 32 leverancer mangler" in lines

    i.as_of = "2022-05-23"
    later = i.kdi("status").output
    i.as_of = MAY
    assert "  mangler      43: 2022-05-18 (4 dage over tiden)" in later


def test_dagster_shows_the_same_also_when_nothing_is_built(story: Story) -> None:
    from orchestration.definitions import defs

    i = story.installation
    i.as_of = "2022-05-23"
    with i.in_force() as settings:
        instance = use_dagster_home(settings)
        run = defs.resolve_job_def("foelg_leverancer").execute_in_process(instance=instance)
    i.as_of = MAY
    evaluations = run.get_asset_check_evaluations()
    found: dict[str, Any] = {e.asset_key.path[-1]: e for e in evaluations if e.check_name == "leveret_til_tiden"}
    check = found["stoettesystemerne"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert check.metadata["mangler"].value == 43 + 2  # and the two that were withdrawn
    assert (found["kle"].passed, found["kle"].severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found["sapa"].passed, "nothing is expected of a source that has never delivered"


def test_readers_use_the_newest_month_whose_grace_is_over(story: Story) -> None:
    rows = story.installation.query(
        "select strftime(maaned, '%Y-%m'), platform, status, modtagne, er_nyeste from marts.maaned_status"
        " where maaned >= '2022-04-01' order by all"
    )
    assert rows == [
        ("2022-04", "alle", "frist_udloebet", 4, True),
        ("2022-04", "serviceplatformen", "komplet", 1, True),
        ("2022-04", "stoettesystemerne", "frist_udloebet", 3, True),
        ("2022-05", "alle", "afventer", 3, False),
        ("2022-05", "serviceplatformen", "afventer", 0, False),
        ("2022-05", "stoettesystemerne", "afventer", 3, False),
    ]
    figures = story.loads["third"].output
    assert "Kald i 2022-04: " in figures
    assert "Ufuldstændig: 27 leverancer mangler." in figures


def test_workbooks_tell_of_that_month_though_newer_calls_are_published(story: Story) -> None:
    assert story.installation.query("select max(maaned) from marts.fct_kald_maaned") == [(date(2022, 5, 1),)]
    story.installation.kdi("report", "excel", "--kommune", "KOMBIT")
    (path,) = (story.installation.home / "reports" / "excel" / story.installation.current.name).glob("*kombit.xlsx")
    front = {row[0]: row[1] for row in openpyxl.load_workbook(path)["Forside"].iter_rows(values_only=True)}
    assert any("Data til og med april 2022" in str(label) for label in front)
    ((april,),) = story.installation.query(
        """select sum(kald.kald) / (
            select sum(folketal.folketal) from marts.fct_folketal as folketal
            where folketal.kvartal = date '2022-04-01'
        ) from kpi.kald_pr_indbygger as kald where kald.maaned = date '2022-04-01'"""
    )
    assert front["Kald pr. indbygger"] == pytest.approx(april)


@pytest.fixture(scope="module")
def june(story: Story) -> Iterator[Installation]:
    """The same in June, loaded anew although nothing has come: May of Støttesystemerne is out of its grace."""
    installation = story.installation.copy("juni")
    installation.as_of = JUNE
    yield installation


@pytest.mark.long
def test_a_month_that_runs_out_of_grace_is_a_new_release_of_the_same_numbers(story: Story, june: Installation) -> None:
    before, files = june.content(), june.inodes()
    june.kdi("load")
    after, files_after = june.content(), june.inodes()
    assert {table for table in after if after[table] != before[table]} == {
        "marts.leverance_status",
        "marts.maaned_status",
    }
    facts = [path for path in files if "/fct_kald_" in path]
    assert facts and all(files[path] == files_after[path] for path in facts)
    # nothing changes its state on the next day
    release = june.current
    june.as_of = "2022-06-06"
    june.kdi("load")
    assert june.current == release


@pytest.mark.long
def test_decisions_survive_a_rebuild_from_the_lake(story: Story, june: Installation) -> None:
    june.as_of = MAY
    expected = story.installation.content()
    june.kdi("load", "--rebuild")
    assert june.content() == expected
