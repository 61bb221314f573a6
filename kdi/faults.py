"""Faults that end a command with one sentence and no traceback: their text says what, where and what to do, in Danish.

None of them holds a secret, and each leaves everything as it was.
"""


class Fault(Exception):
    """Something is not as it must be; ``status`` is the exit status that a command ends with."""

    status = 1


class Unreachable(Fault):
    """Something outside that the platform needs does not answer; to try again later may be enough."""


class Misused(Fault):
    """What was typed names something that does not exist, or no period."""

    status = 2
