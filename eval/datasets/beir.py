"""Reads retrieval sets in BEIR's form: a corpus, queries and relevance grades."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.datasets.jsonl import DatasetError, read_lines, read_objects, string_field
from rag import Article


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
