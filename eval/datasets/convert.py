"""Turns SQuAD-form and BEIR-form sets into gold cases."""

import json
from collections.abc import Iterator

from eval.datasets.beir import BeirSet
from eval.datasets.squad import SquadSet
from rag import Article

_EVIDENCE = 200
"""Characters of a relevant document's beginning that stand for it as evidence."""


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
        document = _file_name(question.source)
        yield row | {
            "answers": list(dict.fromkeys(question.answers)),
            "evidence": [{"document": document, "quote": quote}],
        }


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
                {"document": _file_name(article.source), "quote": _beginning(article)}
                for article in relevant
            ],
            "tags": ["retrieval"],
        }


def as_lines(rows: Iterator[dict[str, object]]) -> str:
    """Return the rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _beginning(article: Article) -> str:
    return article.text[:_EVIDENCE].strip()


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _file_name(source: str) -> str:
    return source.rpartition("/")[2]
