"""What somebody sees who opens the UI after ``kdi load``: the runs, the days' own colours, and the way to a reason."""

import sys
from pathlib import Path

from chromium import needs_chromium
from samples.ways import BAD_DAY, SIXTY_DAYS, OneBadDay

from .conftest import browser, dagster_ui


@needs_chromium
def test_runs_of_the_command_are_the_code_locations_and_a_refused_day_leads_to_its_reason(
    sixty_days: OneBadDay,
) -> None:
    installation = sixty_days.installation
    program = str(Path(sys.executable).with_name("dagster-webserver"))
    with dagster_ui(installation, program) as address, browser(address) as ui:
        # the job's own page has the runs of the command line
        ui.open("/locations/kdi_indsigt/jobs/byg_og_udgiv/runs")
        ui.sees("Success")
        # the refused day is red alone
        ui.open("/assets/lake/stoettesystemerne?view=partitions")
        ui.sees("Failed (1)")
        ui.sees(f"Materialized ({len(SIXTY_DAYS) - 1})")
        # its failed run says why
        ui.open("/runs?q[0]=status:FAILURE")
        ui.page.locator("a[href*='/runs/']:visible").first.click()
        ui.sees("Antallet er negativt.")
        # and its check links to the form, which opens filled in
        ui.page.get_by_text("[Show Markdown]").nth(1).click()
        link = ui.page.get_by_role("link", name="Godkend den, eller træk den tilbage").get_attribute("href")
        assert link is not None
        ui.open(link.removeprefix(address))
        ui.sees("afgoerelse: godkend")
        ui.sees(f"stoettesystemerne_{BAD_DAY}_")
