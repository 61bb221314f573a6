"""Whole loads: real deliveries in, a published release out."""
