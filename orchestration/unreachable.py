"""Something outside that the platform needs does not answer: told in one line, for trying again may be enough."""


class Unreachable(Exception):
    """The text says what, and what to do about it, in Danish; it holds no secret."""
