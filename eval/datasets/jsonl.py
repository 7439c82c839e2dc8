"""Reads JSON objects line by line, plain or gzipped; what the objects mean is the caller's."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rag import MisuseError


class DatasetError(MisuseError):
    """An evaluation file is missing or not in the form it should have; names file and line."""


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the line number, from 1, and the JSON object of every line that is not blank.

    A name that ends in `.gz` is read through gzip. An empty file yields nothing.

    Raises:
        DatasetError: the file cannot be read, or a line is not a JSON object.
    """
    for number, line in read_lines(path):
        try:
            value = json.loads(line)
        except ValueError as error:
            raise DatasetError(
                f"{path}:{number}: not valid JSON ({error}); write one object a line"
            ) from error
        if not isinstance(value, dict):
            raise DatasetError(
                f"{path}:{number}: {line[:60]!r} is no JSON object; write one a line"
            )
        yield number, value


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number, from 1, and the stripped text of every line that is not blank.

    Raises:
        DatasetError: the file cannot be opened, unzipped or decoded as UTF-8.
    """
    try:
        with open_text(path) as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line.strip()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DatasetError(f"{str(path)!r} cannot be read ({error}); check its name") from error


def open_text(path: Path) -> TextIO:
    """Open a UTF-8 text file, a byte-order mark skipped, gzipped if its name ends in `.gz`."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig")
    return path.open(encoding="utf-8-sig")


def string_field(row: dict[str, object], key: str, place: str) -> str:
    """Return the string under `key`; numbers are taken as their text.

    Raises:
        DatasetError: the key is missing or its value is neither string nor integer; the
            message begins with `place` (file and line).
    """
    value = row.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise DatasetError(f"{place}: {key!r} is {value!r}, but a string is needed; add it")
