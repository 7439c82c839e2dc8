"""Decides whether a run is good enough: lowest values, read and renewed, and drops by no chance."""

import math
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from eval.datasets.formats import METRICS as BEIR_METRICS
from eval.datasets.squad import ANSWERABLE
from eval.reports.wording import counted, label_of, percent
from eval.reports.write import write_whole
from eval.results import CaseResult, Comparison, GateResult, MetricChange, Report, rates
from eval.running.suite import CITED, EVIDENCE, WORDS
from eval.suites.files import gold_files, is_shipped, suite_name
from rag import MisuseError
from rag.internal import read_named

METRICS = frozenset(("passed", "abstention_precision", "abstention_recall")).union(
    WORDS, CITED, EVIDENCE, ANSWERABLE, BEIR_METRICS
)
"""Every name that a report's rates can have."""
_ALIKE = 0.6
"""How alike two names are, 0 to 1, so that one may be the other misspelt; difflib's own measure."""
_MOST_NAMED = 10


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

    @property
    def passed(self) -> float:
        """The lowest share of cases that must pass."""
        return self.suite.get("passed", 1.0)

    def least(self, cases: int) -> int:
        """Return how many of so many cases must pass."""
        return math.ceil(self.passed * cases - 1e-9)

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
        tables = tomllib.loads(read_named(path).decode("utf-8-sig"))
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
    rest = lines[start + 1 :]
    end = next((n for n, line in enumerate(rest) if line.lstrip()[:1] == "["), len(rest))
    table = [line for line in rest[:end] if not re.match(r"\s*reader\s*=", line)]
    heading = lines[start].rstrip("\n") + "\n"
    write_whole(path, [*lines[:start], heading, f'reader = "{reader}"\n', *table, *rest[end:]])
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
    table = _checked(table, repr(suite), path)
    tags = _checked(table.pop("tags", {}), f"{suite}.tags", path)
    reader = table.pop("reader", "")
    if not isinstance(reader, str):
        raise ThresholdError(f"{str(path)!r}: {suite}.reader is {reader!r}, but text is needed")
    return Thresholds(
        suite=_metrics(suite, table, path),
        tags={tag: _metrics(f"{suite}.tags.{tag}", least, path) for tag, least in tags.items()},
        origin=f"in {path.name}",
        reader=reader,
    )


def _checked(table: object, where: str, path: Path) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise ThresholdError(f"{str(path)!r}: {where} is {table!r}, but a table is needed")
    return table


def _metrics(where: str, table: object, path: Path) -> Mapping[str, float]:
    table = _checked(table, repr(where), path)
    for name, value in table.items():
        if name not in METRICS:
            raise ThresholdError(
                f"{str(path)!r}: {where} names no metric with {name!r}; there are "
                f"{', '.join(sorted(METRICS))}"
            )
        if type(value) not in (int, float) or not 0 <= value <= 1:
            raise ThresholdError(
                f"{str(path)!r}: {where}.{name} is {value!r}, but a number from 0 to 1 is needed"
            )
    return {name: float(value) for name, value in table.items()}


def gate(
    report: Report, thresholds: Thresholds, comparison: Comparison | None = None
) -> GateResult:
    """Hold a report against its thresholds, its critical cases and its baseline.

    Every case must pass, unless the thresholds give the lowest share of `passed`. A baseline
    allows no failure, it only tells what is new. The gate fails too where another value is below
    its threshold (one equal to it passes, one that no case measures does not), where a metric
    dropped significantly, and where a critical case fails: with thresholds and a baseline only one
    that passed in it or is new. So does a case whose evidence is gone, since it measures nothing
    any more, a crash, such as a recording that lacks a reply, and a run that asked nothing. Smaller
    changes are noted and fail nothing.
    """
    moved = comparison.metrics if comparison else ()
    fallen = [change for change in moved if change.significant and change.difference < 0]
    others = {name: least for name, least in thresholds.suite.items() if name != "passed"}
    tagged = [
        (f"{report.title}, tag {tag}", tuple(c for c in report.cases if tag in c.tags), least)
        for tag, least in thresholds.tags.items()
    ]
    reasons = [
        *_failed(report, thresholds, comparison),
        *_missed(report.title, report.cases, others),
        *(missed for held in tagged for missed in _missed(*held)),
        *_critical(report, comparison),
        *(f"{report.title}: {'; '.join(c.problems)}" for c in report.cases if c.outdated),
        *_crashed(report),
        *(
            f"{report.title}: {label_of(c.name).named} fell from {_share(c.before)} to "
            f"{_share(c.after)}, which is more than luck explains"
            for c in fallen
        ),
    ]
    return GateResult(
        rule=_rule(report, thresholds),
        reasons=tuple(reasons),
        notes=(*_other_reader(report, thresholds), *_notes(comparison, fallen, thresholds)),
    )


def _rule(report: Report, thresholds: Thresholds) -> str:
    total = len(report.cases)
    least = thresholds.least(total)
    if thresholds.passed == 1.0:
        rule = "every question must be right"
    elif not least:
        rule = f"none of {total} questions has to be right"
    else:
        rule = f"at least {least} of {total} questions must be right"
    tables = (thresholds.suite, *thresholds.tags.values())
    others = sum(len(table) for table in tables) - ("passed" in thresholds.suite)
    if others:
        reach = "measure must reach its lowest value", "measures must reach their lowest values"
        rule += f" and {counted(others, *reach)}"
    set_here = thresholds.origin and any(tables)
    return f"{rule}, as set {thresholds.origin}" if set_here else rule


def _failed(report: Report, thresholds: Thresholds, comparison: Comparison | None) -> Iterator[str]:
    """Say that no case was asked, or that more failed than may."""
    total, failed = len(report.cases), [case.id for case in report.cases if not case.passed]
    if not total:
        yield f"{report.title}: no question was asked"
        return
    asked = counted(total, "question", "questions")
    least = thresholds.least(total)
    if total - len(failed) >= least:
        return
    if thresholds.passed != 1.0:
        yield f"{report.title}: {total - len(failed)} of {asked} right, but {least} must be"
        return
    yield f"{report.title}: {len(failed)} of {asked} went wrong: {_listed(failed)}"
    newly = comparison.newly_failing if comparison else ()
    if newly:
        yield (
            f"{report.title}: {_were(newly)} right in the earlier run (the baseline): "
            f"{_listed(newly)}"
        )
    before = comparison.before if comparison else {}
    known = [name for name in failed if name in before and not before[name].passed]
    if known:
        count = "It counts" if len(known) == 1 else "They count"
        yield (
            f"{report.title}: {_were(known)} wrong in the earlier run too: {_listed(known)}. "
            f"{count} all the same, because every question must be right. If some may be wrong, "
            f"say so in thresholds.toml beside the suite: a line [{report.suite}] and below it "
            "passed = 0.9 ask for nine of ten"
        )


def _were(names: Sequence[str]) -> str:
    return f"{len(names)} of these {'was' if len(names) == 1 else 'were'}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _missed(
    name: str, cases: tuple[CaseResult, ...], thresholds: Mapping[str, float]
) -> Iterator[str]:
    found = {rate.name: rate for rate in rates(cases)} if thresholds else {}
    for metric, least in thresholds.items():
        if metric not in found or not found[metric].n:
            yield f"{name}: {label_of(metric).named} was not measured; no question asks for it"
        elif found[metric].value < least:
            shares = f"{_share(found[metric].value)}, below {_share(least)}"
            yield f"{name}: {label_of(metric).named} is {shares}"


def _critical(report: Report, comparison: Comparison | None) -> Iterator[str]:
    for case in report.failures:
        before = comparison.before.get(case.id) if comparison else None
        if case.critical and not case.outdated and (before is None or before.passed):
            was = ", was right in the earlier run" if before else ""
            why = "; ".join(case.problems)
            yield f"{report.title}: the critical question {case.id} is wrong{was}: {why}"


def _crashed(report: Report) -> Iterator[str]:
    crashed = [case for case in report.cases if case.error]
    if crashed:
        yield (
            f"{report.title}: {len(crashed)} of {len(report.cases)} questions ended in an "
            f"error of the program; the first, {crashed[0].id}: {crashed[0].error}"
        )


def _share(value: float) -> str:
    """Return a share in per cent, so exactly that it differs from the threshold it misses."""
    return f"{round(100 * value, 2):g} %"


def _other_reader(report: Report, thresholds: Thresholds) -> Iterator[str]:
    """Say that the thresholds were measured with another trained model than this run.

    Of a baseline `Comparison.stale` says so.
    """
    now, then = report.fingerprint.get("reader", ""), thresholds.reader
    if now and then and now != then:
        yield (
            f"the thresholds {thresholds.origin} were measured with another trained model "
            f"({then[:12]}, now {now[:12]}), so what changed may come from that; "
            "`footnote eval --update-baseline` renews them"
        )


def _notes(
    comparison: Comparison | None, fallen: Sequence[MetricChange], thresholds: Thresholds
) -> Iterator[str]:
    if comparison is None:
        return
    strict = thresholds.passed == 1.0
    changes = [c for c in comparison.metrics if not (strict and c.name == "passed")]
    unsure = [c for c in changes if not c.significant and round(c.difference, 4)]
    if unsure and not any(c.name == "passed" for c in fallen):
        listed = "; ".join(
            f"{label_of(c.name).named} from {percent(c.before)} to {percent(c.after)}"
            for c in unsure
        )
        yield f"may be luck, so this fails nothing: {listed}"
    for word, names in (("new", comparison.added), ("not asked", comparison.removed)):
        if names:
            asked = counted(len(names), "question is", "questions are")
            yield f"{asked} {word} since the earlier run (the baseline), compared with nothing"
