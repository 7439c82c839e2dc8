"""The contract that every reader of a file format keeps, and what one file may take.

No reader lives here, and nothing here enforces the limits.
"""

from dataclasses import dataclass
from typing import Protocol

from index.types import Extract

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


class Reader(Protocol):
    r"""Turns the bytes of one file into text that can be quoted.

    The text it returns is what a person sees: no markup, no hidden text, NFC-normalised,
    with `\n` line ends (`index.reading.normal.normalise` and `index.reading.layout` do that).
    """

    @property
    def media_types(self) -> tuple[str, ...]:
        """Media types, as `index.reading.sniff.media_type` names them, that it reads."""
        ...

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read one file.

        Args:
            data: The whole file, at most `MAX_BYTES`.
            name: The file's name; the title's last resort.

        Raises:
            index.errors.ReadError: It holds no text; the message is a one-sentence reason.
        """
        ...
