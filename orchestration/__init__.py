"""KDI Indsigt's Dagster code location, and nothing else: what is done lies in ``kdi``.

``assets`` has a module per step of the data's way, ``jobs``, ``sensors`` and ``schedules`` what runs when,
``operations`` who is told of what went wrong; ``dagster_internals`` all that touches what Dagster keeps to itself.
"""
