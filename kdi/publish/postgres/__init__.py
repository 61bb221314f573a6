"""Publication to PostgreSQL: the same tables as in a release, to each reader its own rows.

Every file of a release becomes one table in ``kdi_lager``, named after the file's content, which is never
changed (``store.py``). ``marts`` and ``kpi`` hold a view on each, made anew for every release and switched by
renaming the schemas in one transaction (``switch.py``), which takes no lock that a reader holds. Unchanged
months are thus not written again, a reader in a query keeps its data, a killed publication leaves nothing, and
a repeated one writes only what is missing. A rollback is the publication of an earlier release.

Who sees what is decided in ``publish/adgang.yml`` and kept by a function per table (``protection.py``).
"""
