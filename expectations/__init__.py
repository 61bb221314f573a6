"""What is demanded of data: delivery profiles, Great Expectations suites, and their judge.

``profiles/`` says how each source writes its files, ``suites/`` what every delivery and every
publication must fulfil. Both are data; :mod:`expectations.suites` reads the latter cheaply (so
that Dagster can list the checks), :mod:`expectations.judge` runs them with Great Expectations.
"""
