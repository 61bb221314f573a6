"""What a person may decide about a delivery: accept it, withdraw it, bring it back.

A decision is an event in the delivery log, with who, when and why. Nothing else is touched; the next
load sees which periods it changes and makes those anew.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from expectations.suites import suite
from kdi.faults import Fault
from kdi.lake.delivery import Action, Delivery, Event
from kdi.lake.standing import Standing, standings_in
from kdi.lake.store import Lake
from kdi.notation import cpr

Told = Callable[[Standing, list[Standing]], str]  # what a decision does, of all that came for its period


class NotPossible(Fault):
    """The decision has no meaning for this delivery; the message says why and what to do instead."""


@dataclass(frozen=True)
class Decisions:
    """The decisions about the deliveries of a lake, and about the refused ones that lie in the quarantine."""

    lake: Lake
    quarantine: Path

    def accept(self, names: Iterable[str], who: str, why: str) -> list[str]:
        """Take deliveries as they are: held back, loaded in part, or refused for too many faulty rows.

        Args:
            names: delivery ids, or ``<source>/<period>`` for the period's newest delivery.
            who: the person who decides.
            why: the reason, which is published in the delivery log.

        Returns:
            One Danish line per delivery.

        Raises:
            NotPossible: one of them is unknown or cannot be accepted; then none is.
        """
        return self._decide(names, "godkendt", who, why, partial(_accepted, self.quarantine))

    def withdraw(self, names: Iterable[str], who: str, why: str) -> list[str]:
        """Let deliveries count no more. A period whose delivery counted is empty until another comes or is restored.

        Arguments, result and errors as for :meth:`accept`.
        """
        return self._decide(names, "trukket_tilbage", who, why, _withdrawn)

    def restore(self, names: Iterable[str], who: str, why: str) -> list[str]:
        """Bring a replaced, withdrawn or held delivery back, as if it had come last.

        Arguments, result and errors as for :meth:`accept`.
        """
        return self._decide(names, "genindsat", who, why, _restored)

    def accept_findings(self, names: Iterable[str], rules: Iterable[str], who: str, why: str) -> list[str]:
        """Take figures that a rule found impossible as they are.

        Args:
            names: ids of findings, ``<rule>-<eight hexadecimal digits>``; each is good for those figures alone.
            rules: the rules that there are.
            who: the person who decides.
            why: the reason, which stands in the release's manifest.

        Returns:
            One Danish line per finding.

        Raises:
            NotPossible: one of them is no finding's id; then none is accepted.
        """
        _demand_text(who, why)
        known, names = set(rules), list(dict.fromkeys(names))
        for name in names:
            rule, _, digest = name.rpartition("-")
            if rule not in known or not re.fullmatch("[0-9a-f]{8}", digest):
                raise NotPossible(f"{name}: der er intet sådant fund. Skriv det id, som kdi load nævner.")
        self._record(names, "godkendt", who, why)
        return [f"{name} er godkendt." for name in names]

    def _decide(self, names: Iterable[str], action: Action, who: str, why: str, told: Told) -> list[str]:
        _demand_text(who, why)
        standings = standings_in(self.lake.log)
        lines, ids = [], []
        for name in dict.fromkeys(names):
            standing = _find(standings, name)
            of_period = [s for s in standings if _period(s.delivery) == _period(standing.delivery)]
            lines.append(told(standing, of_period))
            ids.append(standing.delivery.leverance_id)
        self._record(ids, action, who, why)
        return lines

    def _record(self, names: Iterable[str], action: Action, who: str, why: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.lake.log.decide(Event(name, action, who.strip(), now, why.strip()) for name in names)
        self.lake.depot.keep_log()


def _demand_text(who: str, why: str) -> None:
    for text, option in ((who, "--by"), (why, "--reason")):
        if not text.strip():
            raise NotPossible(f"{option} er tom: skriv, hvem der afgør det, og hvorfor.")
        if cpr.is_in(text):
            raise NotPossible(f"{option} indeholder noget, der ligner et CPR-nummer. Fjern det.")


def _find(standings: list[Standing], name: str) -> Standing:
    """By id, or by ``<source>/<period>``: then the one that waits for somebody, else the newest."""
    by_id = [s for s in standings if s.delivery.leverance_id == name]
    if by_id:
        return by_id[-1]
    of_period = [s for s in standings if f"{s.delivery.kilde}/{s.delivery.periode}" == name]
    if not of_period:
        raise NotPossible(f"{name}: der er ingen sådan leverance. kdi delivery list viser dem.")
    waiting = [s for s in of_period if s.needs_somebody]
    return waiting[-1] if waiting else next(s for s in of_period if s.is_newest)


def _period(delivery: Delivery) -> tuple[str, str]:
    return delivery.kilde, delivery.periode


def _accepted(quarantine: Path, standing: Standing, _: list[Standing]) -> str:
    delivery, name = standing.delivery, standing.delivery.leverance_id
    if standing.state == "tilbageholdt":
        return f"{name} er godkendt og kommer med i næste publicering."
    if standing.state == "gaelder" and delivery.status == "delvis_karantaene":
        return f"{name} er godkendt uden de {delivery.raekker_karantaene} rækker i karantæne."
    if standing.state != "afvist":
        raise NotPossible(f"{name} venter ikke på godkendelse ({_DANISH[standing.state]}).")
    codes = {f.kode for f in delivery.aarsager}
    demands = suite("leverance").demands
    consentable = {d.fault for d in demands if d.may_be_consented}
    others = {d.fault for d in demands if d.severity == "critical" and not d.may_be_consented}
    if not codes & consentable or codes & others:
        raise NotPossible(
            f"{name} kan ikke godkendes: hvilke rækker der er rigtige, kan ikke afgøres her."
            " Få en rettet fil af leverandøren."
        )
    if not standing.is_newest:
        raise NotPossible(f"{name} er afløst af en nyere leverance for {delivery.periode}; træk den tilbage først.")
    if not (quarantine / name / delivery.fil).exists():
        raise NotPossible(f"{name} ligger ikke længere i karantæne; få filen af leverandøren igen.")
    return f"{name} er godkendt: de sunde rækker indlæses af næste kdi load."


def _withdrawn(standing: Standing, of_period: list[Standing]) -> str:
    delivery, name = standing.delivery, standing.delivery.leverance_id
    if standing.state == "trukket_tilbage":
        raise NotPossible(f"{name} er allerede trukket tilbage.")
    if standing.state != "gaelder":
        return f"{name} er trukket tilbage; den talte ikke med."
    earlier = [s.delivery.leverance_id for s in of_period if s.state == "erstattet"]
    back = f" Den tidligere kan bringes tilbage: kdi delivery restore {earlier[-1]}" if earlier else ""
    return f"{name} er trukket tilbage; {delivery.kilde} {delivery.periode} er tom fra næste publicering.{back}"


def _restored(standing: Standing, of_period: list[Standing]) -> str:
    name = standing.delivery.leverance_id
    if not standing.delivery.accepted:
        raise NotPossible(f"{name} er aldrig indlæst; se kdi delivery accept, eller få en rettet fil.")
    if standing.state == "gaelder":
        raise NotPossible(f"{name} gælder allerede.")
    replaced = next((s.delivery.leverance_id for s in of_period if s.state == "gaelder"), "")
    instead = f" i stedet for {replaced}" if replaced else ""
    return f"{name} gælder igen{instead} fra næste publicering."


_DANISH = {
    "gaelder": "den gælder allerede",
    "trukket_tilbage": "den er trukket tilbage; brug kdi delivery restore",
    "erstattet": "den er erstattet; brug kdi delivery restore",
}
