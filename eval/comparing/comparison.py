"""Keeps a run's results as a baseline, and compares a later run case by case, metric by metric."""

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from eval.metrics.statistics import (
    difference_interval,
    holm,
    least_telling,
    mcnemar,
    paired_randomisation,
)
from eval.reports.wording import counted, probability
from eval.reports.write import write_whole
from eval.results import (
    CaseResult,
    Comparison,
    MetricChange,
    Report,
    case_from_row,
    case_to_json,
    summarise,
)
from eval.suites.files import is_shipped
from rag import Card, MisuseError
from rag.internal import read_named
from rag.types import Usage

ALPHA = 0.05
"""A drop with a p value under it is taken for real; but for that of `passed`, p values are adjusted
for the number of metrics."""
_FORMAT = 1


class BaselineError(MisuseError):
    """A baseline file is missing or not as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The results that a run is compared with."""

    suite: str
    fingerprint: Mapping[str, str]
    cases: tuple[CaseResult, ...]
    """Without evidence, passages, times and costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """Two runs, A and B, over the questions that both were asked."""

    a: Report
    b: Report
    comparison: Comparison
    """B against A, as against a baseline."""
    p_value: float
    """That as many or more turn one way by chance: McNemar's exact test of right and wrong."""
    least: int | None
    """The least difference in right answers that could be told from chance; None: none could."""
    reworded: tuple[str, ...]
    """B's ids of questions that A was asked in other words, which are not compared."""

    @property
    def verdict(self) -> str:
        """Which is better, and whether that may be chance, in words."""
        more, fewer = len(self.comparison.newly_passing), len(self.comparison.newly_failing)
        best, other = ("A", "B") if fewer > more else ("B", "A")
        told = (
            f"{max(more, fewer)} right that {other} has wrong, and {min(more, fewer)} the other way"
        )
        if not more + fewer:
            return f"No difference: both are right on the same questions. {self._unseen}"
        if self.p_value < ALPHA:
            return (
                f"{best} is better: it answers {told}, and luck alone would hardly do that (p "
                f"{probability(self.p_value)}: how likely it would be)."
            )
        return f"{best} answers {told}: that may be luck. {self._unseen}"

    @property
    def _unseen(self) -> str:
        """How small a difference could not have been seen, as a sentence."""
        count = counted(len(self.b.cases), "question", "questions")
        if self.least is None:
            return f"With {count} no difference could be told from luck: six are the fewest."
        differ = len(self.comparison.newly_passing) + len(self.comparison.newly_failing)
        of_these = f", {differ} of them right in one only," if differ >= self.least else ""
        return f"With {count}{of_these} a difference under {self.least} could not be seen."


def side_by_side(a: Baseline, b: Baseline) -> SideBySide:
    """Set two runs side by side, over the questions that both were asked, in B's order and ids.

    Raises:
        MisuseError: they have no question in common.
    """
    earlier = _matched(b.cases, a.cases)
    pairs = [(earlier[case.id], case) for case in b.cases if case.id in earlier]
    same = [(before, now) for before, now in pairs if before.question == now.question]
    if not same:
        raise MisuseError(
            f"the runs of {a.suite!r} and {b.suite!r} have no question in common: compare two of "
            "one suite"
        )
    first = _reported(a, [replace(before, id=now.id) for before, now in same])
    second = _reported(b, [now for _, now in same])
    matched = {case.id for case in earlier.values()}
    comparison = replace(
        compare(second, baseline_of(first)),
        added=tuple(case.id for case in b.cases if case.id not in earlier),
        removed=tuple(case.id for case in a.cases if case.id not in matched),
    )
    turned = len(comparison.newly_failing) + len(comparison.newly_passing)
    return SideBySide(
        a=first,
        b=second,
        comparison=comparison,
        p_value=mcnemar([one.passed for one, _ in same], [one.passed for _, one in same]),
        least=least_telling(turned, trials=len(same)),
        reworded=tuple(now.id for before, now in pairs if before.question != now.question),
    )


def compare(report: Report, baseline: Baseline) -> Comparison:
    """Compare the cases that both have; neither their order nor their ids matter.

    A case is the one that asks the same question, or the one of its id where none does.

    Metrics whose values are 0 or 1 are tested by McNemar's exact test, graded ones by paired
    randomisation. Whether cases pass is tested by itself: what else is measured must not excuse it.
    The p values of the other metrics that a case turned in are adjusted by Holm's method, so that
    many of them do not make false alarms likely.
    """
    before = _matched(report.cases, baseline.cases)
    pairs = [(before[case.id], case) for case in report.cases if case.id in before]
    asked = {case.id for case in report.cases}
    matched = {case.id for case in before.values()}
    removed = [case for case in baseline.cases if case.id not in matched]
    return Comparison(
        metrics=_changes(pairs),
        newly_failing=tuple(a.id for b, a in pairs if b.passed and not a.passed),
        newly_passing=tuple(a.id for b, a in pairs if a.passed and not b.passed),
        changed=tuple(a.id for b, a in pairs if b.passed == a.passed and _said(b) != _said(a)),
        stale=_stale(baseline.fingerprint, report.fingerprint),
        before={case.id: case for case in removed if case.id not in asked} | before,
        added=tuple(case.id for case in report.cases if case.id not in before),
        removed=tuple(case.id for case in removed),
    )


def baseline_of(report: Report) -> Baseline:
    """Return what is kept of a report."""
    return Baseline(
        suite=report.suite,
        fingerprint=report.fingerprint,
        cases=tuple(_kept(case) for case in report.cases),
    )


def baseline_beside(suite: Path, *, name: str) -> Path:
    """Return where a suite's baseline is kept: `baselines/NAME.json` beside the suite's file.

    Those of the shipped suites lie in the folder of the package.
    """
    folder = Path(__file__).parents[1] if is_shipped(suite) else suite.parent
    return folder / "baselines" / f"{name}.json"


def load_baseline(path: Path, *, suite: str | None = None) -> Baseline:
    """Read a baseline file.

    Args:
        path: the file.
        suite: name of the suite that it must be of; None takes any.

    Raises:
        BaselineError: it cannot be read, is not what `save_baseline` writes, or of another suite.
    """
    baseline = _read(path)
    if suite not in (None, baseline.suite):
        raise BaselineError(
            f"baseline {str(path)!r} is of the suite {baseline.suite!r} and not of {suite!r}: name "
            "that of this suite, or write one with `footnote eval --update-baseline`"
        )
    return baseline


def save_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline file, whole or not at all; its folder is made.

    Raises:
        OperationError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, [baseline_text(baseline)])


def baseline_text(baseline: Baseline, **more: object) -> str:
    """Return a baseline as JSON, a line each case; `more` stands in it before the cases."""
    head = {"format": _FORMAT, "suite": baseline.suite, "fingerprint": dict(baseline.fingerprint)}
    opening = json.dumps(head | more, indent=1, ensure_ascii=False).removesuffix("\n}")
    opening = opening.encode("utf-8", "replace").decode("utf-8")
    rows = ",\n".join(case_to_json(case) for case in baseline.cases)
    return f'{opening},\n "cases": [\n{rows}\n]}}\n'


def _reported(baseline: Baseline, cases: Sequence[CaseResult]) -> Report:
    return summarise(baseline.suite, cases, fingerprint=baseline.fingerprint)


def _read(path: Path) -> Baseline:
    try:
        content = json.loads(read_named(path))
        if content["format"] != _FORMAT:
            raise ValueError(f"its format is {content['format']!r}, but {_FORMAT} is needed")
        fingerprint = {str(name): str(value) for name, value in content["fingerprint"].items()}
        cases = tuple(case_from_row(row) for row in content["cases"])
        return Baseline(suite=str(content["suite"]), fingerprint=fingerprint, cases=cases)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BaselineError(
            f"baseline {str(path)!r} cannot be read ({_first_line(error)}): write it anew with "
            "`footnote eval --update-baseline`"
        ) from error


def _matched(after: Sequence[CaseResult], before: Sequence[CaseResult]) -> dict[str, CaseResult]:
    """Return the earlier result of each case that has one, by the id that the case has now."""
    found = dict[str, CaseResult]()
    taken = set[str]()
    for same in (
        lambda case: (case.id, case.question),
        lambda case: case.question,
        lambda case: case.id,
    ):
        earlier = _only((case for case in before if case.id not in taken), same)
        later = _only((case for case in after if case.id not in found), same)
        for key in later.keys() & earlier.keys():
            found[later[key].id] = earlier[key]
            taken.add(earlier[key].id)
    return found


def _only(
    cases: Iterable[CaseResult], key_of: Callable[[CaseResult], Hashable]
) -> dict[Hashable, CaseResult]:
    """Return the cases by their key, without those that share theirs with another."""
    cases = tuple(cases)
    counts = Counter(map(key_of, cases))
    return {key_of(case): case for case in cases if counts[key_of(case)] == 1}


def _changes(pairs: Sequence[tuple[CaseResult, CaseResult]]) -> tuple[MetricChange, ...]:
    values = _paired_values(pairs)
    raw = {name: _p_value(*zip(*found, strict=True)) for name, found in values.items()}
    # Where no case turned nothing can be found, so it is no test that counts (Tarone 1990).
    turned = [name for name, found in values.items() if any(b != a for b, a in found)]
    adjusted = {name: p_value for name, (p_value, _) in raw.items()}
    adjusted |= holm({name: adjusted[name] for name in turned if name != "passed"})
    return tuple(
        _change(name, found, p_value=adjusted[name], test=raw[name][1])
        for name, found in values.items()
    )


def _paired_values(
    pairs: Sequence[tuple[CaseResult, CaseResult]],
) -> dict[str, list[tuple[float, float]]]:
    """Return each metric's values before and after, of the cases that have it in both."""
    values: dict[str, list[tuple[float, float]]] = {}
    for before, after in pairs:
        earlier = _scores(before)
        for name, value in _scores(after).items():
            if name in earlier:
                values.setdefault(name, []).append((earlier[name], value))
    return values


def _scores(case: CaseResult) -> dict[str, float]:
    """Return a case's scores with the two that are not among them."""
    due = {} if case.answerable else {"abstention_recall": float(case.status == "abstained")}
    # A baseline holds four decimals.
    rounded = {name: round(value, 4) for name, value in case.scores.items()}
    return {"passed": float(case.passed), **rounded, **due}


def _p_value(before: Sequence[float], after: Sequence[float]) -> tuple[float, str]:
    if all(value in (0.0, 1.0) for value in (*before, *after)):
        return mcnemar([v == 1 for v in before], [v == 1 for v in after]), "exact McNemar"
    return paired_randomisation(before, after), "paired randomisation"


def _change(
    name: str, pairs: Sequence[tuple[float, float]], *, p_value: float, test: str
) -> MetricChange:
    before, after = [b for b, _ in pairs], [a for _, a in pairs]
    low, high = difference_interval(before, after)
    return MetricChange(
        name=name,
        before=sum(before) / len(before),
        after=sum(after) / len(after),
        p_value=p_value,
        test=test,
        low=low,
        high=high,
        significant=p_value < ALPHA,
    )


def _said(case: CaseResult) -> tuple[str, str, str, tuple[str, ...]]:
    return case.status, case.text, case.short, tuple(citation.quote for citation in case.citations)


def _stale(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        name for name in dict.fromkeys([*before, *now]) if before.get(name) != now.get(name)
    )


def _kept_card(card: Card) -> Card:
    """Return title and file name, which are the same on every machine."""
    return Card(title=card.title, source=PurePath(card.source).name)


def _kept(case: CaseResult) -> CaseResult:
    cited = tuple(
        replace(citation, passage="", card=_kept_card(citation.card)) for citation in case.citations
    )
    return replace(
        case,
        evidence=(),
        file="",
        line=None,
        sentences=(),
        citations=cited,
        retrieved=(),
        confidence=round(case.confidence, 4),
        seconds=0.0,
        usage=Usage(),
        scores={name: round(value, 4) for name, value in case.scores.items()},
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
