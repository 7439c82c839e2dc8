"""What a run found: results of cases, rates, the comparison with a baseline, the gate."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from eval.metrics import DocumentSpan, Outcome
from rag import AnswerSentence, PromptDigest, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceQuote:
    """What a right answer rests on: a literal quote and the document that holds it."""

    document: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedQuote:
    """What a case's answer cited, in the order of its numbers, with the passage around it."""

    span: DocumentSpan
    title: str
    source: str
    quote: str
    passage: str
    """The text of the passage that holds the quote; empty where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievedPassage:
    """A passage that was retrieved for a case."""

    rank: int
    """From 1."""
    title: str
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
    evidence: tuple[EvidenceQuote, ...] = ()
    status: Outcome
    reason: str = ""
    """Reason code of an abstention; empty otherwise."""
    text: str = ""
    """The answer without its `[n]` marks; empty when there is none."""
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
    fallback: str = ""
    judged: str = ""
    """A judging model's advice: `right`, `wrong` or `unclear`, then why; empty without a judge."""

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong with it."""
        return not self.problems


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
    """The baseline's cases by id, as far as it has them."""
    added: tuple[str, ...] = ()
    """Ids of cases that the baseline lacks; like `removed`, they are compared with nothing."""
    removed: tuple[str, ...] = ()
    """Ids of the baseline's cases that were not asked in this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """Whether a run passes, and each reason why not as one sentence."""

    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader should know and what fails nothing, a sentence each."""

    @property
    def passed(self) -> bool:
        """Whether nothing was missed."""
        return not self.reasons
