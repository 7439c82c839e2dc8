"""Reading: which files to read, and what text each of them holds."""

from index.reading.find import Found, find

__all__ = ["Found", "find"]
