"""Reads the rows that training draws from: questions with their passages, in SQuAD's form."""

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A question with its passage."""

    question: str
    context: str
    answers: tuple[tuple[int, int], ...]
    """Character spans in the passage as annotators chose them; empty where it does not answer."""
    document: str
    """Name of the document that the passage is from; empty where unknown."""
    source: str = ""
    """Name of the file that it is from, without endings."""
    kind: str = ""
    """Of a near miss; empty for others."""


def raw_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a gzipped JSONL file of SQuAD-like rows, in order.

    Each row has `question`, `context`, `answers` (`text`, `answer_start`) and maybe `title`,
    `kind` and `is_impossible`; one with neither an answer nor `is_impossible` is left out.
    """
    rows = []
    for row in raw_rows(path):
        texts, starts = row["answers"]["text"], row["answers"]["answer_start"]
        spans = tuple((s, s + len(t)) for t, s in zip(texts, starts, strict=True) if t)
        if spans or row.get("is_impossible"):
            rows.append(
                Row(
                    question=row["question"],
                    context=row["context"],
                    answers=() if row.get("is_impossible") else spans,
                    document=row.get("title") or "",
                    source=path.name.split(".")[0],
                    kind=row.get("kind") or "",
                )
            )
    return rows


def drawn(rows: list[_Row], share: float, chance: random.Random) -> list[_Row]:
    """Return the rows drawn so often: all of them for each whole one, and a part for the rest."""
    return rows * int(share) + chance.sample(rows, round(len(rows) * (share % 1)))
