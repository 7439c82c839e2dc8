"""Reads what the judge is trained on: statements, and a mix that leaves families out."""

import json
import random
import re
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from training.rows import Row, drawn, raw_rows, read_rows

SAID, DENIED, OPEN = 0, 1, 2
"""What a window says of a statement, in the order of the head's outputs."""
FAMILIES = Path(__file__).with_name("calibration_families.json")
MIX = Path(__file__).with_name("judge_mix.json")
"""Names of files with how often their rows are drawn: of questions, and of statements."""

_LABELS = {
    "said": (SAID,),
    "denied": (DENIED,),
    "open": (OPEN,),
    "not_said": (DENIED, OPEN),
    "yes": (SAID,),
    "no": (DENIED,),
    "unknown": (OPEN,),
}
_OWN = "own:"
_FRESH = 23
_MEMBER = re.compile(r"-[a-z]$")
_TITLED = ("vitaminc", "fever")
"""Sources whose texts say "he" or "the film" of their title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement or yes/no question with its passage."""

    statement: str
    context: str
    allowed: tuple[int, ...]
    """Which of SAID, DENIED and OPEN may hold."""
    document: str
    source: str


def family_of(document: str) -> str:
    """Return the name of a document's family, empty where it has none."""
    return _MEMBER.sub("", document) if document.startswith(_OWN) else ""


def is_fresh(document: str) -> bool:
    """Say whether a document is of the newest families, which no starting weights ever saw."""
    return document.startswith(_OWN) and int(document.split(":")[1]) >= _FRESH


def read_families(path: Path) -> frozenset[str]:
    """Return the families that are set aside for thresholds and never trained on."""
    return frozenset(json.loads(path.read_text(encoding="utf-8")))


def read_statements(path: Path) -> list[Statement]:
    """Return the rows of a file of claims, of yes/no questions, or of entailment."""
    found = []
    source = path.name.split(".")[0]
    for row in raw_rows(path):
        title = row.get("title") or ""
        titled = source.startswith(_TITLED) and title
        found.append(
            Statement(
                statement=row.get("statement") or row.get("claim") or row["question"],
                context=f"{title}. {row['context']}" if titled else row["context"],
                allowed=_LABELS[row.get("label") or row["answer"]],
                document=title,
                source=source,
            )
        )
    return found


def read_mix(
    mix: Path, data: Path, *, aside: Set[str], chance: random.Random
) -> tuple[list[Row], list[Statement]]:
    """Draw the questions and statements of one run, none of a family that is set aside."""
    shares = json.loads(mix.read_text(encoding="utf-8"))
    questions: list[Row] = []
    statements: list[Statement] = []
    for name, share in shares["questions"].items():
        rows = read_rows(data / f"{name}.jsonl.gz")
        questions += drawn([r for r in rows if family_of(r.document) not in aside], share, chance)
    for name, share in shares["statements"].items():
        told = read_statements(data / f"{name}.jsonl.gz")
        statements += drawn([s for s in told if family_of(s.document) not in aside], share, chance)
    return questions, statements
