"""Reads question sets in SQuAD's form: official nested JSON (1.1, 2.0) and flat JSON lines.

Asking them is `eval.squad_runner`'s work.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.datasets.jsonl import DatasetError, open_text, read_objects, string_field
from eval.metrics import normalised_nfc
from rag import Article


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


def _question(row: _Row, article: Article) -> SquadQuestion:
    answers = [(normalised_nfc(text), _moved(row.context, start)) for text, start in row.answers]
    return SquadQuestion(
        id=row.id,
        question=row.question,
        source=article.source,
        answers=tuple(text for text, _ in answers),
        spans=tuple(_span(article.text, text, start, row) for text, start in answers),
    )


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
        with open_text(path) as file:
            return json.load(file)
    except (OSError, EOFError, ValueError) as error:
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
