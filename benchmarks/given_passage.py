"""Measures the shipped reader on questions given with their passage, as SQuAD 2.0 does.

    python -m benchmarks.given_passage ROWS.jsonl.gz

Rows are as `rag.reader.examples.read_rows` takes them. Each passage is one window; the product
reads smaller ones. Whether a question has an answer is told by the span's score over that of none.
"""

import argparse
from pathlib import Path

from index.sentences import split
from index.types import Hit, Passage, ScoredSentence, Sentence
from rag.reader.examples import Row, read_rows
from rag.reader.onnx_reader import OnnxReader
from rag.reader.tuning import measures
from rag.reader.windows import Window

_TOKENS = 384
"""Of a passage with its question, as is usual for SQuAD."""


def main() -> None:
    """Read a set and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=Path)
    rows = read_rows(parser.parse_args().rows)
    reader = OnnxReader(window_tokens=_TOKENS)
    for name, value in measures([_best(reader, row) for row in rows], rows).items():
        print(f"{name:14} {value:8.4f}")


def _best(reader: OnnxReader, row: Row) -> tuple[str, float]:
    """Return the words of the best span and their score over that of no answer."""
    best = max(reader.read(row.question, [_window(row.context)]), key=lambda r: r.span)
    return row.context[best.start : best.end], best.span


def _window(text: str) -> Window:
    sentences = tuple(
        Sentence(document_id="", ordinal=n, start=s.start, end=s.end, text=text[s.start : s.end])
        for n, s in enumerate(split(text))
    )
    hit = Hit(
        passage=Passage(id="", document_id="", ordinal=0, start=0, end=len(text), text=text),
        title="",
        source="",
        document_sha256="",
        page=None,
        score=1.0,
        sentences=tuple(ScoredSentence(sentence=s, similarity=0, coverage=0) for s in sentences),
    )
    return Window(hit=hit, sentences=sentences)


if __name__ == "__main__":
    main()
