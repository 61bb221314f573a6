"""What an installation consists of. Made where a command, an asset or a sensor begins, which hands its parts down."""

from functools import cached_property

from kdi.lake.store import Lake
from kdi.lake.verbs import Decisions
from kdi.settings import Settings, get_settings


class Installation:
    """The parts that settings make."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def lake(self) -> Lake:
        return Lake.of(self.settings)

    @property
    def decisions(self) -> Decisions:
        return Decisions(self.lake, self.settings.quarantine)


def here() -> Installation:
    """The installation that this process works on."""
    return Installation(get_settings())
