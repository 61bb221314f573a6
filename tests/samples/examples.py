"""How many examples a property is tried on: some in an ordinary run, all of them where long tests are run too."""

import os


def of(all_of_them: int) -> int:
    """A third, and five at least."""
    return all_of_them if "KDI_EVERY_EXAMPLE" in os.environ else max(all_of_them // 3, 5)
