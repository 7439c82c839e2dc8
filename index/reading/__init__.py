"""Reading: which files to read, and what text each of them holds."""

from index.reading.files import Parsed, Skipped, file_bytes, read_content, read_file
from index.reading.metadata import name_title
from index.reading.normal import normalise, one_line
from index.reading.protocol import Limits, Reader
from index.reading.registry import READERS, read_bytes
from index.reading.sandbox import stop_reading

__all__ = [
    "READERS",
    "Limits",
    "Parsed",
    "Reader",
    "Skipped",
    "file_bytes",
    "name_title",
    "normalise",
    "one_line",
    "read_bytes",
    "read_content",
    "read_file",
    "stop_reading",
]
