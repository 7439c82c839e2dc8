"""The contract that every reader of a file format keeps; no reader lives here."""

from typing import Protocol

from index.types import Extract


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
            data: The whole file, at most `index.reading.limits.MAX_BYTES`.
            name: The file's name; the title's last resort.

        Raises:
            index.errors.ReadError: It holds no text; the message is a one-sentence reason.
        """
        ...
