"""Ways in which a reader may try to see more than its own rows, each as SQL that goes over a real connection.

``{cvr}``, ``{id}`` and ``{navn}`` are the victim's; ``{egen}`` is the attacker's and ``{ven}`` who shares with it.
Every attack is made three times: against a municipality with data, against one that does not exist, and in a twin of
the database, where the first one has other data. An attack has failed when the three cannot be told apart, and when
what came back is what the attack is listed with:

- ``tomt``: no rows, or only empty fields;
- ``afvist``: the server refuses, and the message says nothing of the data;
- ``ens``: something comes back (a plan, a notice), the same for both.
"""

from dataclasses import dataclass, field
from typing import Literal

import psycopg

Outcome = Literal["tomt", "afvist", "ens"]


@dataclass(frozen=True)
class Attack:
    """What is tried, in Danish for the page, and the statements. The last one is judged."""

    what: str
    outcome: Outcome
    statements: tuple[str, ...]


@dataclass
class Seen:
    """All that an attacker gets to see of one attempt."""

    rows: list[tuple[object, ...]] = field(default_factory=list)
    error: str | None = None
    message: str = ""
    notices: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """What became of it, when nothing more is asked."""
        if self.error:
            return "afvist"
        return "ens" if any(value is not None for row in self.rows for value in row) or self.notices else "tomt"


def attempt(dsn: str, attack: Attack, names: dict[str, str]) -> Seen:
    """Make the attack on a connection of its own."""
    seen = Seen()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: seen.notices.append(notice.message_primary or ""))
        try:
            for number, statement in enumerate(attack.statements, start=1):
                text = statement
                for name, value in names.items():
                    text = text.replace("{" + name + "}", value)
                rows = _result(connection, text)
                if number == len(attack.statements):
                    seen.rows = rows
        except psycopg.Error as error:
            seen.rows, seen.error, seen.message = [], error.sqlstate, str(error)
    return seen


def _result(connection: psycopg.Connection, text: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        if text.lower().startswith("copy") and "stdout" in text.lower():
            with cursor.copy(text) as copy:  # type: ignore[call-overload]
                return [(bytes(data).decode(),) for data in copy]
        cursor.execute(text)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def a(what: str, outcome: Outcome, *statements: str) -> Attack:
    """An attack, written shortly."""
    return Attack(what, outcome, statements)


PLAN = "explain (analyze, timing off, summary off, buffers off)"
