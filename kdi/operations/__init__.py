"""What looks after the platform: the scrub, the weekly comparison, what is late, what a backfill would take."""
