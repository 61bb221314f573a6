"""Faults on purpose: kills at every step, damaged files, full disks, deliveries in any order."""
