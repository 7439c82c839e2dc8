"""Chooses which logged questions should become gold cases; no files."""

from collections.abc import Iterable
from dataclasses import dataclass

from eval.suites.append import same_question
from eval.suites.cases import GoldCase
from rag import LoggedQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A question that was asked and that no gold case asks."""

    question: str
    status: str
    """Of the last time it was asked, like `confidence`."""
    confidence: float
    times: int


def suggested(
    logged: Iterable[LoggedQuestion], known: Iterable[GoldCase]
) -> tuple[Suggestion, ...]:
    """Return the questions that are no cases: abstained ones first, then the least sure.

    The same question asked several times, in whatever case, is one suggestion.
    """
    cases = {same_question(case.question) for case in known}
    found = dict[str, Suggestion]()
    for one in logged:
        name = same_question(one.question)
        if name and name not in cases:
            times = found[name].times + 1 if name in found else 1
            found[name] = Suggestion(
                question=one.question, status=one.status, confidence=one.confidence, times=times
            )
    ranked = sorted(
        found.values(), key=lambda one: (one.status == "answered", one.confidence, one.question)
    )
    return tuple(ranked)
