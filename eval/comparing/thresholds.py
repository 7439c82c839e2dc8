"""The lowest values that a suite may have: read from TOML, found for a suite, and renewed."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from eval.datasets.beir import METRICS as BEIR_METRICS
from eval.datasets.squad import ANSWERABLE
from eval.reports.write import write_whole
from eval.running.suite import CITED, EVIDENCE, WORDS
from eval.suites.files import gold_files, is_shipped, suite_name
from rag import MisuseError

METRICS = frozenset(
    {
        "passed",
        "abstention_precision",
        "abstention_recall",
        *WORDS,
        *CITED,
        *EVIDENCE,
        *ANSWERABLE,
        *BEIR_METRICS,
    }
)
"""Every name that a report's rates can have."""
_ALIKE = 0.6
"""How alike two names are, 0 to 1, so that one may be the other misspelt; difflib's own measure."""


class ThresholdError(MisuseError):
    """The thresholds file is not as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The lowest values allowed, 0 to 1, by metric: of the suite, and of the cases of a tag.

    Without `passed` among the suite's, every case must pass.
    """

    suite: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    origin: str = ""
    """Where they were set, as the end of a sentence: `in thresholds.toml`, `by --fail-under`."""
    reader: str = ""
    """SHA-256 of the trained model that they were measured with; empty where that is not said."""

    def failing_under(self, share: float) -> "Thresholds":
        """Return these with the lowest share of passed cases that `--fail-under` names."""
        others = bool(self.suite.keys() - {"passed"} or any(self.tags.values()))
        origin = "by --fail-under"
        if "passed" in self.suite:
            origin += f" ({self.origin.removeprefix('in ')} asks {self.suite['passed']:g})"
        return replace(
            self,
            suite={**self.suite, "passed": share},
            origin=f"{origin} and {self.origin}" if others and self.origin else origin,
            reader=self.reader if others else "",
        )


def shipped_thresholds() -> Path:
    """Return the file of the thresholds of the shipped suites."""
    return Path(__file__).parents[1] / "thresholds.toml"


def thresholds_beside(suite: Path) -> Path | None:
    """Return the file that holds a suite's thresholds where none is named; None without one.

    It is `thresholds.toml` in the folder of the suite's file; that of the shipped ones lies in the
    package.
    """
    if is_shipped(suite):
        return shipped_thresholds()
    path = suite.parent / "thresholds.toml"
    return path if path.exists() else None


def thresholds_of(suite: Path) -> Thresholds:
    """Return the thresholds of a suite's file that stand beside it; none where there are none.

    Raises:
        ThresholdError: the file is not as it should be, or seems to misspell the suite.
    """
    path = thresholds_beside(suite)
    name = suite_name(suite)
    return thresholds_in(path, [name]).get(name, Thresholds()) if path else Thresholds()


def thresholds_in(
    path: Path, suites: Collection[str], *, needed: bool = False
) -> dict[str, Thresholds]:
    """Read the thresholds of these suites; those that have no table there are left out.

    Args:
        path: a TOML file.
        suites: names of what is run.
        needed: whether the file was named for them, so that it must have a table of one.

    Raises:
        ThresholdError: the file is not as `load_thresholds` wants it, has no table though one is
            needed, or has one whose name is like that of a suite without a table and no suite's.
    """
    tables = load_thresholds(path)
    found = {name: table for name, table in tables.items() if name in suites}
    known = {suite_name(one) for one in gold_files(path.parent)}
    others = [name for name in tables if name not in suites and name not in known]
    lacking = [name for name in suites if name not in tables]
    at_least = 0.0 if needed and not found else _ALIKE
    for name in lacking:
        near = get_close_matches(name, others, n=1, cutoff=at_least)
        if near:
            raise ThresholdError(
                f"{str(path)!r} has no thresholds of {name!r}; its table {near[0]!r} is the "
                f"nearest: if that is meant, call it {name!r}"
            )
    if needed and not found:
        raise ThresholdError(
            f"{str(path)!r} has no thresholds of {' or '.join(map(repr, lacking))}: add a table "
            "with that name"
        )
    return found


def check_tags(thresholds: Thresholds, suite: str, tags: Collection[str]) -> None:
    """Make sure that the suite has cases of every tag that the thresholds name.

    Raises:
        ThresholdError: it has none of one, so that nothing could be measured.
    """
    for tag in thresholds.tags:
        if tag not in tags:
            there = f"its tags are {', '.join(sorted(tags))}" if tags else "it has no tags"
            raise ThresholdError(
                f"the table [{suite}.tags.{tag}] {thresholds.origin} names a tag that no case of "
                f"{suite!r} has; {there}: mend its name, or take the table out"
            )


def load_thresholds(path: Path) -> dict[str, Thresholds]:
    """Read the thresholds of every suite: a TOML table per suite, a number per metric.

    A table `SUITE.tags.TAG` holds those of a tag's cases. `reader` names the trained model that
    they were measured with.

    Raises:
        ThresholdError: the file cannot be read, is no TOML, or holds anything but numbers
            from 0 to 1 under the names of metrics.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ThresholdError(f"thresholds {str(path)!r} cannot be read ({error})") from error
    return {suite: _thresholds(suite, table, path) for suite, table in tables.items()}


def renew_thresholds(path: Path, suite: str, reader: str) -> bool:
    """Write into a suite's table that it was measured with this trained model.

    All else stays as it is written. Returns whether the file has such a table, under a heading of
    its own.

    Raises:
        OperationError: it cannot be written.
    """
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if _heading(line) == suite), None)
    if start is None:
        return False
    end = next(
        (n for n in range(start + 1, len(lines)) if lines[n].lstrip()[:1] == "["), len(lines)
    )
    table = [line for line in lines[start + 1 : end] if not re.match(r"\s*reader\s*=", line)]
    heading = lines[start].rstrip("\n") + "\n"
    write_whole(path, [*lines[:start], heading, f'reader = "{reader}"\n', *table, *lines[end:]])
    return True


def _heading(line: str) -> str:
    """Return the name of the suite whose table a line begins; empty for any other line."""
    if line.lstrip()[:1] != "[":
        return ""
    try:
        names = list(tomllib.loads(line).items())
    except tomllib.TOMLDecodeError:
        return ""
    return names[0][0] if names and names[0][1] == {} else ""


def _thresholds(suite: str, table: object, path: Path) -> Thresholds:
    if not isinstance(table, dict):
        raise ThresholdError(f"{str(path)!r}: {suite!r} is {table!r}, but a table is needed")
    tags, reader = table.pop("tags", {}), table.pop("reader", "")
    if not isinstance(tags, dict):
        raise ThresholdError(f"{str(path)!r}: {suite}.tags is {tags!r}, but a table is needed")
    if not isinstance(reader, str):
        raise ThresholdError(f"{str(path)!r}: {suite}.reader is {reader!r}, but text is needed")
    return Thresholds(
        suite=_metrics(suite, table, path),
        tags={tag: _metrics(f"{suite}.tags.{tag}", least, path) for tag, least in tags.items()},
        origin=f"in {path.name}",
        reader=reader,
    )


def _metrics(where: str, table: object, path: Path) -> Mapping[str, float]:
    if not isinstance(table, dict):
        raise ThresholdError(f"{str(path)!r}: {where!r} is {table!r}, but a table is needed")
    for name, value in table.items():
        if name not in METRICS:
            raise ThresholdError(
                f"{str(path)!r}: {where} names no metric with {name!r}; there are "
                f"{', '.join(sorted(METRICS))}"
            )
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= 1:
            raise ThresholdError(
                f"{str(path)!r}: {where}.{name} is {value!r}, but a number from 0 to 1 is needed"
            )
    return {name: float(value) for name, value in table.items()}
