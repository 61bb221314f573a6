"""What a run of dbt on DuckDB is told by its environment and not by its profile: how much memory it may use.

dbt takes a profile with another limit for another one and parses the whole project anew, a third of a small build.
"""

import os
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):  # the name under which dbt-duckdb looks for it
    """Sets DuckDB's memory limit to what KDI_MEMORY_LIMIT says; without it, DuckDB's own holds."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Add the limit to what DuckDB is opened with."""
        if limit := os.environ.get("KDI_MEMORY_LIMIT"):
            config["memory_limit"] = limit
