"""Counts what is told of articles that disagree, and of articles that do not.

    python -m benchmarks.disagreeing ROWS.jsonl.gz

Rows are as `training.rows.read_rows` takes them; each passage is an article. First questions
are asked of all passages as they are. Then passages whose answer is a year, a number or a name get
a copy beside them that has another one there, and the question of each is asked.
"""

import argparse
import random
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rag import Answer, Article, Assistant, Settings
from training.rows import Row, read_rows

_UNALTERED, _ALTERED = 400, 120
_NAMES = ("Anna Berg", "Luca Contarini", "Peter Novak", "Marburg", "Elena Sokolova")
_TOLD = "But another document says"


def main() -> None:
    """Ask and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=Path)
    rows = read_rows(parser.parse_args().rows)
    answerable = [row for row in rows if row.answers]
    random.Random(3).shuffle(answerable)
    texts = list(dict.fromkeys(row.context for row in rows))
    same = [(row, "", "") for row in answerable[:_UNALTERED]]
    print("as they are", dict(_outcomes(texts, same)))
    altered = _altered(answerable)
    copies = [_with(row.context, old, new) for row, old, new in altered]
    print("with altered copies", dict(_outcomes([*texts, *copies], altered)))


def _altered(rows: Sequence[Row]) -> list[tuple[Row, str, str]]:
    """Return questions of different passages, each with its answer and another one."""
    found: dict[str, tuple[Row, str, str]] = {}
    for row in rows:
        start, end = row.answers[0]
        old = row.context[start:end]
        new = _other(old)
        if new and row.context not in found and _with(row.context, old, new) != row.context:
            found[row.context] = row, old, new
    return list(found.values())[:_ALTERED]


def _other(answer: str) -> str | None:
    if re.fullmatch(r"\d{1,4}( \w+)?", answer):
        return re.sub(r"\d+", lambda number: str(int(number[0]) + 7), answer)
    if re.fullmatch(r"[A-Z]\w+( [A-Z]\w+){0,2}", answer):
        return _NAMES[len(answer) % len(_NAMES)]
    return None


def _with(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text)


def _outcomes(texts: Sequence[str], questions: Sequence[tuple[Row, str, str]]) -> Counter[str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(library=Path(folder) / "library", seeds=False)
        with Assistant.open(settings) as assistant:
            assistant.library.add_articles(
                [Article(source=str(n), title=f"Text {n}", text=t) for n, t in enumerate(texts)]
            )
            return Counter(
                _outcome(assistant.ask(row.question), old, new) for row, old, new in questions
            )


def _outcome(answer: Answer, old: str, new: str) -> str:
    if answer.status == "abstained":
        return "abstained"
    if _TOLD in answer.text:
        return "told"
    quotes = " ".join(citation.quote for citation in answer.citations)
    return "both quoted" if old and old in quotes and new in quotes else "one quoted"


if __name__ == "__main__":
    main()
