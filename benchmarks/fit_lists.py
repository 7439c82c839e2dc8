"""Fits from what on a sentence belongs to a list, and measures the items that are named.

    python -m benchmarks.fit_lists --write rag/data/lists.json

Asked are the questions of `benchmarks/lists.toml` over its articles. Of all limits on a grid those
are taken that name the most right sentences, a wrong one counting as three, and among equals the
strictest. The items are counted with the limits that ship.
"""

import argparse
import itertools
import json
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag import Answer, Article, Assistant, Settings
from rag.answer.confidence import Weighed, weigh
from rag.answer.extractive import shipped_reader
from rag.answer.items import of_noun
from rag.answer.several import Limits
from rag.answer.several import limits as shipped
from rag.answer.stated import bears_out
from rag.question import Question, read_question
from rag.reader.weights import SHA256

SET = Path(__file__).with_name("lists.toml")
_TRIED = 8
_SHARES = (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1)
_SPANS = (-8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0)
_SAID = (0.7, 0.75, 0.8, 0.85, 0.9)
_SURE = (0.05, 0.1, 0.2)
_WRONG = 3.0
"""What a wrong sentence counts beside a right one."""


@dataclass(frozen=True, kw_only=True)
class Further:
    """A sentence behind the first, as a part of a list."""

    share: float
    span: float
    of_noun: bool
    said: float
    right: bool

    def belongs(self, limits: Limits) -> bool:
        """Say whether it passes."""
        least = limits.span_of_noun if self.of_noun else limits.span
        if self.span > 0 and self.share >= max(limits.sure, limits.share):
            return True
        return self.share >= limits.share and self.span >= least and self.said >= limits.said


def main() -> None:
    """Ask, fit, print, and write the limits if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    asked = tomllib.loads(SET.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder), seeds=False)
        with Assistant.open(settings) as assistant:
            for one in asked["article"]:
                title = one["text"].partition("\n")[0]
                assistant.library.add_articles(
                    [Article(source=one["name"], title=title, text=one["text"])]
                )
            further = [f for row in asked["question"] for f in _further(assistant, row)]
            answers = [(row, assistant.ask(row["asked"])) for row in asked["question"]]
    limits = fit(further)
    passed = [one.right for one in further if one.belongs(limits)]
    print(f"{limits}: {sum(passed)} of {len(passed)} further sentences right")
    _report(answers)
    if options.write:
        named = {name: getattr(limits, name) for name in Limits.__slots__}
        stored = {"fitted_by": "benchmarks/fit_lists.py", "reader": SHA256[:12], **named}
        options.write.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def _further(assistant: Assistant, row: dict[str, Any]) -> Iterator[Further]:
    """Yield the sentences behind the first that were read for a question for several things."""
    question, reader = read_question(row["asked"]), shipped_reader()
    if not question.several:
        return
    weighed, _ = weigh(question, assistant.search(row["asked"]), reader)
    for one in weighed[1:_TRIED]:
        if one.reading is not None:
            told = bears_out(question.text, one.reading, one.candidate.hit, reader)
            yield _made(one, weighed[0], question, said=told.said, row=row)


def _made(
    one: Weighed, first: Weighed, question: Question, *, said: float, row: dict[str, Any]
) -> Further:
    assert one.reading is not None
    return Further(
        share=one.probability / first.probability,
        span=one.reading.span,
        of_noun=of_noun(one, question),
        said=said,
        right=_is_right(one.reading.words, row),
    )


def _is_right(words: str, row: dict[str, Any]) -> bool:
    wanted = [*row["items"], *row.get("optional", [])]
    return any(item.casefold() in words.casefold() for item in wanted)


def fit(further: Sequence[Further]) -> Limits:
    """Return the limits that are worth most; of equals the strictest."""
    best, chosen, beside = -1.0, replace(shipped(), share=1.0, said=1.0, sure=1.0), shipped().beside
    grid = itertools.product(_SHARES, _SPANS, _SPANS, _SAID, _SURE)
    for share, span, span_of_noun, said, sure in grid:
        limits = Limits(
            share=share,
            span=span,
            span_of_noun=span_of_noun,
            said=said,
            sure=sure,
            beside=beside,
        )
        passed = [one.right for one in further if one.belongs(limits)]
        worth = sum(passed) - _WRONG * (len(passed) - sum(passed))
        if span_of_noun <= span and (worth, -sure) >= (best, -chosen.sure):
            best, chosen = worth, limits
    return chosen


def _report(answers: Sequence[tuple[dict[str, Any], Answer]]) -> None:
    named = right = missed = 0
    for row, answer in answers:
        items = [part.text for part in answer.parts] or [answer.short or ""]
        items = [item for item in items if item]
        told = " ".join(items).casefold()
        named += len(items)
        right += sum(_is_right(item, row) for item in items)
        missed += sum(item.casefold() not in told for item in row["items"])
        print(f"  {row['asked']} {' | '.join(items) or answer.status}")
    wanted = sum(len(row["items"]) for row, _ in answers)
    print(f"items named {named}, right {right}; of {wanted} wanted missed {missed}")


if __name__ == "__main__":
    main()
