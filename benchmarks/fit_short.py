"""Fits from which worth on the short answer is shown, and says what it gives.

    python -m benchmarks.fit_short --data DATA --write rag/data/answering.json

Asked are questions of the families that no reader was trained on, worded unlike the text (`para`)
and in its words (`plain`), and questions of public sets of which next to nothing is in the mix of
the training. Where no short answer is shown, F1 is that of the sentences. The threshold is the
greatest that costs at most a hundredth of the mean F1 of all answered questions, each kind counting
alike: nearly every short answer is worth more than a whole sentence by F1 alone, and of two that
give the same the one that shows less that is wrong is better. Run it after
`benchmarks.fit_answering`, whose weights it asks with; it takes about two minutes of one core.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.asked_families import Asked, ask_families, ask_rows
from eval.metrics.answers import exact_match, token_f1
from rag.answer.confidence import weigh, weights
from rag.answer.extractive import shipped_reader
from rag.answer.several import chosen
from rag.answer.short import short_of, unit_of
from training.rows import read_rows

SETS = {"squadshifts_wikipedia": 200, "squadshifts_amazon": 60, "squadshifts_reddit": 60}
"""Of `qa_train`, each a tenth or less of whose rows is in the mix, with how many are asked."""
_KINDS = ("para", "plain", "other")
_COSTS = 0.01
"""Of F1, that showing fewer wrong short answers may cost."""
_WRONG = 0.2
"""F1 under which a short answer is wrong."""
_SHOWN = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True, kw_only=True)
class Done:
    """A question that is answered."""

    kind: str
    worth: float
    """Of its short answer; 0 where it has none."""
    short: float
    """F1 of the short answer."""
    exact: float
    whole: float
    """F1 of the sentences."""


def main() -> None:
    """Ask, fit, print, and write the threshold into the file if one is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument("--questions", type=int, default=200, help="of a kind of the families")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    asked = [*ask_families(options.data, options.questions, kinds=_KINDS), *ask_sets(options.data)]
    done = [one for question in asked if (one := answer(question))]
    threshold = fit(done)
    report(done, threshold)
    if options.write:
        stored = json.loads(options.write.read_text(encoding="utf-8"))
        stored["exact"] = round(threshold, 4)
        options.write.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def ask_sets(data: Path) -> Iterator[Asked]:
    """Ask questions of the public sets, each of a library of their own passages."""
    chance = random.Random(2)
    for name, most in SETS.items():
        rows = [r for r in read_rows(data / f"qa_train/{name}.jsonl.gz") if r.answers]
        yield from ask_rows(name, chance.sample(rows, most))


def answer(asked: Asked) -> Done | None:
    """Return what the answer gives; None where the question is not answered."""
    question, accepted = asked.question, asked.accepted
    reader = shipped_reader()
    weighed, sure = weigh(question, asked.hits, reader)
    if not weighed or sure < weights().threshold or question.expects == "yes_no":
        return None
    found = chosen(weighed, question, reader)
    short = short_of(found, [unit_of(one, question) for one in found], question)
    return Done(
        kind=asked.kind,
        worth=short.worth if short else 0.0,
        short=token_f1(short.text, accepted) if short else 0.0,
        exact=exact_match(short.text, accepted) if short else 0.0,
        whole=token_f1(" ".join(one.text for one in found), accepted),
    )


def fit(done: Sequence[Done]) -> float:
    """Return the greatest threshold that costs at most a hundredth of the mean F1."""
    thresholds = np.arange(0.05, 0.96, 0.01)
    means = np.array([_means(done, threshold).mean() for threshold in thresholds])
    return float(thresholds[means >= means.max() - _COSTS].max())


def _means(done: Sequence[Done], threshold: float) -> NDArray[np.float64]:
    """Return the mean F1 of each kind."""
    found = defaultdict(list)
    for one in done:
        found[one.kind].append(one.short if one.worth >= threshold else one.whole)
    return np.array([np.mean(found[kind]) for kind in sorted(found)])


def report(done: Sequence[Done], threshold: float) -> None:
    """Print what each threshold gives, and how far the worth may be believed."""
    for least in sorted({*_SHOWN, round(threshold, 2)}):
        shown = [one for one in done if one.worth >= max(least, 1e-9)]
        wrong = np.mean([one.short < _WRONG for one in shown])
        print(
            f"{least:.2f}: shown {len(shown) / len(done):.2f}, wrong {wrong:.3f} of them, exact "
            f"{np.mean([one.exact for one in shown]):.3f}; F1 {_means(done, least).round(3)}"
        )
    for low in np.arange(0.0, 1.0, 0.1):
        here = [one for one in done if low <= one.worth < low + 0.1 and one.worth > 0]
        if here:
            worth, short = (np.mean([getattr(one, n) for one in here]) for n in ("worth", "short"))
            print(f"  worth {worth:.2f}: F1 {short:.2f}, n {len(here)}")
    print(f"threshold {threshold:.2f} of {len(done)} answered questions: {sorted(_KINDS)}")


if __name__ == "__main__":
    main()
