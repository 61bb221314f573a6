"""Spark on a machine that is shared: it stands still for minutes, and must not lose its workers."""

PATIENT = {"spark.network.timeout": "1800s", "spark.executor.heartbeatInterval": "60s"}
