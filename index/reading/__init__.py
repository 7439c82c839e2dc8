"""Reading: which files to read, and what text each of them holds."""

from index.reading.find import Found, find
from index.reading.protocol import Reader
from index.reading.registry import READERS, read_bytes, read_file

__all__ = ["READERS", "Found", "Reader", "find", "read_bytes", "read_file"]
