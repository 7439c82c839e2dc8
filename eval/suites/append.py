"""Adds a case to a gold file, whole or not at all, and says which questions should become cases."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import filelock

from eval.suites.cases import (
    Documents,
    EvidenceError,
    GoldCase,
    GoldError,
    Quote,
    file_name,
    locate,
    named,
    parse_case,
    same_question,
    source_texts,
)
from eval.suites.files import YAML_SUFFIXES, read_cases
from rag import OperationError
from rag.internal import LoggedQuestion, whole_file

_WAIT = 10.0
"""Seconds to wait for another process that adds a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A question that was asked and that no gold case asks."""

    question: str
    status: str
    """Of the last time it was asked, like `confidence`."""
    confidence: float
    times: int


def add_case(
    path: Path,
    documents: Documents,
    *,
    question: str,
    answers: Sequence[str] = (),
    must_include: Sequence[Sequence[str]] = (),
    evidence: Sequence[Quote] = (),
    answerable: bool = True,
    critical: bool = False,
    tags: Sequence[str] = (),
    notes: str = "",
    case_id: str = "",
) -> GoldCase:
    """Append a case to a JSON Lines gold file, which is made where there is none.

    Several processes may add at once. After a crash the file is as it was or has the new case.

    Args:
        path: the file.
        documents: where the evidence must be, each quote once; an `Assistant`, for one.
        question: what is asked.
        answers: accepted answers; none when it is not answerable.
        must_include: what must all be in the reply, each item as a list of its wordings.
        evidence: quotes that say it; a document may be named as `source_texts` knows it, and is
            written down by its file name.
        answerable: whether the documents answer it; if not, abstaining is right.
        critical: whether its failure alone fails the gate.
        tags: for choosing cases and for rates of their own.
        notes: for readers of the file.
        case_id: unique in the file; empty makes one from the question.

    Returns:
        The case as it was written.

    Raises:
        GoldError: the case is not as it should be, its evidence is not in the documents once,
            its id or question is in the file already, or the file is wrong itself.
        OperationError: the file cannot be written; it is as it was.
    """
    # Most of its lines are the docstring: each part of a case is named and explained here.
    check_addable(path)
    row: dict[str, object] = {
        "question": question,
        "answers": list(answers),
        "must_include": [one[0] if len(one) == 1 else list(one) for one in must_include],
        "evidence": [asdict(one) for one in _by_file_name(evidence, documents)],
        "answerable": answerable,
        "critical": critical,
        "tags": list(tags),
        "notes": notes,
    }
    always = {"question", "answerable"}
    row = {name: value for name, value in row.items() if value or name in always}
    with alone(path):
        return _add(path, documents, row, case_id)


def check_addable(path: Path) -> None:
    """Check that cases can be added to a file of this name.

    Raises:
        GoldError: it is YAML, packed or a folder.
    """
    if path.is_dir():
        raise GoldError(f"{str(path)!r} is a folder: name a JSON Lines file in it")
    if path.suffix.lower() in YAML_SUFFIXES or path.name.endswith(".gz"):
        raise GoldError(f"{str(path)!r} cannot be added to: name a plain JSON Lines file")


def known_cases(path: Path) -> list[GoldCase]:
    """Return the cases of a file; none where it is not there yet, or empty.

    Raises:
        GoldError: it is not as it should be.
    """
    known = []
    for case in read_cases(path) if path.exists() else ():
        if isinstance(case, GoldError):
            raise case
        known.append(case)
    return known


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


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let no other process write to a gold file meanwhile, by a hidden file beside it.

    Raises:
        OperationError: another one does for long, or the file cannot be written.
    """
    try:
        with filelock.FileLock(path.with_name(f".{path.name}.lock"), timeout=_WAIT):
            yield
    except filelock.Timeout as error:
        raise OperationError(
            f"{str(path)!r} is written to by another process: try again"
        ) from error
    except OSError as error:
        raise OperationError(
            f"no case could be added to {str(path)!r} ({error.strerror}): check the path"
        ) from error


def _by_file_name(evidence: Sequence[Quote], documents: Documents) -> Iterator[Quote]:
    """Give each quote with its document's file name, under which other libraries have it too.

    One that was told from others of its file name by its path or id stays as it was named.
    """
    meant = named(documents, {quote.document for quote in evidence})
    by_file = named(documents, {file_name(found[0].card.source) for found in meant.values()})
    for quote in evidence:
        found = meant.get(quote.document, [])
        name = file_name(found[0].card.source) if found else ""
        yield replace(quote, document=name) if name and by_file.get(name) == found else quote


def wordings(items: Iterable[str]) -> list[list[str]]:
    """Return what must be in a reply as `add_case` takes it, of items typed as `this|or that`."""
    found = ([part.strip() for part in item.split("|") if part.strip()] for item in items)
    return [parts for parts in found if parts]


def _add(path: Path, documents: Documents, row: dict[str, object], case_id: str) -> GoldCase:
    known = known_cases(path)
    row = {"id": case_id or _fresh_id(str(row["question"]), {case.id for case in known}), **row}
    line = _lines(path) + 1
    case = parse_case(row, f"{path}:{line}", line=line)
    for other in known:
        if other.id == case.id:
            raise GoldError(f"id {case.id!r} is used already at {other.place}: choose another")
        if same_question(other.question) == same_question(case.question):
            raise GoldError(
                f"the question is in the file already, at {other.place}: mend that case"
            )
    try:
        locate(case, source_texts(documents, {quote.document for quote in case.evidence}))
    except EvidenceError as error:
        raise GoldError(str(error)) from error
    _append(path, json.dumps(row, ensure_ascii=False))
    return case


def _lines(path: Path) -> int:
    """Return how many lines the file has; 0 where there is none."""
    return len(path.read_bytes().splitlines()) if path.exists() else 0


def _append(path: Path, line: str) -> None:
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    with whole_file(path) as part:
        part.write_bytes(before + line.encode("utf-8", "replace") + b"\n")


def _fresh_id(question: str, taken: Collection[str]) -> str:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", question).lower())
    plain = "-".join(words[:8])[:60] or "case"
    names = (plain, *(f"{plain}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
