"""Reads and checks gold files, JSON Lines or YAML, with the line of every mistake."""

import codecs
import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from eval.metrics.answers import contains_answer
from eval.suites.cases import (
    KEYS,
    Documents,
    EvidenceError,
    GoldCase,
    GoldError,
    Suite,
    locate,
    parse_case,
    same_question,
    source_texts,
    unproven,
)
from rag import MisuseError

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
        raise _empty(path)
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


def lint(paths: Iterable[Path], documents: Documents | None = None) -> Iterator[str]:
    """Yield everything that is wrong with the files, `file:line: what` each.

    Args:
        paths: gold files.
        documents: where the evidence should be; None leaves it unchecked.

    Raises:
        GoldError: a file is empty; raised after what is wrong with the others.
    """
    empty = []
    for path in paths:
        found = list(read_cases(path))
        cases = [case for case in found if not isinstance(case, GoldError)]
        yield from (str(case) for case in found if isinstance(case, GoldError))
        yield from _asked_twice(cases)
        yield from _contradictions(cases)
        if documents is not None:
            yield from _evidence(cases, documents)
        if not found:
            empty.append(path)
    if empty:
        raise _empty(empty[0])


def unsure(paths: Iterable[Path]) -> Iterator[str]:
    """Yield a note for each case whose expected answer is in none of its quotes or has no word.

    Such a case can be right, so it is no mistake.
    """
    for path in paths:
        for case in read_cases(path):
            if isinstance(case, GoldCase):
                notes = (unproven_note(case), *_wordless(case))
                yield from (f"{case.place}: {note}" for note in notes if note)


def unproven_note(case: GoldCase) -> str:
    """Return that the expected answer is in none of the quotes, in words; empty where it is."""
    if not unproven(case.answers, case.evidence):
        return ""
    return (
        f"note: the expected answer {' or '.join(map(repr, case.answers))} is not in the quote "
        "given as proof, so one of them may be wrong: check both"
    )


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
        with open_text(path) as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line.strip()
    except (*UNREAD, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


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


def _rows(path: Path) -> Iterator[tuple[int, dict[str, object] | GoldError]]:
    if path.suffix.lower() in YAML_SUFFIXES:
        yield from _yaml_rows(path)
    else:
        yield from read_objects(path)


def _yaml_rows(path: Path) -> Iterator[tuple[int, dict[str, object] | GoldError]]:
    """Yield each case with its line, from 1; a key written twice is a mistake, as it hides one."""
    import yaml

    try:
        with open_text(path) as file:
            root = yaml.compose(file, Loader=yaml.SafeLoader)
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
        return
    if not isinstance(root, yaml.SequenceNode):
        raise DatasetError(f"{path}:1: a list of cases is needed; begin each with `- id:`")
    for node in root.value:
        row = _yaml_row(node, path)
        try:
            wrong = _unquoted(node, path)
        except RecursionError as error:
            place = f"{path}:{node.start_mark.line + 1}"
            raise DatasetError(f"{place}: {_DEEP}; name no alias inside itself") from error
        yield node.start_mark.line + 1, wrong or row


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


def _empty(path: Path) -> GoldError:
    way = "add one with `footnote gold add`, or write one JSON object a line"
    if path.suffix.lower() in YAML_SUFFIXES:
        way = "write a list of them, each begun with `- id:`"
    return GoldError(f"{str(path)!r} is empty, it holds no cases: {way}")


def _asked_twice(cases: Iterable[GoldCase]) -> Iterator[str]:
    places = dict[tuple[object, ...], str]()
    for case in cases:
        asked = (*(earlier.question for earlier in case.history), case.question)
        question = (case.scope, *map(same_question, asked))
        if question in places:
            first = places[question]
            yield f"{case.place}: the question of {case.id!r} is asked already at {first}"
        places.setdefault(question, case.place)


def _contradictions(cases: Iterable[GoldCase]) -> Iterator[str]:
    """Yield where a right answer has what must not be said, so that the case cannot be right."""
    for case in cases:
        for part in case.must_not_include:
            if any(contains_answer(answer, (part,)) for answer in case.answers):
                yield (
                    f"{case.place}: {case.id!r} must not say {part!r}, which an accepted answer "
                    "says: remove one of the two"
                )


def _wordless(case: GoldCase) -> Iterator[str]:
    """Yield a note for what is looked for in the reply and has neither a letter nor a digit."""
    parts = {"answers": case.answers, "must_include": tuple(chain(*case.must_include))}
    for key, texts in parts.items():
        for text in texts:
            if not any(map(str.isalnum, text)):
                yield (
                    f"note: {key} has {text!r}, in which there is no word: it is found only where "
                    "it stands between blanks"
                )


def _evidence(cases: Iterable[GoldCase], documents: Documents) -> Iterator[str]:
    cases = tuple(cases)
    texts = source_texts(documents, {quote.document for c in cases for quote in c.evidence})
    for case in cases:
        try:
            locate(case, texts)
        except EvidenceError as error:
            yield f"{case.place}: {error}"
