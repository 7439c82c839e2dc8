"""Asks what weights are fitted on: families of articles set aside, and public sets in no mix."""

import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.types import Hit
from rag import Article, Assistant, Settings
from rag.answer.ranking import Candidate
from rag.question import Question, read_question
from training.judge_rows import (
    FAMILIES,
    OPEN,
    Statement,
    family_of,
    read_families,
    read_statements,
)
from training.rows import Row, raw_rows, read_rows

SETS = ("selqa", "narrativeqa")
"""Of `qa_train`, in no mix."""
_OF_A_SET = 150
ANSWERABLE = ("para", "plain", "other")
DECIDED, UNDECIDED = "decided", "undecided"
"""Kinds of yes/no questions."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with what was found for it."""

    kind: str
    """`para`, `plain`, `near`, `off`; `other` of a public set, `elsewhere` asked of another;
    `decided` and `undecided` for yes or no."""
    large: bool
    """Whether it was asked of the library of all articles."""
    question: Question
    hits: Sequence[Hit]
    source: str
    answers: Sequence[tuple[int, int]]
    accepted: Sequence[str] = ()
    """The words of the answers."""

    def right(self, found: Sequence[Candidate]) -> NDArray[np.bool_]:
        """Tell of each sentence whether it overlaps an accepted answer where it stands."""
        return np.array(
            [
                c.hit.card.source == self.source
                and any(
                    c.scored.sentence.start < b and a < c.scored.sentence.end
                    for a, b in self.answers
                )
                for c in found
            ],
            dtype=bool,
        )


def ask_families(data: Path, most: int, *, kinds: Sequence[str] = ()) -> Iterator[Asked]:
    """Ask the questions of the families set aside, at most so many of a kind.

    Args:
        data: Folder of the training sets.
        most: Questions of a kind.
        kinds: Those that are asked, each of the library of its family alone; empty for all kinds,
            of the library of all articles too.
    """
    aside, chance = read_families(FAMILIES), random.Random(0)
    articles = list(raw_rows(data / "written/articles_train.jsonl.gz"))
    homes = defaultdict(list)
    for row in articles:
        homes[family_of(row["title"])].append(_article(row["title"], row["context"]))
    drawn = _kinds(data, aside, chance, most)
    asked = {kind: rows for kind, rows in drawn.items() if kind in kinds or not kinds}
    families = sorted({family_of(row.document) for rows in asked.values() for row in rows})
    by_family: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for kind, rows in asked.items():
        for row in rows:
            by_family[family_of(row.document)].append((kind, row))
    for row in asked["para"] if not kinds else ():
        other = chance.choice([f for f in families if f != family_of(row.document)])
        by_family[other].append(("off", row))
    for family, questions in by_family.items():
        yield from _ask(homes[family], questions, large=False)
    if kinds:
        return
    large = ("para", "near", "plain")
    every = [(kind, row) for kind in large for row in asked[kind]]
    yield from _ask([a for home in homes.values() for a in home], every, large=True)


def _kinds(
    data: Path, aside: frozenset[str], chance: random.Random, most: int
) -> dict[str, list[Row]]:
    def taken(rows: list[Row]) -> list[Row]:
        return chance.sample(rows, min(most, len(rows)))

    questions = read_rows(data / "written/questions_train.jsonl.gz")
    own = [q for q in questions if family_of(q.document) in aside]
    plain = read_rows(data / "written/plain_train.jsonl.gz")
    told = read_statements(data / "written/yes_no_train.jsonl.gz")
    yes_no = [_asked(t) for t in told if family_of(t.document) in aside]
    return {
        "para": taken([q for q in own if q.answers]),
        "near": taken([q for q in own if not q.answers and q.kind != "other"]),
        "plain": taken([q for q in plain if family_of(q.document) in aside]),
        DECIDED: taken([q for q in yes_no if q.kind == DECIDED]),
        UNDECIDED: taken([q for q in yes_no if q.kind == UNDECIDED]),
    }


def _asked(told: Statement) -> Row:
    return Row(
        question=told.statement,
        context=told.context,
        answers=(),
        document=told.document,
        kind=UNDECIDED if told.allowed == (OPEN,) else DECIDED,
    )


def ask_sets(data: Path) -> Iterator[Asked]:
    """Ask questions of the public sets, of a library of their own passages each."""
    chance = random.Random(1)
    drawn = {}
    for name in SETS:
        rows = [r for r in read_rows(data / f"qa_train/{name}.jsonl.gz") if r.answers]
        drawn[name] = chance.sample(rows, min(_OF_A_SET, len(rows)))
    for name, rows in drawn.items():
        others = [row for other, more in drawn.items() if other != name for row in more]
        yield from ask_rows(name, rows, others)


def ask_rows(name: str, rows: Sequence[Row], elsewhere: Sequence[Row] = ()) -> Iterator[Asked]:
    """Ask questions of a library of their own passages, then those of passages elsewhere."""
    contexts = list(dict.fromkeys(row.context for row in rows))
    names = {context: f"{name}-{n}" for n, context in enumerate(contexts)}
    articles = [_article(names[context], context) for context in contexts]
    own = [("other", _renamed(row, names[row.context])) for row in rows]
    yield from _ask(articles, own + [("elsewhere", row) for row in elsewhere], large=False)


def _renamed(row: Row, document: str) -> Row:
    return Row(question=row.question, context=row.context, answers=row.answers, document=document)


def _article(source: str, text: str) -> Article:
    return Article(source=source, title=re.split(r"\n", text)[0][:60], text=text)


def _ask(
    articles: Sequence[Article], questions: Sequence[tuple[str, Row]], *, large: bool
) -> Iterator[Asked]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder), seeds=False)
        with Assistant.open(settings) as assistant:
            assistant.library.add_articles(articles)
            for kind, row in questions:
                yield Asked(
                    kind=kind,
                    large=large,
                    question=read_question(row.question),
                    hits=assistant.search(row.question),
                    source=row.document,
                    answers=row.answers if kind in ANSWERABLE else (),
                    accepted=[row.context[a:b] for a, b in row.answers],
                )
