"""What reading one file may take; nothing here enforces it."""

from dataclasses import dataclass

MAX_BYTES = 20_000_000
"""Largest file that is read: the Bible is 4.5 MB of text, so more is data or an archive, not an
article. The slowest 20 MB tried (32 accents on every letter) took 23 seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may take in the process that reads it."""

    seconds: float = 60.0
    """Of processor time; three times as many may pass on the clock."""
    memory: int = 1 << 30
    """Bytes of address space, of which Python with its libraries takes about 100 million."""
