"""Measures the shipped reader on questions given with their passage, as SQuAD 2.0 does.

    python -m benchmarks.given_passage ROWS.jsonl.gz

Rows are as `training.rows.read_rows` takes them. Each passage is one window; its best sentences are
read once more with the one before, as in the product. Whether a question has an answer is told
three ways: by the span's score over that of none, by whether the window answers, and by whether it
says what is asked.
"""

import argparse
from pathlib import Path

from index.splitting.sentences import split
from rag.reader.onnx_reader import OnnxReader
from rag.reader.windows import window_of, with_the_one_before
from rag.testing import hit_of
from training.figures import span_figures
from training.rows import Row, read_rows

_TOKENS = 384
"""Of a passage, as is usual for SQuAD."""
_AGAIN = 3


def main() -> None:
    """Read a set and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=Path)
    rows = read_rows(parser.parse_args().rows)
    reader = OnnxReader(window_tokens=_TOKENS)
    found = [_best(reader, row) for row in rows]
    golds = [[row.context[start:end] for start, end in row.answers] for row in rows]
    for way in ("span", "answers", "said"):
        told = [(words, scores[way]) for words, scores in found]
        print(f"told by {way}")
        for name, value in span_figures(told, golds).items():
            print(f"  {name:14} {value:8.4f}")


def _best(reader: OnnxReader, row: Row) -> tuple[str, dict[str, float]]:
    """Return the words of the best span, and what is said of it and of all sentences."""
    hit = hit_of(*(row.context[span.start : span.end] for span in split(row.context)))
    readings = reader.read(row.question, [window_of(hit)])
    readings.sort(key=lambda one: -one.span)
    again = [
        first.and_again(reader.read(row.question, [with_the_one_before(hit, first.sentence)])[-1])
        for first in readings[:_AGAIN]
    ]
    both = [*again, *readings[_AGAIN:]]
    best = max(both, key=lambda one: one.span)
    ways = ("span", "answers", "said")
    return best.words, {way: max(getattr(one, way) for one in both) for way in ways}


if __name__ == "__main__":
    main()
