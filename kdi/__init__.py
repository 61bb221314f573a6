"""What KDI Indsigt does. It imports no Dagster, but for ``commands``, which run its jobs in process.

The data's way is the folders' way: ``ingest`` (deliveries) → ``lake`` (immutable Parquet and the delivery log) →
``building`` (what dbt makes anew, and where) → ``disclosure`` (the attacker) → ``publish`` (releases) → ``report`` and
``excel`` (what readers get). ``operations`` look after it, ``commands`` are the ``kdi`` command; ``notation`` and
``machine`` are the ground. What the numbers mean lives in ``dbt_project``; what is demanded in ``expectations``.
"""
