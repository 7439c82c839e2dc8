"""New cases of a gold file: proposed from articles, suggested from what was asked, added to it.

A proposal is a question that a sentence answers in a few words, and that the product answers today
from that very sentence. What fails today is not proposed: whoever knows of it, adds it. Whether one
is kept is for a person to say. A case is added whole or not at all.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

import filelock

from eval.metrics.answers import contains_answer, token_f1
from eval.running.asking import plain_text
from eval.running.suite import Asked
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
from eval.suites.clauses import is_whole
from eval.suites.files import YAML_SUFFIXES, read_cases
from eval.suites.turning import Turned, turned
from rag import Answer, Document, LanguageModel, OperationError, Scope, Settings
from rag.internal import LoggedQuestion, draft_messages, open_named, places, read_named, whole_file

_SHORTEST, _AROUND = 30, 600
"""Characters of a sentence that a model is asked about, and before and behind it."""
_LEAST = 0.5
"""F1 of the words of the product's short answer with those that are expected, from which it is
the same; and the confidence from which the product is sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A question with its answer and the sentence that has it."""

    question: str
    answers: tuple[str, ...]
    evidence: Quote
    document_id: str
    ordinal: int
    """Of the sentence in the document, from 0."""
    title: str
    """Of the document."""


class Maker(Protocol):
    """What makes questions of a sentence: `eval.suites.turning.turned`, or a model."""

    def __call__(self, sentence: str, *, article: str) -> Collection[Turned]:
        """Return questions that the sentence answers, with the words that answer."""


class ModelMaker:
    """Asks a language model for a question to a sentence, then turns the sentence by itself.

    What a model writes is held to the same: it reads alone, and its answer is the sentence's words.

    Args:
        model: what is asked, once a sentence.
        settings: name the folder of a user's own prompts.
    """

    def __init__(self, model: LanguageModel, *, settings: Settings) -> None:
        self._model = model
        self._settings = settings

    def __call__(self, sentence: str, *, article: str) -> tuple[Turned, ...]:
        """Return the model's question, if it is one, and those that the sentence gives turned.

        Raises:
            ModelError: the model does not reply.
            SettingsError: the prompt cannot be used.
        """
        own = turned(sentence, article=article)
        if len(sentence) < _SHORTEST:
            return own
        at = article.find(sentence)
        around = article[max(0, at - _AROUND) : at + len(sentence) + _AROUND]
        messages = draft_messages(sentence, around=around, settings=self._settings)
        reply = self._model.complete(messages).text.strip().splitlines()
        lines = [line.strip() for line in reply if line.strip()]
        if len(lines) != 2 or not lines[0].endswith("?") or not is_whole(lines[0]):
            return own
        if not contains_answer(sentence, lines[1:]):
            return own
        return Turned(question=lines[0], answer=lines[1]), *own


def proposals(
    assistant: Asked,
    *,
    documents: Collection[str] | None = None,
    known: Collection[str] = (),
    make: Maker = turned,
) -> Iterator[Proposal]:
    """Yield proposals in the order of the articles, each when it is found.

    A sentence gives one for each of the answers that it has.

    Args:
        assistant: whose articles they are about, and who must answer them.
        documents: ids of the articles; None takes all.
        known: questions that are not proposed again.
        make: what makes questions.

    Raises:
        OperationError: the library cannot be used.
    """
    asked = {same_question(question) for question in known}
    for summary in assistant.library.documents():
        if documents is not None and summary.id not in documents:
            continue
        document = assistant.library.document(summary.id)
        for ordinal in range(len(document.sentences)):
            given = set[tuple[str, ...]]()
            for one in _of_sentence(assistant, document, ordinal, make):
                if same_question(one.question) not in asked and one.answers not in given:
                    asked.add(same_question(one.question))
                    given.add(one.answers)
                    yield one


def _of_sentence(
    assistant: Asked, document: Document, ordinal: int, make: Maker
) -> Iterator[Proposal]:
    sentence, card = document.sentences[ordinal], document.summary.card
    name = file_name(card.source)
    if not name or len(places(document.text, sentence.text)) != 1:
        return
    for one in make(sentence.text, article=document.text):
        answer = assistant.ask(one.question)
        if _says(answer, one, document.summary.id, (sentence.start, sentence.end)):
            yield Proposal(
                question=one.question,
                answers=(one.answer,),
                evidence=Quote(document=name, quote=sentence.text),
                document_id=document.summary.id,
                ordinal=ordinal,
                title=card.title,
            )


def _says(answer: Answer, wanted: Turned, document_id: str, span: tuple[int, int]) -> bool:
    """Tell whether an answer gives these words, surely, and from this sentence first."""
    first = answer.citations[0] if answer.citations else None
    return (
        answer.status == "answered"
        and first is not None
        and first.document_id == document_id
        and first.start < span[1]
        and span[0] < first.end
        and answer.confidence >= _LEAST
        and contains_answer(plain_text(answer), (wanted.answer,))
        and (_is_written(answer) or token_f1(answer.short or "", (wanted.answer,)) >= _LEAST)
    )


def _is_written(answer: Answer) -> bool:
    """Tell whether a language model wrote the answer, which then has no short one."""
    return bool(answer.prompts) and answer.short is None


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
    scope: Scope | None = None,
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
        scope: which articles it is asked of; None for all.

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
        "scope": {name: value for name, value in asdict(scope).items() if value} if scope else {},
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
        if path.exists():
            open_named(path).close()  # before anything is put beside what is no file
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
        if same_question(other.question) == same_question(case.question) and (
            other.scope == case.scope
        ):
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
    return len(read_named(path).splitlines()) if path.exists() else 0


def _append(path: Path, line: str) -> None:
    before = read_named(path) if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    with whole_file(path) as part:
        part.write_bytes(before + line.encode("utf-8", "replace") + b"\n")


def _fresh_id(question: str, taken: Collection[str]) -> str:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", question).lower())
    plain = "-".join(words[:8])[:60] or "case"
    names = (plain, *(f"{plain}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
