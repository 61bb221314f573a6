"""Who sees what in PostgreSQL, over real connections; the outcome is written in docs/privacy.md."""
