"""Damage done to stored files on purpose."""

from pathlib import Path


def flip_a_byte(path: Path) -> None:
    """One wrong byte in the middle of a file, whatever its permissions."""
    mode = path.stat().st_mode
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    path.chmod(mode)
