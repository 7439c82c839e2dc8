"""Sets of other tools' forms: BEIR's, read, searched and scored; gold suites written as theirs.

They are written as SQuAD 2.0, BEIR and promptfoo, and gold rows as lines.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from eval.metrics.answers import distinct, hit_at, ndcg_at, recall_at, reciprocal_rank, spaced
from eval.results import CaseResult, Report, summarise
from eval.running.asking import OnCase, fingerprint_of, ignore, results, told, with_crash
from eval.suites.cases import GoldCase, HasLibrary, SourceText, Suite, locate
from eval.suites.files import DatasetError, read_lines, read_objects, string_field
from rag import Article, Hit

_EVIDENCE = 200
"""Characters of a relevant document's beginning that stand for it as evidence."""
METRICS = ("ndcg@10", "recall@10", "mrr@10", "hit@1")
RETRIEVED = 30
"""Passages asked for per query, so that ten distinct documents are likely among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeirQuery:
    """One query with the grades of the articles judged for it."""

    id: str
    text: str
    relevance: Mapping[str, float]
    """Article `source` to grade; at least one is above zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeirSet:
    """A corpus and the judged queries, both in file order."""

    name: str
    articles: tuple[Article, ...]
    queries: tuple[BeirQuery, ...]


class Searched(HasLibrary, Protocol):
    """What is evaluated: an `Assistant`, or anything that searches as one does."""

    def search(self, question: str, *, k: int | None = None) -> Iterable[Hit]:
        """Return the passages found for a question, best first."""


def load_beir(folder: Path) -> BeirSet:
    """Read `corpus.jsonl`, `queries.jsonl` (each may end in `.gz`) and the test judgements.

    Judgements are the first there is of `qrels/test.tsv`, `qrels_test.tsv`, `qrels.tsv`.
    Articles are named `beir/<set>/<document id>`; a title stands as the text's first line, as
    it does in an article file (BEIR's own runs join title and text too). Queries without a
    relevant document are left out, as trec_eval does, and so are documents without any text.

    Raises:
        DatasetError: a file is missing or malformed, or a judged query has no text; names the
            file and line.
    """
    name = folder.resolve().name
    corpus = _first_of(folder, "corpus.jsonl", "corpus.jsonl.gz")
    queries = _first_of(folder, "queries.jsonl", "queries.jsonl.gz")
    judgements = _first_of(folder, "qrels/test.tsv", "qrels_test.tsv", "qrels.tsv")
    graded = _judgements(judgements, prefix=f"beir/{name}/")
    return BeirSet(
        name=name,
        articles=tuple(_articles(corpus, prefix=f"beir/{name}/")),
        queries=tuple(_queries(queries, graded)),
    )


def beir_rows(beir: BeirSet) -> Iterator[dict[str, object]]:
    """Yield a gold row for each query; the evidence is the beginning of each relevant document.

    The accepted answers are the relevant documents' titles, or their beginnings without one: a
    retrieval set holds no answers, so only evidence and rankings mean something.
    """
    articles = {article.source: article for article in beir.articles}
    for query in beir.queries:
        relevant = [articles[name] for name, grade in query.relevance.items() if grade > 0]
        yield {
            "id": query.id,
            "question": query.text,
            "answers": [article.title or _beginning(article) for article in relevant],
            "evidence": [
                {"document": article.source.rpartition("/")[2], "quote": _beginning(article)}
                for article in relevant
            ],
            "tags": ["retrieval"],
        }


def run_beir(
    assistant: Searched,
    queries: Iterable[BeirQuery],
    *,
    name: str,
    k: int | None = None,
    jobs: int = 1,
    on_case: OnCase = ignore,
) -> Report:
    """Search every query and score the ranking of documents, each at its best hit's place.

    Measures `ndcg@10`, `recall@10`, `mrr@10` and `hit@1`; a query fails if no relevant
    document is among the first ten. One that raises scores zero and is listed.

    Args:
        assistant: what is searched; it holds exactly the set's articles.
        queries: in the order of the report.
        name: name of the set in the report.
        k: passages to retrieve per query; None means 30.
        jobs: threads that search at once, from 1.
        on_case: called with each result as it is ready.
    """
    found = told(beir_cases(assistant, queries, k=k, jobs=jobs), on_case)
    return summarise(name, found, fingerprint=fingerprint_of(assistant, k=k))


def beir_cases(
    assistant: Searched, queries: Iterable[BeirQuery], *, k: int | None = None, jobs: int = 1
) -> Iterator[CaseResult]:
    """Yield the result of every query in order, as `run_beir` says."""

    def ask(query: BeirQuery) -> CaseResult:
        return _search(assistant, query, k=k or RETRIEVED)

    return results(queries, ask, jobs=jobs)


def _first_of(folder: Path, *names: str) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DatasetError(f"{str(folder)!r} holds no {' or '.join(names)}; see the BEIR format")


def _articles(path: Path, *, prefix: str) -> Iterator[Article]:
    for number, row in read_objects(path):
        place = f"{path}:{number}"
        title = string_field(row, "title", place) if row.get("title") else ""
        text = "\n".join(part for part in (title, string_field(row, "text", place)) if part.strip())
        if text:
            yield Article(source=prefix + string_field(row, "_id", place), title=title, text=text)


def _beginning(article: Article) -> str:
    return article.text[:_EVIDENCE].strip()


def _queries(path: Path, graded: Mapping[str, Mapping[str, float]]) -> Iterator[BeirQuery]:
    missing = {query for query, grades in graded.items() if max(grades.values()) > 0}
    for number, row in read_objects(path):
        query = string_field(row, "_id", f"{path}:{number}")
        if query in missing:
            missing.discard(query)
            text = string_field(row, "text", f"{path}:{number}")
            yield BeirQuery(id=query, text=text, relevance=graded[query])
    if missing:
        raise DatasetError(f"{path}: judged query {min(missing)!r} is not there; add it")


def _judgements(path: Path, *, prefix: str) -> dict[str, dict[str, float]]:
    graded: dict[str, dict[str, float]] = {}
    for number, line in read_lines(path):
        fields = line.split("\t")
        if number == 1 and fields[-1] == "score":
            continue
        try:
            query, document, grade = fields
            graded.setdefault(query, {})[prefix + document] = float(grade)
        except ValueError as error:
            raise DatasetError(
                f"{path}:{number}: {line!r} is not query, document and grade between tabs"
            ) from error
    return graded


def _search(assistant: Searched, query: BeirQuery, *, k: int) -> CaseResult:
    relevant = {source for source, grade in query.relevance.items() if grade > 0}
    blank = CaseResult(
        id=query.id,
        question=query.text,
        answerable=True,
        expected=tuple(sorted(relevant)),
        status="crashed",
    )
    try:
        ranked = distinct(hit.card.source for hit in assistant.search(query.text, k=k))
    except Exception as error:  # noqa: BLE001 - whatever it raises, the query is wrong, the run goes on
        return with_crash(blank, error, metrics=METRICS)
    values = (
        ndcg_at(ranked, query.relevance, 10),
        recall_at(ranked, relevant, 10),
        reciprocal_rank(ranked, relevant, 10),
        hit_at(ranked, relevant, 1),
    )
    return replace(
        blank,
        status="answered",
        text=" ".join(ranked[:10]),
        problems=() if values[1] else ("no relevant document is among the first ten",),
        scores=dict(zip(METRICS, values, strict=True)),
    )


Format = Literal["squad", "beir", "promptfoo"]
_ASK = """exec: sh -c 'footnote ask --json -- "$0"'"""
"""promptfoo appends the prompt, its options and its context; only the first is a question."""
_ABSTAINED = "Abstained: "
_SAID = (
    '(answer => answer.status === "answered"'
    ' ? [answer.short, ...answer.sentences.map(one => one.text)].filter(Boolean).join(" ")'
    f' : "{_ABSTAINED}" + answer.text)(JSON.parse(output))'
)
"""What was said, without quotes and nearest passages, which hold words of other sentences."""
_WORDS = (
    r"""" " + output.normalize("NFKC").toLowerCase().replace(/(?<=\d)[.,'’](?=\d)/g, "")"""
    r""".replace(/[\p{P}$+<=>^`|~]/gu, " ").replace(/\b(a|an|the)\b/g, " ")"""
    r'''.split(/\s+/).filter(Boolean).join(" ") + " "'''
)
"""The same as `eval.metrics.answers.spaced`, so that "2" is not in "27", nor "no" in "now"."""
Texts = Mapping[str, tuple[SourceText, ...]]


def left_out(suite: Suite, form: Format) -> tuple[str, ...]:
    """Return the ids of the cases that a format cannot hold.

    None holds a case with a history, whose question does not stand alone. SQuAD and BEIR need
    evidence, SQuAD none for an unanswerable case where another case has some. promptfoo fills
    templates everywhere, so it would change a question with `{{`, `{%` or `{#`.
    """
    evidence = any(case.evidence for case in suite.cases if not case.history)
    return tuple(case.id for case in suite.cases if not _fits(case, form, evidence=evidence))


def as_squad(suite: Suite, texts: Texts) -> str:
    """Return the suite as SQuAD 2.0 JSON: a paragraph is a whole document.

    A case's paragraph is its first evidence's document, and its answers are those that are
    literally in its evidence; a case without such an answer gives its first quote as the answer.
    Unanswerable cases are impossible questions of the first document. What `left_out` names is not
    there.

    Raises:
        EvidenceError: a quote is not in the documents once.
    """
    paragraphs: dict[str, list[dict[str, object]]] = {name: [] for name in texts}
    for case in _kept(suite, "squad"):
        name = case.evidence[0].document if case.evidence else next(iter(texts))
        paragraphs[name].append(_question(case, texts))
    data = [
        {"title": name, "paragraphs": [{"context": texts[name][0].text, "qas": questions}]}
        for name, questions in paragraphs.items()
    ]
    return json.dumps({"version": "v2.0", "data": data}, ensure_ascii=False, indent=1) + "\n"


def write_beir(suite: Suite, texts: Texts, folder: Path) -> None:
    """Write the suite as a BEIR set: its documents, the questions with evidence, and judgements.

    Raises:
        OSError: a file cannot be written.
    """
    asked = _kept(suite, "beir")
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    documents = ({"_id": name, "title": "", "text": found[0].text} for name, found in texts.items())
    queries = ({"_id": c.id, "text": c.question} for c in asked)
    (folder / "corpus.jsonl").write_text(as_lines(documents), encoding="utf-8")
    (folder / "queries.jsonl").write_text(as_lines(queries), encoding="utf-8")
    pairs = [(c.id, name) for c in asked for name in dict.fromkeys(q.document for q in c.evidence)]
    rows = ["query-id\tcorpus-id\tscore", *(f"{case}\t{name}\t1" for case, name in pairs)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def as_promptfoo(suite: Suite) -> str:
    """Return the suite as a promptfoo configuration in YAML that asks through the command.

    What is accepted, required and forbidden become assertions on what was said, compared as whole
    words; unanswerable cases expect no answer. Evidence is not exported: whether it was cited, only
    `footnote eval` checks. Made for promptfoo 0.123, which needs Node.js 22.
    """
    import yaml

    content = {
        "description": f"Footnote suite {suite.name}",
        "prompts": ["{{question}}"],
        "providers": [_ASK],
        "defaultTest": {"options": {"transform": _SAID}},
        "tests": [
            {
                "description": case.id,
                "vars": {"question": case.question},
                "assert": list(_assertions(case)),
                "metadata": {"tags": list(case.tags), "critical": case.critical},
            }
            for case in _kept(suite, "promptfoo")
        ],
    }
    return str(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100))


def as_lines(rows: Iterable[Mapping[str, object]]) -> str:
    """Return the rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _kept(suite: Suite, form: Format) -> list[GoldCase]:
    lost = left_out(suite, form)
    return [case for case in suite.cases if case.id not in lost]


def _fits(case: GoldCase, form: Format, *, evidence: bool) -> bool:
    if case.history:
        return False
    if form == "promptfoo":
        return not any(mark in case.question for mark in ("{{", "{%", "{#"))
    return bool(case.evidence) or (form == "squad" and evidence and not case.answerable)


def _assertions(case: GoldCase) -> Iterator[dict[str, object]]:
    if not case.answerable:
        yield {"type": "starts-with", "value": _ABSTAINED}
        return
    yield {"type": "not-starts-with", "value": _ABSTAINED}
    for wordings in (case.answers, *case.must_include):
        yield _words("contains-any", wordings)
    if case.must_not_include:
        yield _words("not-contains-any", case.must_not_include)


def _words(kind: str, wordings: Iterable[str]) -> dict[str, object]:
    values = [f" {spaced(wording) or wording} " for wording in wordings]
    return {"type": kind, "value": values, "transform": _WORDS}


def _question(case: GoldCase, texts: Texts) -> dict[str, object]:
    return {
        "id": case.id,
        "question": case.question,
        "is_impossible": not case.answerable,
        "answers": list(_answers(case, texts)),
    }


def _answers(case: GoldCase, texts: Texts) -> Iterator[dict[str, object]]:
    if not case.evidence:
        return
    text = texts[case.evidence[0].document][0].text
    _, start, end = locate(case, texts)[0]
    places = [(answer, text.find(answer, start, end)) for answer in case.answers]
    found = [(answer, place) for answer, place in places if place >= 0]
    for answer, place in found or [(text[start:end], start)]:
        yield {"text": answer, "answer_start": place}
