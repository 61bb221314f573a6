"""Help is in one language, English, for every command and option; and the version is told."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from kdi_command import invoke

from kdi.commands.cli import app

DANISH = re.compile(r"[æøåÆØÅ]|\b(og|eller|kun|denne|fil(en)?|hvis|ikke|til|fra|skriv|vis)\b", re.IGNORECASE)
# Names of products and forms of periods are Danish wherever they stand.
NAMES = ("Potentialeanalyse", "Tilslutningsrapport", "KDI i tal", "KOMBIT")


def commands(command: Any = None, name: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    command = command or typer.main.get_command(app)
    yield name
    for word, each in getattr(command, "commands", {}).items():
        yield from commands(each, (*name, word))


@pytest.mark.parametrize("name", list(commands()), ids=" ".join)
def test_help_is_english(name: tuple[str, ...]) -> None:
    shown = invoke(*name, "--help").stdout
    for known in NAMES:
        shown = shown.replace(known, "")
    assert DANISH.findall(shown) == []
    assert re.search(r"[a-z]{3,}\.", shown), "there is a sentence"


def test_every_option_has_its_help() -> None:
    def without(command: Any) -> Iterator[str]:
        for parameter in command.params:
            if not getattr(parameter, "help", ""):
                yield f"{command.name} {parameter.name}"
        for each in getattr(command, "commands", {}).values():
            yield from without(each)

    assert list(without(typer.main.get_command(app))) == []


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"kdi \d+\.\d+\.\d+\n", invoke("--version").stdout)
