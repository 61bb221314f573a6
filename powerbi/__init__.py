"""KDI i tal for Power BI, as code: a semantic model and a report, both generated.

``model.yml`` and ``report.yml`` are written by hand; ``python -m powerbi`` makes the folders of the Power BI
project from them, from dbt's manifest and from the catalogue of measures. The folders are committed, and a test makes
them anew: a mart's column cannot change without the model.
"""
