"""How seldom Python looks for garbage: at a start it would find modules, which stay."""

import atexit
import gc


def spare() -> None:
    """Look for garbage when there is much that is new, and no more when this process ends (docs/decisions.md)."""
    gc.set_threshold(100_000, 20, 20)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
