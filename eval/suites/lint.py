"""Checks gold files without asking anything: their form, and their evidence in a library."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from eval.suites.cases import GoldCase, GoldError
from eval.suites.evidence import Documents, EvidenceError, locate, source_texts
from eval.suites.load import read_cases


def lint(paths: Iterable[Path], documents: Documents | None = None) -> Iterator[str]:
    """Yield everything that is wrong with the files, `file:line: what` each.

    Args:
        paths: gold files.
        documents: where the evidence should be; None leaves it unchecked.
    """
    for path in paths:
        cases = []
        for case in read_cases(path):
            if isinstance(case, GoldError):
                yield str(case)
            else:
                cases.append(case)
        yield from _asked_twice(cases)
        if documents is not None:
            yield from _evidence(cases, documents)


def _asked_twice(cases: Iterable[GoldCase]) -> Iterator[str]:
    places = dict[str, str]()
    for case in cases:
        question = " ".join(case.question.casefold().split())
        if question in places:
            first = places[question]
            yield f"{case.place}: the question of {case.id!r} is asked already at {first}"
        places.setdefault(question, case.place)


def _evidence(cases: Iterable[GoldCase], documents: Documents) -> Iterator[str]:
    cases = tuple(cases)
    texts = source_texts(documents, {quote.document for c in cases for quote in c.evidence})
    for case in cases:
        try:
            locate(case, texts)
        except EvidenceError as error:
            yield f"{case.place}: {error}"
