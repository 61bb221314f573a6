"""Whether stored files still are what was written: hashes checked before use, and a scrub of everything."""
