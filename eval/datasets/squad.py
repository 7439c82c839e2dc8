"""Question sets in SQuAD's form, official JSON (1.1, 2.0) or flat lines: read, asked, scored."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from eval.metrics.answers import (
    DocumentSpan,
    contains_answer,
    distinct,
    exact_match,
    normalised_nfc,
    recall_at,
    reciprocal_rank,
    token_f1,
)
from eval.results import CaseResult, Report, summarise
from eval.running.asking import (
    OnCase,
    by_the_model,
    cited_spans,
    exact_words,
    fingerprint_of,
    ignore,
    overlap,
    results,
    told,
    with_crash,
    with_reply,
)
from eval.running.suite import Asked
from eval.suites.files import UNREAD, DatasetError, read_objects, read_text, string_field
from rag import Answer, Article, Hit
from rag.internal import ranked_sentences, with_all_hits

ANSWERABLE = (
    "recall@1",
    "recall@5",
    "mrr",
    "sentence@1",
    "sentence@3",
    "containment",
    "exact_match",
    "f1",
    "answered",
)
"""Metrics of a question that its paragraph answers; impossible ones count for abstention only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SquadQuestion:
    """One question over one paragraph of the set."""

    id: str
    question: str
    source: str
    """`source` of the article that is its paragraph."""
    answers: tuple[str, ...]
    """Empty when it is impossible."""
    spans: tuple[tuple[int, int], ...]
    """Where each answer stands in the article's text, in the order of `answers`."""

    @property
    def impossible(self) -> bool:
        """Whether the paragraph does not answer it, so that abstaining is right."""
        return not self.answers


@dataclass(frozen=True, slots=True, kw_only=True)
class SquadSet:
    """A set: every distinct paragraph once, and the questions in file order."""

    name: str
    articles: tuple[Article, ...]
    questions: tuple[SquadQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    place: str
    id: str
    title: str
    question: str
    context: str
    answers: tuple[tuple[str, int], ...]


def load_squad(path: Path) -> SquadSet:
    """Read a set; paragraphs that are equal but for outer blanks become one article.

    Articles are named `squad/<set>/<number>` and hold the paragraph NFC-normalised and
    stripped; answers' offsets are moved along. An empty file gives an empty set.

    Raises:
        DatasetError: unreadable, neither of the two forms, a field missing, or an answer that
            is not in its context; names the file and the line or question.
    """
    name = path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".json")
    articles: dict[str, Article] = {}
    questions = []
    for row in _rows(path):
        text = normalised_nfc(row.context).strip()
        source = f"squad/{name}/{len(articles):05d}"
        title = row.title.replace("_", " ")
        article = articles.setdefault(text, Article(source=source, title=title, text=text))
        questions.append(_question(row, article))
    return SquadSet(name=name, articles=(*articles.values(),), questions=tuple(questions))


def squad_rows(squad: SquadSet) -> Iterator[dict[str, object]]:
    """Yield a gold row for each question; the evidence is the line that holds the answer.

    Documents are named as the set's articles are, by the last part of their source.
    """
    texts = {article.source: article.text for article in squad.articles}
    for question in squad.questions:
        row: dict[str, object] = {"id": question.id, "question": question.question}
        if question.impossible:
            yield row | {"answerable": False}
            continue
        text = texts[question.source]
        start, end = question.spans[0]
        quote = text[text.rfind("\n", 0, start) + 1 : _line_end(text, end)]
        yield row | {
            "answers": list(dict.fromkeys(question.answers)),
            "evidence": [{"document": question.source.rpartition("/")[2], "quote": quote}],
        }


def run_squad(
    assistant: Asked,
    questions: Iterable[SquadQuestion],
    *,
    name: str,
    k: int | None = None,
    jobs: int = 1,
    on_case: OnCase = ignore,
) -> Report:
    """Ask the questions of an assistant that holds exactly the set's articles.

    Measured on answerable questions: `recall@1`, `recall@5`, `mrr` of the right paragraph,
    paragraphs ranked by their best hit; `sentence@1`, `sentence@3`: a sentence that holds an
    answer's place is among the first, in the answerer's own ranking;
    `containment`: the first cited quote contains an accepted answer; `exact_match` and `f1` of
    the short answer, or of the text where there is none; `answered`. On all: abstention precision
    and recall, impossible questions being those to abstain on. A question that raises is wrong in
    all of them.

    Args:
        assistant: what is asked.
        questions: in the order of the report.
        name: name of the set in the report.
        k: passages to retrieve per question; None leaves it to the assistant.
        jobs: threads that ask at once, from 1.
        on_case: called with each result as it is ready.
    """
    found = told(squad_cases(assistant, questions, k=k, jobs=jobs), on_case)
    return summarise(name, found, fingerprint=fingerprint_of(assistant, k=k))


def squad_cases(
    assistant: Asked, questions: Iterable[SquadQuestion], *, k: int | None = None, jobs: int = 1
) -> Iterator[CaseResult]:
    """Yield the result of every question in order, as `run_squad` says."""
    ids = {summary.card.source: summary.id for summary in assistant.library.documents()}

    def ask(question: SquadQuestion) -> CaseResult:
        return _ask(assistant, question, document_id=ids.get(question.source, ""), k=k)

    return results(questions, ask, jobs=jobs)


def sentence_ranking(answer: Answer) -> tuple[DocumentSpan, ...]:
    """Return the answerer's ranking, then the hits' other sentences by falling similarity.

    Cited spans come first where the answerer ranks no sentences.
    """
    ranked = [(s.document_id, s.start, s.end) for s in ranked_sentences(answer)]
    cited = list(cited_spans(answer))
    scored = [sentence for hit in answer.hits for sentence in hit.sentences]
    scored.sort(key=lambda s: (-s.similarity, s.sentence.document_id, s.sentence.start))
    spans = [(s.sentence.document_id, s.sentence.start, s.sentence.end) for s in scored]
    first = ranked or cited
    rest = [span for span in spans if not any(overlap(span, other) for other in first)]
    return tuple(dict.fromkeys([*first, *rest]))


def documents_of(hit: Hit) -> tuple[str, ...]:
    """Return the ids of the documents that a hit stands for: its own, then near-duplicates'."""
    return (hit.passage.document_id, *(other.rpartition(":")[0] for other in hit.similar))


def _question(row: _Row, article: Article) -> SquadQuestion:
    answers = [(normalised_nfc(text), _moved(row.context, start)) for text, start in row.answers]
    return SquadQuestion(
        id=row.id,
        question=row.question,
        source=article.source,
        answers=tuple(text for text, _ in answers),
        spans=tuple(_span(article.text, text, start, row) for text, start in answers),
    )


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _moved(context: str, start: int) -> int:
    """Move an offset in the raw context to the normalised, stripped one."""
    before = normalised_nfc(context[:start])
    whole = normalised_nfc(context)
    return len(before) - (len(whole) - len(whole.lstrip()))


def _span(text: str, answer: str, start: int, row: _Row) -> tuple[int, int]:
    """Return the place of the answer nearest to where the set says that it starts."""
    places = []
    place = text.find(answer.strip())
    while place >= 0:
        places.append(place)
        place = text.find(answer.strip(), place + 1)
    if not places:
        raise DatasetError(
            f"{row.place}: question {row.id!r} has answer {answer!r}, which is not in its context"
        )
    nearest = min(places, key=lambda found: (abs(found - start), found))
    return nearest, nearest + len(answer.strip())


def _rows(path: Path) -> Iterator[_Row]:
    if ".jsonl" in path.suffixes[-2:]:
        for number, value in read_objects(path):
            place = f"{path}:{number}"
            yield _row(
                value, place, title=_title(value), context=string_field(value, "context", place)
            )
        return
    yield from _nested(_document(path), str(path))


def _document(path: Path) -> object:
    try:
        return json.loads(read_text(path))
    except (*UNREAD, ValueError, RecursionError) as error:
        raise DatasetError(
            f"{str(path)!r} cannot be read as SQuAD JSON ({error}); flat rows need .jsonl"
        ) from error


def _nested(document: object, place: str) -> Iterator[_Row]:
    for article in _objects(document, "data", place):
        title = _title(article)
        for paragraph in _objects(article, "paragraphs", place):
            context = string_field(paragraph, "context", place)
            for value in _objects(paragraph, "qas", place):
                yield _row(value, place, title=title, context=context)


def _objects(parent: object, key: str, place: str) -> Iterator[dict[str, object]]:
    children = parent.get(key) if isinstance(parent, dict) else None
    if not isinstance(children, list) or not all(isinstance(child, dict) for child in children):
        raise DatasetError(f"{place}: no list of objects under {key!r}; see the SQuAD format")
    yield from children


def _row(value: dict[str, object], place: str, *, title: str, context: str) -> _Row:
    impossible = value.get("is_impossible", False)
    answers = () if impossible else tuple(_answers(value.get("answers"), place))
    if not impossible and not answers:
        raise DatasetError(f"{place}: a question has no answers and is not marked is_impossible")
    return _Row(
        place=place,
        id=string_field(value, "id", place),
        title=title,
        question=string_field(value, "question", place),
        context=context,
        answers=answers,
    )


def _title(value: dict[str, object]) -> str:
    title = value.get("title")
    return title if isinstance(title, str) else ""


def _answers(value: object, place: str) -> Iterable[tuple[str, int]]:
    """Yield text and start of the answers, given as two lists (flat) or as objects (official)."""
    pairs: list[tuple[object, object]] = []
    if isinstance(value, dict):
        texts, starts = value.get("text"), value.get("answer_start")
        if isinstance(texts, list) and isinstance(starts, list) and len(texts) == len(starts):
            pairs = list(zip(texts, starts, strict=True))
    elif isinstance(value, list):
        pairs = [
            (one.get("text"), one.get("answer_start")) for one in value if isinstance(one, dict)
        ]
    for text, start in pairs:
        if not isinstance(text, str) or not text.strip() or not isinstance(start, int):
            raise DatasetError(f"{place}: answer {text!r} at {start!r} needs a text and an offset")
        yield text, start


def _ask(
    assistant: Asked, question: SquadQuestion, *, document_id: str, k: int | None
) -> CaseResult:
    blank = CaseResult(
        id=question.id,
        question=question.question,
        answerable=not question.impossible,
        expected=question.answers,
        status="crashed",
    )
    try:
        answer = by_the_model(assistant.ask(question.question, k=k))
        answer = with_all_hits(answer, assistant, k=k)
    except Exception as error:  # noqa: BLE001 - whatever it raises, the case is wrong, the run goes on
        return with_crash(blank, error, metrics=() if question.impossible else ANSWERABLE)
    values = {} if question.impossible else _scores(question, answer, document_id)
    relevant = {hit.passage.id for hit in answer.hits if document_id in documents_of(hit)}
    return replace(
        with_reply(blank, answer, relevant=relevant),
        problems=_problems(question, answer, values.get("containment", 0.0)),
        scores=values,
    )


def _scores(question: SquadQuestion, answer: Answer, document_id: str) -> dict[str, float]:
    ranked = distinct(document for hit in answer.hits for document in documents_of(hit))
    gold = [(document_id, start, end) for start, end in question.spans]
    right = [any(overlap(span, place) for place in gold) for span in sentence_ranking(answer)]
    first = answer.citations[0].quote if answer.citations else ""
    words = exact_words(answer, question.answers)
    values = (
        recall_at(ranked, {document_id}, 1),
        recall_at(ranked, {document_id}, 5),
        reciprocal_rank(ranked, {document_id}),
        float(any(right[:1])),
        float(any(right[:3])),
        float(contains_answer(first, question.answers)),
        exact_match(words, question.answers),
        token_f1(words, question.answers),
        float(answer.status == "answered"),
    )
    return dict(zip(ANSWERABLE, values, strict=True))


def _problems(question: SquadQuestion, answer: Answer, containment: float) -> tuple[str, ...]:
    if question.impossible:
        return (
            () if answer.status == "abstained" else ("it answered, but the documents do not say",)
        )
    if answer.status == "abstained":
        return ("it gave no answer, but its paragraph has one",)
    return () if containment else ("the expected answer is not in the first sentence it quotes",)
