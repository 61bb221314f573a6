"""How every ``kdi`` command ends: a fault is told in one line, and an interruption in one sentence."""

import errno
import sqlite3
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from kdi.faults import Fault
from kdi.machine import progress
from kdi.machine.interruption import farewell, interruptible

# What a disk or its owner refuses; any other error of the system is ours, and keeps its traceback.
_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EACCES, errno.EPERM}


class CommandGroup(TyperGroup):
    """The root of all commands."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed.

        Raises:
            typer.Exit: with the status of the fault that ended it.
        """
        told = f"Afbrudt. Intet er gjort halvt: kør kdi {_typed(ctx)} igen, så gøres det færdigt."
        with farewell(progress.hide):
            return interruptible(lambda: self._told(ctx), told)

    def _told(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Fault as fault:
            _end(str(fault), fault.status)
        except ValidationError as error:
            for each in error.errors(include_input=False, include_url=False, include_context=False):
                typer.echo(f"FEJL Indstillingen {_setting(each['loc'])} er ikke gyldig: {each['msg']}", err=True)
            raise typer.Exit(1) from None
        except (OSError, sqlite3.OperationalError) as error:
            if isinstance(error, OSError) and error.errno not in _OF_THE_DISK:
                raise
            where = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
            reason = error.strerror if isinstance(error, OSError) else error
            _end(f"{where}{reason}. Den gældende publicering er uændret. Se efter disken og rettighederne.", 1)


def _end(text: str, status: int) -> NoReturn:
    progress.hide()
    typer.echo(f"FEJL {text}", err=True)
    raise typer.Exit(status)


def _typed(ctx: Any) -> str:
    """The command's name, and its subcommand's, without what may be an address or a name."""
    names, group = [], ctx.command
    for word in [*ctx._protected_args, *ctx.args]:
        commands = getattr(group, "commands", {})
        if word not in commands:
            break
        names.append(word)
        group = commands[word]
    return " ".join(names)


def _setting(place: tuple[int | str, ...]) -> str:
    name = str(place[0]) if place else ""
    return name if name.isupper() else f"KDI_{name.upper()}"
