"""Fits from where on a claim is said or denied, on claims that the reader was not trained on.

    python -m benchmarks.fit_statements --data /path/to/written --write rag/data/statements.json

The claims are those of `training/calibration_families.json`, asked of a library of their family's
articles through the product's own search. What counts as said is fitted on the families that no
starting weights saw: six false claims in a hundred may pass, what differs plainly left aside. What
counts as denied is fitted on the claims that a text leaves open, eight in a hundred of which may
be called denied. The dev part is measured with `--dev N` and chooses nothing.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embedding import Embedder, load_embedder
from rag import Article, Assistant, Settings
from rag.question import read_query
from rag.reader.onnx_reader import SHA256, OnnxReader
from rag.verification.claims import statement_of
from rag.verification.verdict import Fitted, Weighed, bearing_on, together, weigh
from training.judge_rows import FAMILIES, family_of, is_fresh, read_families
from training.rows import raw_rows

_MAY_PASS = 0.05
_MAY_BE_DENIED = 0.08
_ALONE = 0.005
"""False claims that may pass for what a near sentence says alone, among those that may pass."""
_SURE = 1.28
"""Standard deviations of a count above it, under which nine in ten draws are."""
_SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)
_OPEN_KINDS = ("added", "stitch", "cause")
"""Kinds of falsehood of which the text says neither that they are so nor that they are not."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One claim with what its family's library says of it."""

    row: dict[str, str]
    weighed: Weighed

    @property
    def is_true(self) -> bool:
        """Whether the text says the claim."""
        return bool(self.row["supported"])

    @property
    def is_open(self) -> bool:
        """Whether the text neither says nor denies it."""
        return self.row["label"] == "open" or (
            self.row["label"] == "not_said" and self.row["kind"] in _OPEN_KINDS
        )

    @property
    def alone(self) -> float:
        """How far its sentence says it alone, where that is near, 0 to 1."""
        near = self.weighed.is_near and not self.weighed.differing
        return self.weighed.bearing.alone.said if near else 0.0

    def said(self, share: float, alone: float) -> float:
        """Return how far it is said, 0 to 1; a copy for certain, what differs not at all."""
        if self.weighed.differing:
            return 0.0
        bearing = self.weighed.bearing
        if self.weighed.is_copy or self.alone >= alone:
            return 1.0
        return together(bearing.whole.said, bearing.alone.said, share=share)

    def denied(self, share: float) -> float:
        """Return how far it is denied, 0 to 1."""
        bearing = self.weighed.bearing
        return together(bearing.whole.denied, bearing.alone.denied, share=share)


def main() -> None:
    """Ask, fit, print, and write what was fitted if a file is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--dev", type=int, default=0, help="claims of the dev part to measure")
    args = parser.parse_args()
    aside = read_families(FAMILIES)
    train = [r for r in _own(args.data / "claims_train.jsonl.gz") if family_of(r["title"]) in aside]
    told = _ask(train, args.data)
    fresh = [one for one in told if is_fresh(one.row["title"])]
    alone = _threshold([one.alone for one in told if not one.is_true], _ALONE, sure=_SURE)
    share = max(_SHARES, key=lambda s: _rate(fresh, s, alone))
    false = [one.said(share, alone) for one in fresh if not one.is_true]
    said = _threshold(false, _MAY_PASS, sure=_SURE)
    left_open = [
        0.0 if one.said(share, alone) >= said else one.denied(share) for one in told if one.is_open
    ]
    denied = _threshold(left_open, _MAY_BE_DENIED)
    cut = Fitted(passage=share, said=said, denied=denied, alone=alone)
    print(cut)
    for name, part in (("set aside", told), ("of them fresh", fresh)):
        _report(name, part, cut)
    if args.dev:
        dev = _ask(_own(args.data / "claims_dev.jsonl.gz")[: args.dev], args.data)
        _report("dev", dev, cut)
    if args.write:
        stored = {
            "fitted_by": "benchmarks/fit_statements.py",
            "claims": len(fresh),
            "reader": SHA256[:12],
            **{name: round(getattr(cut, name), 4) for name in Fitted.__slots__},
            "false_passed": round(_passed(fresh, cut, is_true=False), 3),
            "true_supported": round(_passed(fresh, cut, is_true=True), 3),
        }
        args.write.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def _own(path: Path) -> list[dict[str, str]]:
    return [row for row in raw_rows(path) if row["title"].startswith("own:")]


def _ask(rows: Sequence[dict[str, str]], data: Path) -> list[Told]:
    articles: dict[str, list[dict[str, str]]] = defaultdict(list)
    for part in ("train", "dev"):
        for row in raw_rows(data / f"articles_{part}.jsonl.gz"):
            articles[family_of(row["title"])].append(row)
    asked: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        asked[family_of(row["title"])].append(row)
    embedder, reader = load_embedder(), OnnxReader()
    return [
        one
        for family, claims in asked.items()
        for one in _ask_family(claims, articles[family], embedder, reader)
    ]


def _ask_family(
    claims: Sequence[dict[str, str]],
    articles: Sequence[dict[str, str]],
    embedder: Embedder,
    reader: OnnxReader,
) -> list[Told]:
    """Ask the claims of one family of a library of its articles."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(library=Path(folder) / "library", seeds=False)
        with Assistant.open(settings, embedder=embedder) as assistant:
            assistant.library.add_articles(
                Article(
                    source=a["title"], title=a["context"].split("\n")[0][:60], text=a["context"]
                )
                for a in articles
            )
            for row in claims:
                statement = statement_of(row["claim"])
                results = assistant._found(read_query(statement), k=settings.k)
                bearing = bearing_on(
                    statement, results.hits, similarity=results.similarity, tell=reader.tell
                )
                if bearing is not None:
                    found.append(Told(row=row, weighed=weigh(statement, bearing, results.hits)))
    return found


def _threshold(scores: Sequence[float], share: float, *, sure: float = 0.0) -> float:
    """Return the least threshold that a share of the scores reach at most.

    Args:
        scores: Any order.
        share: 0 to 1.
        sure: Standard deviations of their number by which it stays below the share.
    """
    worst = sorted(scores, reverse=True)
    few = max(k for k in range(len(worst)) if k + sure * k**0.5 <= share * len(worst))
    return float(np.nextafter(worst[few], 1.0))


def _rate(told: Sequence[Told], share: float, alone: float) -> float:
    """Return the share of true claims that are supported, the mean over three strictnesses."""
    false = [one.said(share, alone) for one in told if not one.is_true]
    levels = [_threshold(false, level) for level in (0.04, _MAY_PASS, 0.08)]
    true = np.array([one.said(share, alone) for one in told if one.is_true])
    return float(np.mean([(true >= level).mean() for level in levels]))


def _passes(one: Told, cut: Fitted) -> bool:
    return one.said(cut.passage, cut.alone) >= cut.said


def _passed(told: Sequence[Told], cut: Fitted, *, is_true: bool) -> float:
    return float(np.mean([_passes(one, cut) for one in told if one.is_true == is_true]))


def _report(name: str, told: Sequence[Told], cut: Fitted) -> None:
    true, false = (_passed(told, cut, is_true=side) for side in (True, False))
    print(
        f"{name}: n {len(told)}, balanced accuracy {(true + 1 - false) / 2:.3f}, "
        f"true supported {true:.3f}, false passed {false:.3f}"
    )
    for label in ("denied", "open"):
        rows = [one for one in told if one.row["label"] == label]
        rest = [one for one in rows if not _passes(one, cut)]
        altered = sum(bool(one.weighed.differing) for one in rest)
        called = sum(
            not one.weighed.differing and one.denied(cut.passage) >= cut.denied for one in rest
        )
        print(f"  {label}: n {len(rows)}, contradicted {called}, altered {altered}")


if __name__ == "__main__":
    main()
