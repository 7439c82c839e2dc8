"""Reads gold files, JSON Lines or YAML, with the line of every mistake."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from eval.datasets.jsonl import DatasetError, open_text, read_objects
from eval.suites.cases import GoldCase, GoldError, Suite, parse_case

if TYPE_CHECKING:
    import yaml

YAML_SUFFIXES = (".yaml", ".yml")


def load_suite(path: Path) -> Suite:
    """Read and check a gold file: YAML (a list of cases) by its suffix, else JSON Lines.

    Raises:
        GoldError: unreadable file, no case in it, invalid JSON or YAML, unknown key, wrong type,
            repeated id, an answerable case without answers, or an unanswerable one with answers
            or evidence; the first mistake, with its file and line.
    """
    cases = dict[str, GoldCase]()
    for case in read_cases(path):
        if isinstance(case, GoldError):
            raise case
        cases[case.id] = case
    if not cases:
        raise GoldError(f"{str(path)!r} holds no cases; write one JSON object a line")
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
                case = parse_case(row, place)
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


def _rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    if path.suffix.lower() in YAML_SUFFIXES:
        yield from _yaml_rows(path)
    else:
        yield from read_objects(path)


def _yaml_rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield each case with its line, from 1; a key written twice is a mistake, as it hides one."""
    import yaml

    try:
        with open_text(path) as file:
            root = yaml.compose(file, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{str(path)!r} cannot be read ({error}); check its name") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise DatasetError(f"{path}:{line}: not valid YAML ({problem})") from error
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        raise DatasetError(f"{path}:1: a list of cases is needed; begin each with `- id:`")
    for node in root.value:
        yield node.start_mark.line + 1, _yaml_row(node, path)


def _yaml_row(node: "yaml.Node", path: Path) -> dict[str, object]:
    import yaml

    place = f"{path}:{node.start_mark.line + 1}"
    if not isinstance(node, yaml.MappingNode):
        raise DatasetError(f"{place}: a case is needed; begin it with `- id:`")
    keys = [str(key.value) for key, _ in node.value]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise DatasetError(f"{place}: key {twice!r} is there twice; keep one")
    try:
        row = yaml.constructor.SafeConstructor().construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or str(error)
        raise DatasetError(f"{place}: not valid YAML ({problem})") from error
    return {str(key): value for key, value in row.items()}
