"""Decides whether a run is good enough: thresholds, critical cases, drops that are not chance."""

import math
from collections.abc import Iterator, Mapping, Sequence

from eval.comparing.thresholds import Thresholds
from eval.reports.text import counted, label_of, percent
from eval.results import CaseResult, Comparison, GateResult, MetricChange, Report, rates

_MOST_NAMED = 10


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
    reasons = [
        *_failed(report, thresholds, comparison),
        *_missed(report.title, report.cases, _without_passed(thresholds)),
        *(
            missed
            for tag, least in thresholds.tags.items()
            for missed in _missed(f"{report.title}, tag {tag}", _tagged(report, tag), least)
        ),
        *_critical(report, comparison),
        *(f"{report.title}: {'; '.join(c.problems)}" for c in report.cases if c.outdated),
        *_crashed(report),
        *(_told(report.title, c) for c in _significant(comparison) if c.difference < 0),
    ]
    return GateResult(
        rule=_rule(report, thresholds),
        reasons=tuple(reasons),
        notes=(
            *_other_reader(report, thresholds),
            *_notes(comparison, strict=_strict(thresholds)),
        ),
    )


def _strict(thresholds: Thresholds) -> bool:
    return thresholds.suite.get("passed", 1.0) == 1.0


def _least(share: float, cases: int) -> int:
    """Return how many of so many cases are at least that share of them."""
    return math.ceil(share * cases - 1e-9)


def _rule(report: Report, thresholds: Thresholds) -> str:
    total = len(report.cases)
    least = _least(thresholds.suite.get("passed", 1.0), total)
    if _strict(thresholds):
        rule = "every question must be right"
    elif not least:
        rule = f"none of {total} questions has to be right"
    else:
        rule = f"at least {least} of {total} questions must be right"
    tables = (thresholds.suite, *thresholds.tags.values())
    others = sum(len(table) for table in tables) - ("passed" in thresholds.suite)
    if others:
        reach = "measure must reach its" if others == 1 else "measures must reach their"
        rule += f" and {others} {reach} lowest {'value' if others == 1 else 'values'}"
    set_here = thresholds.origin and any(tables)
    return f"{rule}, as set {thresholds.origin}" if set_here else rule


def _failed(report: Report, thresholds: Thresholds, comparison: Comparison | None) -> Iterator[str]:
    """Say that no case was asked, or that more failed than may."""
    total, failed = len(report.cases), [case.id for case in report.cases if not case.passed]
    if not total:
        yield f"{report.title}: no question was asked"
        return
    asked = counted(total, "question", "questions")
    least = _least(thresholds.suite.get("passed", 1.0), total)
    if total - len(failed) >= least:
        return
    if not _strict(thresholds):
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


def _without_passed(thresholds: Thresholds) -> Mapping[str, float]:
    """Return the suite's thresholds of what is no count of cases, which `_failed` looks after."""
    return {name: least for name, least in thresholds.suite.items() if name != "passed"}


def _tagged(report: Report, tag: str) -> tuple[CaseResult, ...]:
    return tuple(case for case in report.cases if tag in case.tags)


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


def _significant(comparison: Comparison | None) -> Iterator[MetricChange]:
    yield from (
        change for change in (comparison.metrics if comparison else ()) if change.significant
    )


def _told(suite: str, change: MetricChange) -> str:
    return (
        f"{suite}: {label_of(change.name).named} fell from {_share(change.before)} to "
        f"{_share(change.after)}, which is more than luck explains"
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


def _notes(comparison: Comparison | None, *, strict: bool) -> Iterator[str]:
    if comparison is None:
        return
    changes = [c for c in comparison.metrics if not (strict and c.name == "passed")]
    unsure = [c for c in changes if not c.significant and round(c.difference, 4)]
    surely = any(c.name == "passed" and c.difference < 0 for c in _significant(comparison))
    if unsure and not surely:
        listed = "; ".join(
            f"{label_of(c.name).named} from {percent(c.before)} to {percent(c.after)}"
            for c in unsure
        )
        yield f"may be luck, so this fails nothing: {listed}"
    for word, names in (("new", comparison.added), ("not asked", comparison.removed)):
        if names:
            asked = counted(len(names), "question is", "questions are")
            yield f"{asked} {word} since the earlier run (the baseline), compared with nothing"
