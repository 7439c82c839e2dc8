"""Reads and checks gold files, JSON Lines or YAML, with the line of every mistake."""

import codecs
import errno
import gzip
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from eval.suites.cases import (
    KEYS,
    GoldCase,
    GoldError,
    Suite,
    parse_case,
)
from rag import MisuseError
from rag.internal import open_named

if TYPE_CHECKING:
    import yaml


_NOT_BUILT = (
    *(ArithmeticError, AttributeError, LookupError),
    *(RecursionError, TypeError, ValueError),
)
"""What PyYAML raises of a value that is not what its tag says, as of `!!timestamp soon`."""
YAML_SUFFIXES = (".yaml", ".yml")
_TEXTS = KEYS - {"answerable", "critical"} | {"document", "quote", "text"}
"""Keys that hold texts, or lists of them."""
_NO_TEXT = {
    "bool": "a truth value",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
    "null": "nothing",
}
"""What YAML reads in place of a text, by its tag."""


UNREAD = (OSError, EOFError, zlib.error)
"""What a file raises that cannot be opened or unzipped."""
_LONGEST = 16_000_000
"""Characters of a line; of SQuAD's questions and BEIR's articles none has a hundredth."""
_LARGEST = 128_000_000
"""Characters of a file that is read as a whole; SQuAD has 42 million."""
_MOST_NODES = 100_000
"""Values of one case in YAML."""
_DEEP = "it is nested too deeply to be read"


class _TwiceError(Exception):
    """A key is in one object twice."""

    def __init__(self, key: str) -> None:
        super().__init__(f"key {key!r} is there twice; keep one")


class DatasetError(MisuseError):
    """An evaluation file is missing or not in the form it should have; names file and line."""


def shipped_suite() -> Path:
    """Return the file of the shipped gold questions, which are about the shipped article."""
    return Path(__file__).parents[1] / "gold" / "japan_us_defense.jsonl"


def is_shipped(suite: Path) -> bool:
    """Tell whether a gold file lies among those of the package."""
    return Path(os.path.realpath(suite)).parent == shipped_suite().resolve().parent


def gold_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that are gold files by their names, sorted."""
    suffixes = (".jsonl", ".jsonl.gz", *YAML_SUFFIXES)
    return tuple(sorted(path for path in folder.iterdir() if path.name.endswith(suffixes)))


def load_suite(path: Path) -> Suite:
    """Read and check a gold file: YAML (a list of cases) by its suffix, else JSON Lines.

    Raises:
        GoldError: unreadable file, no case in it, invalid JSON or YAML, unknown key, wrong type,
            repeated key or id, an answerable case without answers, or an unanswerable one with
            answers, evidence or `must_include`; the first mistake, with its file and line.
    """
    cases = dict[str, GoldCase]()
    for case in read_cases(path):
        if isinstance(case, GoldError):
            raise case
        cases[case.id] = case
    if not cases:
        raise empty_file(path)
    return Suite(name=suite_name(path), cases=(*cases.values(),))


def suite_name(path: Path) -> str:
    """Return the file's name without its suffix."""
    name = path.name.removesuffix(".gz")
    for suffix in (".jsonl", *YAML_SUFFIXES):
        name = name.removesuffix(suffix)
    return name


def read_cases(path: Path) -> Iterator[GoldCase | GoldError]:
    """Yield every case of a gold file, or in its place what is wrong with it.

    A file that cannot be read or parsed ends with its error.
    """
    places = dict[str, str]()
    try:
        for number, row in _rows(path):
            place = f"{path}:{number}"
            try:
                if isinstance(row, GoldError):
                    raise row
                case = parse_case(row, place, line=number)
            except GoldError as error:
                yield error
                continue
            if case.id in places:
                yield GoldError(
                    f"{place}: id {case.id!r} is used already at {places[case.id]}; give each case "
                    "its own"
                )
                continue
            places[case.id] = place
            yield case
    except DatasetError as error:
        yield GoldError(str(error))


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield the line number, from 1, and the JSON object of every line that is not blank.

    A name that ends in `.gz` is read through gzip. An empty file yields nothing.

    Raises:
        DatasetError: the file cannot be read, or a line is not a JSON object.
    """
    for number, line in read_lines(path):
        try:
            value = json.loads(line, object_pairs_hook=_keys_once)
        except _TwiceError as error:
            raise DatasetError(f"{path}:{number}: {error}") from error
        except RecursionError as error:
            raise DatasetError(f"{path}:{number}: {_DEEP}; write one object a line") from error
        except ValueError as error:
            raise DatasetError(
                f"{path}:{number}: not valid JSON ({error}); write one object a line"
            ) from error
        if not isinstance(value, dict):
            raise DatasetError(
                f"{path}:{number}: {line[:60]!r} is no JSON object; write one a line"
            )
        yield number, value


def _keys_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of its parts; a key written twice is a mistake, as it hides one value."""
    made = dict[str, object]()
    for key, value in pairs:
        if key in made:
            raise _TwiceError(key)
        made[key] = value
    return made


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number, from 1, and the stripped text of every line that is not blank.

    Raises:
        DatasetError: the file cannot be opened, unzipped or decoded as UTF-8.
    """
    try:
        with _text(path) as lines:
            for number, line in enumerate(iter(lambda: lines.readline(_LONGEST), ""), start=1):
                if len(line) == _LONGEST:
                    raise DatasetError(f"{path}:{number}: the line is longer than any case is")
                if line.strip():
                    yield number, line.strip()
    except (*UNREAD, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def read_text(path: Path) -> str:
    """Return a UTF-8 text file as a whole, opened as `_text` does."""
    with _text(path) as file:
        text = file.read(_LARGEST + 1)
    if len(text) > _LARGEST:
        raise OSError(errno.EFBIG, f"it has more than {_LARGEST:,} characters")
    return text


@contextmanager
def _text(path: Path) -> Iterator[TextIO]:
    """Open a UTF-8 text file, a byte-order mark skipped, gzipped if its name ends in `.gz`."""
    with open_named(path, largest=None) as file:
        unpacked = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
        yield TextIOWrapper(unpacked, encoding="utf-8-sig")


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


def _rows(path: Path) -> Iterator[tuple[int, dict[str, object] | GoldError]]:
    if path.suffix.lower() in YAML_SUFFIXES:
        yield from _yaml_rows(path)
    else:
        yield from read_objects(path)


def _yaml_rows(path: Path) -> Iterator[tuple[int, dict[str, object] | GoldError]]:
    """Yield each case with its line, from 1; a key written twice is a mistake, as it hides one."""
    for node in _yaml_nodes(path):
        place = f"{path}:{node.start_mark.line + 1}"
        if _unfolded(node, {}) > _MOST_NODES:
            raise DatasetError(f"{place}: its aliases unfold to too much; write each value out")
        row = _yaml_row(node, path)
        try:
            wrong = _unquoted(node, path)
        except RecursionError as error:
            raise DatasetError(f"{place}: {_DEEP}; name no alias inside itself") from error
        yield node.start_mark.line + 1, wrong or row


def _yaml_nodes(path: Path) -> "list[yaml.Node]":
    import yaml

    try:
        root = yaml.compose(read_text(path), Loader=yaml.SafeLoader)
    except (*UNREAD, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise DatasetError(f"{path}:{line}: not valid YAML ({problem})") from error
    except RecursionError as error:
        raise DatasetError(f"{path}:1: {_DEEP}; write a list of cases") from error
    if root is None:
        return []
    if not isinstance(root, yaml.SequenceNode):
        raise DatasetError(f"{path}:1: a list of cases is needed; begin each with `- id:`")
    return list(root.value)


def _unfolded(node: "yaml.Node", known: dict[int, int]) -> int:
    """Return of how many values a value is made, each counted as often as an alias names it.

    Args:
        node: The value; inside itself it counts for nothing.
        known: What was counted already, by the node's identity.
    """
    if id(node) not in known:
        known[id(node)] = 0  # until it is counted
        inner = node.value if isinstance(node.value, list) else ()
        parts = chain.from_iterable(part if isinstance(part, tuple) else (part,) for part in inner)
        known[id(node)] = 1 + sum(_unfolded(part, known) for part in parts)
    return known[id(node)]


def _yaml_row(node: "yaml.Node", path: Path) -> dict[str, object]:
    import yaml

    place = f"{path}:{node.start_mark.line + 1}"
    if not isinstance(node, yaml.MappingNode):
        raise DatasetError(f"{place}: a case is needed; begin it with `- id:`")
    try:
        row = yaml.constructor.SafeConstructor().construct_document(node)
    except (yaml.YAMLError, *_NOT_BUILT) as error:
        reason = str(error) if isinstance(error, ValueError) else "a value is not what its tag says"
        problem = getattr(error, "problem", None) or reason
        raise DatasetError(f"{place}: not valid YAML ({problem})") from error
    return {str(key): value for key, value in row.items()}


def _unquoted(node: "yaml.Node", path: Path, key: str = "") -> GoldError | None:
    """Return the first key written twice or text that YAML does not take for one, as `No`."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        parts = [(str(name.value), value) for name, value in node.value]
        try:
            _keys_once(parts)
        except _TwiceError as error:
            return GoldError(f"{path}:{node.start_mark.line + 1}: {error}")
    elif isinstance(node, yaml.SequenceNode):
        parts = [(key, value) for value in node.value]
    else:
        kind = _NO_TEXT.get(node.tag.rpartition(":")[2])
        if kind is None or not node.value:
            return None
        return GoldError(
            f"{path}:{node.start_mark.line + 1}: {key!r} has {node.value}, which YAML reads as "
            f'{kind}: put it in quotes, "{node.value}"'
        )
    found = (_unquoted(value, path, name) for name, value in parts if name in _TEXTS)
    return next((error for error in found if error), None)


def _unreadable(path: Path, error: Exception) -> DatasetError:
    if isinstance(error, UnicodeDecodeError):
        marked = error.object[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        kind = "UTF-16, as PowerShell's `>` writes it" if marked else "not UTF-8"
        return DatasetError(
            f"{str(path)!r} is {kind}: save it as UTF-8, in an editor or in PowerShell with "
            f"`Get-Content {path.name} | Set-Content -Encoding utf8 new-{path.name}`"
        )
    reason = (isinstance(error, OSError) and error.strerror) or error
    return DatasetError(f"{str(path)!r} cannot be read ({reason}); check its name")


def empty_file(path: Path) -> GoldError:
    """Return that a gold file has no case, and how to write one."""
    way = "add one with `footnote gold add`, or write one JSON object a line"
    if path.suffix.lower() in YAML_SUFFIXES:
        way = "write a list of them, each begun with `- id:`"
    return GoldError(f"{str(path)!r} is empty, it holds no cases: {way}")
