"""What a run found: results of cases, as lines of JSON too, their rates, comparison and gate."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING

from eval.metrics.answers import DocumentSpan, Outcome, abstention, area_under, risk_coverage
from eval.metrics.statistics import mean_interval, percentile, wilson_interval
from eval.suites.cases import Quote, unproven
from rag import AnswerSentence, Card
from rag.types import PromptDigest, Usage

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedQuote:
    """What a case's answer cited, in the order of its numbers, with the passage around it."""

    span: DocumentSpan
    card: Card
    """Of the document."""
    quote: str
    passage: str
    """The text of the passage that holds the quote; empty where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievedPassage:
    """A passage that was retrieved for a case."""

    rank: int
    """From 1."""
    card: Card
    """Of the document."""
    text: str
    score: float
    relevant: bool
    """Whether it holds evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One question, what was expected, what came, and how it scored."""

    id: str
    question: str
    answerable: bool
    critical: bool = False
    tags: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    """Accepted answers or relevant document ids; empty where abstaining is right."""
    must_include: tuple[tuple[str, ...], ...] = ()
    """What must all be in the answer besides, each item as its wordings."""
    evidence: tuple[Quote, ...] = ()
    """What a right answer rests on."""
    file: str = ""
    """The gold file as it was named; empty where the case is from none."""
    line: int | None = None
    """Of that file, from 1, on which the case begins; None where it has no lines."""
    status: Outcome
    reason: str = ""
    """Reason code of an abstention; empty otherwise."""
    text: str = ""
    """The answer without its `[n]` marks; empty when there is none."""
    short: str = ""
    """`Answer.short`; empty where it has none."""
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[CitedQuote, ...] = ()
    retrieved: tuple[RetrievedPassage, ...] = ()
    problems: tuple[str, ...] = ()
    """Why the case failed, in words; empty when it passed."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Metric name to value, 0 to 1, for the metrics that apply to this case: the same whether
    it answered, abstained or crashed, so that no failure leaves a denominator."""
    confidence: float = 0.0
    seconds: float = 0.0
    error: str = ""
    """Class and message of what a crash raised; empty otherwise."""
    outdated: bool = False
    """Whether its evidence is not in the documents once, so that it was not asked."""
    model: str = ""
    prompts: tuple[PromptDigest, ...] = ()
    usage: Usage = field(default_factory=Usage)
    searched: str = ""
    scope: str = ""
    """Which articles it was asked of, in words; empty for all."""
    fallback: str = ""
    judged: str = ""
    """A judging model's advice: `right`, `wrong` or `unclear`, then why; empty without a judge."""

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong with it."""
        return not self.problems

    @property
    def crashed(self) -> bool:
        """Whether asking ended in an error; one whose evidence is outdated was never asked."""
        return self.status == "crashed" and not self.outdated

    @property
    def unproven(self) -> bool:
        """Whether no expected answer is in a quote that is given as proof of it."""
        return unproven(self.expected, self.evidence)

    @property
    def place(self) -> str:
        """The gold file's name and the line, in words; empty where it is from none."""
        line = f" line {self.line}" if self.line else ""
        return f"{PurePath(self.file).name}{line}" if self.file else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A metric over the cases to which it applies, with its 95 % interval.

    The interval is Wilson's where every value is 0 or 1, else the bootstrap's.
    """

    name: str
    value: float
    low: float
    high: float
    n: int
    """The denominator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The results of one suite or set."""

    suite: str
    cases: tuple[CaseResult, ...]
    rates: tuple[Rate, ...]
    tag_rates: tuple[Rate, ...] = ()
    """The share of passed cases of each tag, named as the tag."""
    risk_coverage: tuple[tuple[float, float], ...] = ()
    """(coverage, risk) points, the surest answers first."""
    aurc: float | None = None
    """Area under that curve; None where there is none."""
    p50_seconds: float = 0.0
    p95_seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    fingerprint: Mapping[str, str] = field(default_factory=dict)
    """Name and value of what the results depend on: version, model, settings, digests."""

    @property
    def title(self) -> str:
        """What the suite is called where it is read: its file's name, if it is from one."""
        files = (PurePath(case.file).name for case in self.cases if case.file)
        return next(files, self.suite)

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """The cases that failed: critical ones first, then in suite order."""
        return tuple(
            sorted((case for case in self.cases if not case.passed), key=lambda c: not c.critical)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricChange:
    """A metric against the baseline, over the cases that both have."""

    name: str
    before: float
    after: float
    p_value: float
    test: str
    low: float
    high: float
    """The 95 % interval of the difference."""
    significant: bool

    @property
    def difference(self) -> float:
        """After less before: below 0 is worse."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A run against its baseline."""

    metrics: tuple[MetricChange, ...]
    newly_failing: tuple[str, ...] = ()
    newly_passing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Ids of cases whose answer or citations differ though they pass or fail as before."""
    stale: tuple[str, ...] = ()
    """Names of what differs between the two fingerprints."""
    before: Mapping[str, CaseResult] = field(default_factory=dict)
    """The baseline's cases, each by the id that it has in this run, or had."""
    added: tuple[str, ...] = ()
    """Ids of cases that the baseline lacks; like `removed`, they are compared with nothing."""
    removed: tuple[str, ...] = ()
    """Ids of the baseline's cases that were not asked in this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """Whether a run passes, what was asked of it, and each reason why not as one sentence."""

    rule: str = "every question must be right"
    """What was asked, in words: `at least 85 of 104 questions must be right, as set in t.toml`."""
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader should know and what fails nothing, a sentence each."""

    @property
    def passed(self) -> bool:
        """Whether nothing was missed."""
        return not self.reasons


def case_to_json(case: CaseResult) -> str:
    """Return a result as one line of JSON; fields at their defaults are left out.

    What UTF-8 cannot hold, a lone surrogate, becomes a question mark.
    """
    kept = {field.name for field in fields(case)} - _defaults(case)
    row = {name: value for name, value in asdict(case).items() if name in kept}
    for shown in (*row.get("citations", ()), *row.get("retrieved", ())):
        shown["card"] = {name: value for name, value in shown["card"].items() if value}
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def case_from_row(row: object) -> CaseResult:
    """Return the result of which `row` is the JSON, parsed.

    Raises:
        ValueError: it is none.
    """
    return _adapter().validate_python(_renewed(row))


def summarise(
    suite: str, cases: Sequence[CaseResult], *, fingerprint: Mapping[str, str] | None = None
) -> Report:
    """Take the rate of every metric, in the order in which the cases first name them.

    Adds `passed`, and, where there are unanswerable cases, `abstention_precision` and
    `abstention_recall`. No cases give a report without rates.

    Args:
        suite: name of the suite.
        cases: their results, each in every denominator that applies to it.
        fingerprint: what the results depend on; the models and prompts that the results name
            are added to it.
    """
    curve = risk_coverage((case.confidence, _wrong(case)) for case in cases)
    seconds = [case.seconds for case in cases]
    costs = [case.usage.cost for case in cases if case.usage.cost is not None]
    return Report(
        suite=suite,
        cases=tuple(cases),
        rates=rates(cases),
        tag_rates=_tag_rates(cases),
        risk_coverage=curve,
        aurc=area_under(curve),
        p50_seconds=percentile(seconds, 0.5),
        p95_seconds=percentile(seconds, 0.95),
        input_tokens=sum(case.usage.input_tokens for case in cases),
        output_tokens=sum(case.usage.output_tokens for case in cases),
        cost=sum(costs) if costs else None,
        fingerprint={**(fingerprint or {}), **_observed(cases)},
    )


def rates(cases: Sequence[CaseResult]) -> tuple[Rate, ...]:
    """Return the rate of every metric of these cases, `passed` first; empty for no cases."""
    values: dict[str, list[float]] = {"passed": []} if cases else {}
    for case in cases:
        values["passed"].append(float(case.passed))
        for name, value in case.scores.items():
            values.setdefault(name, []).append(value)
    return (*(_rate(name, found) for name, found in values.items()), *_abstention_rates(cases))


def _defaults(case: CaseResult) -> set[str]:
    """Return the names of the fields that hold their defaults."""
    found = set()
    for one in fields(case):
        default = one.default
        if one.default_factory is not MISSING:
            default = one.default_factory()
        if default is not MISSING and getattr(case, one.name) == default:
            found.add(one.name)
    return found


def _renewed(row: object) -> object:
    """Return a row of the version before, which had titles and sources in place of cards, as ours.

    What is no row is returned as it is.
    """
    if not isinstance(row, dict):
        return row
    shown = {name: row[name] for name in ("citations", "retrieved") if row.get(name)}
    return row | {name: [_with_card(one) for one in found] for name, found in shown.items()}


def _with_card(row: object) -> object:
    if not isinstance(row, dict) or "card" in row:
        return row
    card = {name: row[name] for name in ("title", "source") if name in row}
    return {"card": card} | {name: value for name, value in row.items() if name not in card}


@cache
def _adapter() -> "TypeAdapter[CaseResult]":
    from pydantic import TypeAdapter

    return TypeAdapter(CaseResult)


def _wrong(case: CaseResult) -> bool | None:
    """Whether the answer was wrong, a crash being a wrong one; None for an abstention."""
    return None if case.status == "abstained" else not case.passed


def _abstention_rates(cases: Sequence[CaseResult]) -> tuple[Rate, ...]:
    counts = abstention((case.answerable, case.status) for case in cases)
    if not counts.due:
        return ()
    return (
        _share("abstention_precision", counts.right, counts.given),
        _share("abstention_recall", counts.right, counts.due),
    )


def _tag_rates(cases: Sequence[CaseResult]) -> tuple[Rate, ...]:
    passed: dict[str, list[bool]] = {}
    for case in cases:
        for tag in dict.fromkeys(case.tags):
            passed.setdefault(tag, []).append(case.passed)
    return tuple(_share(tag, sum(found), len(found)) for tag, found in sorted(passed.items()))


def _rate(name: str, values: Sequence[float]) -> Rate:
    if all(value in (0.0, 1.0) for value in values):
        return _share(name, sum(values), len(values))
    low, high = mean_interval(values)
    return Rate(name=name, value=sum(values) / len(values), low=low, high=high, n=len(values))


def _share(name: str, successes: float, trials: int) -> Rate:
    low, high = wilson_interval(successes, trials)
    return Rate(
        name=name, value=successes / trials if trials else 0.0, low=low, high=high, n=trials
    )


def _observed(cases: Iterable[CaseResult]) -> dict[str, str]:
    models, prompts = dict[str, None](), dict[str, str]()
    for case in cases:
        if case.model:
            models[case.model] = None
        prompts.update({f"prompt {one.name}": one.sha256[:16] for one in case.prompts})
    return ({"model": ", ".join(sorted(models))} if models else {}) | dict(sorted(prompts.items()))
