"""All that touches what Dagster keeps to itself, one idea per module, each with a test in ``tests/dagster_internals``.

Dagster 1.13 has no public way to record many partitions at once, to mark one partition of a span as failed, to take
days without a file out of a backfill, or to make a run of the command line one of the code location's. The version
is pinned; when it is raised, only this folder and its tests need be looked at. Nothing of the domain belongs here.
"""
