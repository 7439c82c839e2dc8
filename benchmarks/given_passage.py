"""Measures the shipped reader on questions given with their passage, as SQuAD 2.0 does.

    python -m benchmarks.given_passage ROWS.jsonl.gz [--alone 0]

Rows are as `training.rows.read_rows` takes them. Each passage is one window; the product
reads smaller ones. Whether a question has an answer is told by the span's score over that of none.
"""

import argparse
from pathlib import Path

from index.splitting.sentences import split
from rag.reader.onnx_reader import OnnxReader
from rag.reader.windows import Window
from rag.testing import hit_of
from training.rows import Row, read_rows
from training.tuning import measures

_TOKENS = 384
"""Of a passage, as is usual for SQuAD."""


def main() -> None:
    """Read a set and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=Path)
    parser.add_argument("--alone", type=int, default=4, help="sentences read once more, alone")
    options = parser.parse_args()
    rows = read_rows(options.rows)
    reader = OnnxReader(window_tokens=_TOKENS, alone=options.alone)
    for name, value in measures([_best(reader, row) for row in rows], rows).items():
        print(f"{name:14} {value:8.4f}")


def _best(reader: OnnxReader, row: Row) -> tuple[str, float]:
    """Return the words of the best span and their score over that of no answer."""
    hit = hit_of(*(row.context[span.start : span.end] for span in split(row.context)))
    window = Window(hit=hit, sentences=tuple(scored.sentence for scored in hit.sentences))
    best = max(reader.read(row.question, [window]), key=lambda reading: reading.span)
    return best.words, best.span


if __name__ == "__main__":
    main()
