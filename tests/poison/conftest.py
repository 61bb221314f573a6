"""The small world twice: as it is, and with a poisonous row more for every value in every column of every source."""

from pipeline.conftest import at_once, folders  # noqa: F401
