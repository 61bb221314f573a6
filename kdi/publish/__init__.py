"""Releases: what consumers read, and the one switch between them."""
