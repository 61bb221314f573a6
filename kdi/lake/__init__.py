"""The lake: accepted deliveries as immutable Parquet, and the log of every delivery's fate.

The lake is the truth. Every DuckDB file further on can be thrown away and rebuilt from it.
"""
