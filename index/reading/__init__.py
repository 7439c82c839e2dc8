"""Reading: which files to read, and what text each of them holds."""

from index.reading.find import Found, find, folders
from index.reading.normal import normalise, one_line
from index.reading.protocol import Reader
from index.reading.registry import READERS, file_bytes, read_bytes, read_file
from index.reading.titles import name_title

__all__ = [
    "READERS",
    "Found",
    "Reader",
    "file_bytes",
    "find",
    "folders",
    "name_title",
    "normalise",
    "one_line",
    "read_bytes",
    "read_file",
]
