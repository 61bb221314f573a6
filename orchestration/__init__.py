"""KDI Indsigt: the Dagster code location.

The data's way is the folders' way: ``ingest`` (deliveries) → ``lake`` (immutable Parquet and the
delivery log) → ``build`` (what dbt must rebuild, and where) → ``publish`` (releases). ``assets``,
``checks`` and ``automation`` show that way to Dagster; ``cli`` is the ``kdi`` command.
What the numbers mean lives in ``dbt_project``; what is demanded of data in ``expectations``.
"""
