"""The release in force in a PostgreSQL of its own, as KOMBIT and two municipalities see it."""
