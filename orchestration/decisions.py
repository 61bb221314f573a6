"""What ``kdi delivery accept``, ``withdraw`` and ``restore`` do, from a form in the UI."""

from enum import Enum

import dagster as dg
from pydantic import Field

from kdi.lake.verbs import Decisions, NotPossible
from kdi.machine.lock import writer_lock
from orchestration.asking import PRIORITY
from orchestration.assets.periods import DECISION_JOB, DECISION_OP, tell_of_periods
from orchestration.keys import WRITER_POOL, Resource


class Decision(Enum):
    """As the verbs of ``kdi delivery``."""

    godkend = "godkend"
    traek_tilbage = "traek_tilbage"
    bring_tilbage = "bring_tilbage"


_VERBS = {
    Decision.godkend: Decisions.accept,
    Decision.traek_tilbage: Decisions.withdraw,
    Decision.bring_tilbage: Decisions.restore,
}


class DecisionForm(dg.Config):
    """Who decides what about which delivery, and why."""

    leverance: str = Field(description="Leverancens id, som checket nævner det, eller <kilde>/<periode>.")
    afgoerelse: Decision = Field(
        description="godkend: den er rigtig og skal udgives. traek_tilbage: den tæller ikke med."
        " bring_tilbage: en tidligere gælder igen."
    )
    grund: str = Field(description="Hvorfor. Offentliggøres i marts.leverance_log: skriv ingen navne.")
    af: str = Field(description="Hvem der afgør det. Offentliggøres ikke.")


@dg.op(name=DECISION_OP, out=dg.Out(dg.Nothing), pool=WRITER_POOL)
def decide(context: dg.OpExecutionContext, config: DecisionForm, installation: Resource) -> None:
    """Record the decision, and let the period's checks show it at once."""
    try:
        with writer_lock(installation.lake.writer_lock):
            lines = _VERBS[config.afgoerelse](installation.decisions, [config.leverance], config.af, config.grund)
    except NotPossible as error:
        raise dg.Failure(str(error), allow_retries=False) from None
    for line in lines:
        context.log.info(line)
    tell_of_periods(context, installation)
    context.log.info("Sensoren lake_er_aendret bygger og udgiver det, der er berørt; ellers kør byg_og_udgiv.")


@dg.job(
    name=DECISION_JOB,
    description=(
        "Godkend en leverance, der er holdt tilbage eller afvist for for mange fejl, træk en tilbage, eller bring en"
        " tidligere tilbage. Linket i det fejlede check udfylder formularen."
    ),
    tags=PRIORITY,
)
def afgoer_leverance() -> None:
    """One decision about one delivery."""
    decide()
