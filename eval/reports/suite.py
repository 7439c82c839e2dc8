"""What every report is made of: a suite's results, comparison and gate, the worst news first.

What it says of them is here too, a sentence each, so that all reports say the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Literal

from eval.metrics.statistics import wilson_interval
from eval.reports.wording import (
    NOT_ASKED,
    between,
    counted,
    cut,
    in_words,
    label_of,
    named,
    one_line,
    percent,
    probability,
)
from eval.results import CaseResult, Comparison, GateResult, MetricChange, Rate, Report

Standing = Literal["newly failing", "failing", "newly passing", "changed", "passed"]
"""How a case fares against the baseline; without one it is failing or passed."""

_ORDER: tuple[Standing, ...] = ("newly failing", "failing", "newly passing", "changed", "passed")
SINCE = "Since the earlier run (the baseline)"
"""What stands above that which changed."""
FEW = 50
"""Questions from which on the headline needs no word on how little they say."""
MOST_QUOTES = 3
"""Quotes of one kind that are told of a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One thing that changed since the baseline."""

    says: str
    """A sentence; it ends with a colon where cases follow."""
    worse: bool = False
    cases: tuple[CaseResult, ...] = ()
    """The cases that it is about, where they are to be named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How a run of a suite went, for a trend over several."""

    at: datetime
    """When it ended, in the time zone that it is shown in."""
    right: int
    asked: int
    passed: bool

    @property
    def day(self) -> str:
        """The day, in words: `30 Nov 2026`."""
        return f"{self.at.day} {self.at:%b %Y}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteRun:
    """One suite as it is reported."""

    report: Report
    gate: GateResult
    comparison: Comparison | None = None
    """None where there is no baseline."""
    past: tuple[Past, ...] = ()
    """This run and those before it, oldest first, where they are kept."""

    @property
    def headline(self) -> str:
        """How many questions went right, how sure that is, and how many did not."""
        asked = len(self.report.cases)
        wrong = len(self.report.failures)
        if not asked:
            return "No questions were asked."
        sure = between(*wilson_interval(asked - wrong, asked))
        right = f"{asked - wrong:,} of {asked:,} right ({sure} with 95 % certainty)."
        return f"{right} {wrong:,} wrong:" if wrong else right

    @property
    def heading(self) -> str:
        """The headline, made to stand where no failure follows it at once."""
        return self.headline.removesuffix(":") + "." * self.headline.endswith(":")

    @property
    def right(self) -> str:
        """How many questions went right, as a sentence."""
        asked = len(self.report.cases)
        if not asked:
            return "No questions were asked."
        return f"{asked - len(self.report.failures):,} of {asked:,} right."

    @property
    def wrong(self) -> str:
        """How many went wrong, where they follow at once; empty for none."""
        wrong = len(self.report.failures)
        if not wrong:
            return ""
        return f"{wrong:,} wrong, here {'it is' if wrong == 1 else 'they are'}."

    @property
    def range(self) -> str:
        """What share of many more questions would be right, as a sentence; empty for none asked."""
        asked = len(self.report.cases)
        if not asked:
            return ""
        sure = between(*wilson_interval(asked - len(self.report.failures), asked))
        return f"Of many more questions like these, {sure} would be right; that is 95 % certain."

    @property
    def sure(self) -> str:
        """What the range in the headline means, as a sentence; empty where many were asked."""
        asked = len(self.report.cases)
        if not 0 < asked < FEW:
            return ""
        sure = between(*wilson_interval(asked - len(self.report.failures), asked))
        were = "question was" if asked == 1 else "questions were"
        return (
            f"Only {asked} {were} asked: of many more like {'it' if asked == 1 else 'them'}, "
            f"between {sure.replace(' to ', ' and ')} would be right (95 % certain)."
        )

    @property
    def verdict(self) -> str:
        """Whether it passed, and by which rule, in one or two sentences."""
        passed = "Passed" if self.gate.passed else "Failed"
        return f"{passed}. To pass: {self.gate.rule}."

    @property
    def lead(self) -> str:
        """What was asked and how long it took, in one line."""
        report, asked = self.report, len(self.report.cases)
        answerable = sum(case.answerable for case in report.cases)
        crashed = sum(case.crashed for case in report.cases)
        outdated = sum(case.outdated for case in report.cases)
        broken = f"; {crashed} ended in an error of the program" if crashed else ""
        if outdated:
            asks = "was not asked, as its" if outdated == 1 else "were not asked, as their"
            broken += f"; {outdated} {asks} proof is not found"
        told = (
            f"{counted(asked, 'question', 'questions')}: {answerable} that the documents answer, "
            f"{asked - answerable} that they do not{broken}."
        )
        if not report.p95_seconds:  # as of a run that was kept, whose times are not
            return told
        return (
            f"{told} Half of them took at most {report.p50_seconds:.2f} s, 95 % at most "
            f"{report.p95_seconds:.2f} s."
        )

    @property
    def stale(self) -> str:
        """That the baseline was measured on something else, as a sentence; empty if not."""
        fields = self.comparison.stale if self.comparison else ()
        if not fields:
            return ""
        other = ", ".join(named("fact", field) for field in fields)
        return (
            f"{other} changed since the earlier run that this one is compared with (the "
            "baseline), so a change below may come from that. The same command with "
            "--update-baseline keeps this run as the one that later runs are compared with"
        )

    @property
    def advice(self) -> str:
        """What a judging model makes of the answers, as a sentence; empty without one."""
        judged = [case for case in self.report.cases if case.judged]
        if not judged:
            return ""
        right = sum(case.judged.startswith("right") for case in judged)
        differ = [case.id for case in judged if case.judged.startswith("right") != case.passed]
        listed = f": {', '.join(differ[:10])}{' ...' * (len(differ) > 10)}" if differ else ""
        return (
            f"it finds {right} of {len(judged)} right, otherwise than the checks in {len(differ)}"
            f"{listed}; it does not decide whether the run passes"
        )

    def changes(self) -> Iterator[Changed]:
        """Tell what changed since the baseline, the worst first; nothing without one."""
        if self.comparison is None:
            return
        found = {case.id: case for case in self.report.cases}
        now_wrong, now_right, other = (
            tuple(found[name] for name in names if name in found)
            for names in (
                self.comparison.newly_failing,
                self.comparison.newly_passing,
                self.comparison.changed,
            )
        )
        if now_wrong:
            was = counted(
                len(now_wrong), "question that was right is", "questions that were right are"
            )
            yield Changed(says=f"{was} wrong now:", worse=True, cases=now_wrong)
        if now_right:
            was = counted(
                len(now_right), "question that was wrong is", "questions that were wrong are"
            )
            yield Changed(says=f"{was} right now:", cases=now_right)
        if not now_wrong and not now_right:
            yield Changed(says="Every question is as right or wrong as it was.")
        if other:
            says = counted(len(other), "answer says", "answers say")
            yield Changed(says=f"{says} something else, as right or wrong as before.")
        yield from self._moved()

    def facts(self) -> Iterator[tuple[str, str]]:
        """Give what the results depend on and what they took, a name and a value each."""
        report = self.report
        yield from report.fingerprint.items()
        if report.input_tokens or report.output_tokens:
            yield "tokens", f"{report.input_tokens:,} in, {report.output_tokens:,} out"
        if self.advice:
            yield "judge (advice)", self.advice
        if report.cost is not None:
            yield "cost", f"{report.cost:.4f}"

    def measures(self) -> list[tuple[Rate, MetricChange | None]]:
        """Return every rate with what became of it: significant drops first, then as they are."""
        changes = {c.name: c for c in (self.comparison.metrics if self.comparison else ())}
        found = [(rate, changes.get(rate.name)) for rate in self.report.rates]
        return sorted(found, key=lambda pair: _drop(pair[1]))

    def ordered(self) -> list[tuple[CaseResult, Standing]]:
        """Return every case with its standing: the worst news first, critical before others.

        Cases of one standing keep the suite's order.
        """
        known = dict[str, Standing]()
        if self.comparison:
            known |= dict.fromkeys(self.comparison.changed, "changed")
            known |= dict.fromkeys(self.comparison.newly_passing, "newly passing")
            known |= dict.fromkeys(self.comparison.newly_failing, "newly failing")
        found = [(case, _standing(case, known)) for case in self.report.cases]
        return sorted(found, key=lambda pair: (_ORDER.index(pair[1]), not pair[0].critical))

    def _moved(self) -> Iterator[Changed]:
        """Tell which measures moved by more than chance, or that none did."""
        compared = self.comparison.metrics if self.comparison else ()
        sure = [change for change in compared if change.significant]
        for change in sorted(sure, key=lambda c: c.difference):
            moved = "fell" if change.difference < 0 else "rose"
            yield Changed(
                says=f"More than luck explains: {label_of(change.name).named} {moved} from "
                f"{percent(change.before)} to {percent(change.after)}.",
                worse=change.difference < 0,
            )
        if compared and not sure:
            yield Changed(says=_unsure(compared))


def _unsure(changes: Sequence[MetricChange]) -> str:
    """Tell that what moved, none of it surely, may have done so by luck."""
    moved = [change.difference for change in changes if round(change.difference, 4)]
    if not moved:
        return "Every figure is the same as before."
    way = "changed" if min(moved) < 0 < max(moved) else "got worse" if min(moved) < 0 else "rose"
    return f"Some figures (--figures) {way}; with so few questions that can be luck."


def change_in_words(change: MetricChange) -> str:
    """Return whether a measure moved, and whether luck may have done it."""
    if not round(change.difference, 4):
        return "same"
    way = "better" if change.difference > 0 else "worse"
    if not change.significant:
        return f"{way}, may be luck"
    p_value = probability(change.p_value)
    return f"{way}, more than luck explains (p {p_value}: how likely luck alone does this)"


def value_now(rate: Rate) -> str:
    """Return a measure's value in words; a dash where no question has it."""
    return percent(rate.value) if rate.n else "–"


def could_be(rate: Rate) -> str:
    """Return where a measure's true value lies with 95 % certainty, in words."""
    return between(rate.low, rate.high) if rate.n else "nothing to count"


def marks_of(case: CaseResult, standing: Standing) -> list[str]:
    """Return what sets a case apart, in words; empty for one that is wrong or right as ever."""
    marks = ["critical"] if case.critical else []
    return marks + ([in_words("standing", standing)] if standing not in _PLAIN else [])


def expected(case: CaseResult) -> str:
    """Return what a right answer says."""
    one, every = any_of(case), "; ".join(" or ".join(item) for item in case.must_include)
    parts = [", or: ".join(one)] * bool(one) + [f"all of these: {every}"] * bool(every)
    return ", and ".join(parts) or "no answer: the documents do not say"


def any_of(case: CaseResult) -> list[str]:
    """Return the answers of which one is enough, beside what must all be there."""
    every = {wording for item in case.must_include for wording in item}
    return [] if every.issuperset(case.expected) else list(case.expected)


def got(case: CaseResult) -> str:
    """Return what came: the short answer before the text that holds it, or why there is none."""
    if case.outdated:
        return NOT_ASKED
    if case.crashed:
        return f"an error of the program: {case.error or 'unknown'}"
    if case.status == "abstained":
        return f"no answer, since {named('reason', case.reason)}" if case.reason else "no answer"
    return f"{case.short}, said in: “{case.text}”" if _has_short(case) else case.text


def told(case: CaseResult) -> Iterator[tuple[str, str]]:
    """Give what was expected beside what came, each with its passage: a name and a text each."""
    if case.scope:
        yield "asked of", case.scope
    yield "expected", expected(case)
    for quote in case.evidence[:MOST_QUOTES]:
        yield "given as proof", f"{quote.document}: “{cut(one_line(quote.quote), _LONGEST)}”"
    if note := doubt(case):
        yield "take care", note
    yield "got", case.short if _has_short(case) else got(case)
    yield from (("said in", text) for text in dict.fromkeys(_said_in(case)))
    if case.problems:
        yield "wrong", "; ".join(case.problems)
        if case.place:
            yield "written in", case.place


def doubt(case: CaseResult) -> str:
    """Return that the expected answer is not in what is given as proof; empty where it is."""
    if not case.unproven:
        return ""
    passage = "that passage" if len(case.evidence) == 1 else "these passages"
    place = f" ({case.place})" if case.place else ""
    return (
        f"the expected answer is not in {passage}, so one of them may be wrong: check the gold "
        f"file{place}"
    )


def _has_short(case: CaseResult) -> bool:
    """Tell whether there is a short answer beside the text that holds it."""
    said = case.status == "answered" and case.short.strip(" .")
    return bool(said) and said != case.text.strip(" .")


def _said_in(case: CaseResult) -> Iterator[str]:
    """Give the text that holds a short answer, and where each quote is from.

    An answer in the article's own words is its quote: it is not said twice.
    """
    places = dict[str, None]()
    quotes = []
    for cited in case.citations[:MOST_QUOTES]:
        place = f"({cited.card.title}, {PurePath(cited.card.source).name})"
        if cited.quote in case.text:
            places[place] = None
        else:
            quotes.append(f"“{cut(one_line(cited.quote), _LONGEST)}” {place}")
    text = f"“{cut(one_line(case.text), _LONGEST)}” " if _has_short(case) else ""
    if text or places:
        yield f"{text}{' '.join(places)}".strip()
    yield from quotes


_LONGEST = 200
_PLAIN = ("failing", "passed")


def _drop(change: MetricChange | None) -> float:
    return change.difference if change and change.significant and change.difference < 0 else 0.0


def _standing(case: CaseResult, known: Mapping[str, Standing]) -> Standing:
    found = known.get(case.id, "passed")
    return found if case.passed or found == "newly failing" else "failing"
