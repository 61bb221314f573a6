"""What keeps the platform running and seen: alerts, freshness, retention, logs, dead runs.

Everything here looks at what the other folders did; none of them depends on it.
"""
