"""Fits from what on a sentence belongs to a list, and measures the items that are named.

    python -m benchmarks.fit_lists --write rag/data/lists.json

Asked are the questions of `benchmarks/lists.toml` over its articles. Of all limits on a grid those
are taken that name the most right sentences, a wrong one counting as three, and among equals those
in the middle. The items are counted with the limits that ship.
"""

import argparse
import itertools
import json
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag import Answer, Article, Assistant, Settings
from rag.answer.confidence import Weighed, weigh
from rag.answer.extractive import shipped_reader
from rag.answer.items import asks_for_mentioned, of_noun
from rag.answer.several import Limits, adds, is_heading
from rag.answer.several import limits as shipped
from rag.answer.yes_no import bears_out
from rag.question import Question, read_question
from rag.reader.onnx_reader import SHA256

SET = Path(__file__).with_name("lists.toml")
_TRIED = 8
_SHARES = (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1)
_SPANS = (-8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0, 0.0)
_SAID = (0.7, 0.75, 0.8, 0.85, 0.9)
_SURE = (0.05, 0.1, 0.2, 0.4)
_SAID_OF_MORE = (0.3, 0.4, 0.5, 0.6, 0.7)
_WRONG = 3.0
"""What a wrong sentence counts beside a right one."""


@dataclass(frozen=True, kw_only=True)
class Further:
    """A sentence behind the first, as a part of a list."""

    share: float
    span: float
    of_noun: bool
    adds: bool
    said: float
    right: bool

    def belongs(self, limits: Limits) -> bool:
        """Say whether it passes."""
        least = limits.span_of_noun if self.of_noun else limits.span
        if self.span > 0 and self.share >= max(limits.sure, limits.share):
            return True
        if self.adds and self.span >= limits.span_of_more and self.said >= limits.said_of_more:
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
    if not question.several or asks_for_mentioned(question):
        return
    weighed, _ = weigh(question, assistant.search(row["asked"]), reader)
    found = [weighed[0]]
    for one in weighed[1:_TRIED]:
        if one.reading is not None and not is_heading(one):
            told = bears_out(question.text, one.reading, one.candidate.hit, reader)
            made = _made(one, found, question, said=told.said, row=row)
            found += [one] if made.right else []
            yield made


def _made(
    one: Weighed, found: Sequence[Weighed], question: Question, *, said: float, row: dict[str, Any]
) -> Further:
    assert one.reading is not None
    return Further(
        share=one.probability / found[0].probability,
        span=one.reading.span,
        of_noun=of_noun(one, question),
        adds=adds(one, found),
        said=said,
        right=_is_right(one.reading.words, row),
    )


def _is_right(words: str, row: dict[str, Any]) -> bool:
    wanted = [*row["items"], *row.get("optional", [])]
    return any(item.casefold() in words.casefold() for item in wanted)


def fit(further: Sequence[Further]) -> Limits:
    """Return the limits that are worth most; of equals those in their middle."""
    gain = np.array([1.0 if one.right else -_WRONG for one in further])
    share, span, said = (
        np.array([getattr(one, name) for one in further]) for name in ("share", "span", "said")
    )
    of_noun = np.array([one.of_noun for one in further])
    worth: dict[tuple[float, ...], float] = {}
    for sure, least, plain, noun in itertools.product(_SURE, _SHARES, _SPANS, _SPANS):
        if noun <= plain:
            is_sure = (span > 0) & (share >= max(sure, least))
            likely = ~is_sure & (share >= least) & (span >= np.where(of_noun, noun, plain))
            for told in _SAID:
                passed = is_sure | (likely & (said >= told))
                worth[sure, least, plain, noun, told] = float(gain[passed].sum())
    sure, least, plain, noun, told = _middle(worth)
    limits = replace(shipped(), share=least, span=plain, span_of_noun=noun, said=told, sure=sure)
    of_more = {}
    for more, told in itertools.product(_SPANS, _SAID_OF_MORE):
        tried = replace(limits, span_of_more=more, said_of_more=told)
        of_more[more, told] = float(gain[[one.belongs(tried) for one in further]].sum())
    more, told = _middle(of_more)
    return replace(limits, span_of_more=more, said_of_more=told)


def _middle(worth: Mapping[tuple[float, ...], float]) -> tuple[float, ...]:
    """Return the key of most worth that is nearest to the median of all such keys."""
    most = max(worth.values())
    best = [key for key, value in worth.items() if value == most]
    rows = np.array(best)
    spread = np.maximum(rows.std(axis=0), 1e-9)
    far = np.abs((rows - np.median(rows, axis=0)) / spread).sum(axis=1)
    return best[int(far.argmin())]


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
