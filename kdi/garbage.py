"""Python's collector of garbage, which by its own measure spends a third of a start on modules that stay."""

import atexit
import gc


def spare() -> None:
    """Look for garbage when there is much that is new, and no more when this process ends.

    To import Great Expectations takes 2.3 instead of 3.3 CPU seconds; a process that has imported Dagster ends in 0.1
    instead of 0.9 (docs/decisions.md).
    """
    gc.set_threshold(100_000, 50, 1000)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
