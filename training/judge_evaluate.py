"""Measures weights of the judge: `python -m training.judge_evaluate --help`.

Thresholds, and which score tells whether a window answers, are chosen on the families set aside;
the dev parts are only measured with them.
"""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from eval.metrics.answers import token_f1
from index.embedding import onnx
from index.embedding.onnx import load_tokenizer
from index.terms import content_terms
from rag.reader.windows import TokenScores, best_span
from training import figures
from training.encoded import Example
from training.judge_draw import Encoder
from training.judge_model import Judge, device, scored
from training.judge_rows import (
    FAMILIES,
    OPEN,
    Statement,
    family_of,
    is_fresh,
    read_families,
    read_statements,
)
from training.judge_windows import Passage, Window, passage_of, window_of
from training.reader_weights import load
from training.rows import Row, raw_rows, read_rows

Floats = NDArray[np.float64]
_Row = TypeVar("_Row", Row, Statement)
_MOST = 384
_TOGETHER = 64
_RANKED, _OFF = 100, 400
"""Questions, at most."""
_DRAWN = 20
"""Passages of other families of which the most misleading one is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What the judge says of windows."""

    span: Floats
    """Score of the best span over that of no answer."""
    answers: Floats
    words: list[str]


class Scorer:
    """Runs a model over questions or statements with windows."""

    def __init__(self, model: Judge, narrow: torch.dtype | None) -> None:
        tokenizer = load_tokenizer(onnx.model_folder() / "tokenizer.json")
        self._tokenizer, self._encoder = tokenizer, Encoder(tokenizer, _MOST)
        self._model, self._narrow = model.eval(), narrow

    @torch.no_grad()
    def read(self, pairs: Sequence[tuple[str, Window]]) -> Read:
        """Return spans and answers of questions with their windows."""
        span, answers, words = [], [], []
        for start in range(0, len(pairs), _TOGETHER):
            part = pairs[start : start + _TOGETHER]
            windows = [self._encoded(asked, window) for asked, window in part]
            for (_, window), encoded, scores in zip(
                part, windows, scored(self._model, windows, self._narrow), strict=True
            ):
                inner = slice(encoded.passage_from, len(encoded.ids) - 1)
                offsets = self._tokenizer.encode(window.text, add_special_tokens=False).offsets
                starts, ends = scores.start.cpu().numpy(), scores.end.cpu().numpy()
                best = best_span(
                    TokenScores(offsets=offsets, starts=starts[inner], ends=ends[inner])
                )
                words.append(window.text[offsets[best.first][0] : offsets[best.last][1]])
                span.append(best.score - float(starts[0] + ends[0]))
                answers.append(float(scores.answers))
        return Read(span=np.array(span), answers=np.array(answers), words=words)

    @torch.no_grad()
    def judge(self, pairs: Sequence[tuple[str, Window]]) -> Floats:
        """Return the log probabilities of said, denied and open."""
        found = []
        for start in range(0, len(pairs), _TOGETHER):
            part = [self._encoded(asked, window) for asked, window in pairs[start:][:_TOGETHER]]
            found += [s.statement.cpu().numpy() for s in scored(self._model, part, self._narrow)]
        return figures.logged(np.array(found, dtype=np.float64))

    def _encoded(self, asked: str, window: Window) -> Example:
        encoded = self._encoder.encode(asked, window)
        if encoded is None:
            raise ValueError("a window without an answer to keep is never refused")
        return encoded


class Sets:
    """The rows that are measured: the dev part and the families set aside."""

    def __init__(self, data: Path, families: Path, sample: int, aside_sample: int) -> None:
        aside = read_families(families)
        chance = random.Random(3)
        written = data / "written"

        def taken(rows: list[_Row], part: str, *, fresh: bool = True) -> list[_Row]:
            kept = [r for r in rows if r.document.startswith("own:")]
            if part == "aside":
                kept = [r for r in kept if family_of(r.document) in aside]
                kept = [r for r in kept if is_fresh(r.document) or not fresh]
            chance.shuffle(kept)
            most = sample if part == "dev" else aside_sample
            return kept[: most or None]

        self.questions: dict[str, list[Row]] = {}
        self.plain: dict[str, list[Row]] = {}
        self.claims: dict[str, list[Statement]] = {}
        self.words: dict[str, list[Statement]] = {}
        for part, ending in (("aside", "train"), ("dev", "dev")):
            named = {n: written / f"{n}_{ending}.jsonl.gz" for n in _FILES}
            self.questions[part] = taken(read_rows(named["questions"]), part)
            self.plain[part] = taken(read_rows(named["plain"]), part, fresh=False)
            self.claims[part] = taken(read_statements(named["claims"]), part)
            self.words[part] = taken(read_statements(named["yes_no"]), part)
        rows = read_statements(written / "claims_train.jsonl.gz")
        self.opened = [s for s in rows if family_of(s.document) in aside and s.allowed == (OPEN,)]
        self.squad = read_rows(data / "qa_dev/squad2_dev_part.jsonl.gz")[: sample or None]
        articles = list(raw_rows(written / "articles_dev.jsonl.gz"))
        made = [passage_of(row["context"], row["title"]) for row in articles]
        self.articles: list[Passage] = [passage for passage in made if passage]


_FILES = ("questions", "plain", "claims", "yes_no")


def measured(scorer: Scorer, sets: Sets, heads: frozenset[str]) -> dict[str, float]:
    """Return all figures of a model by name, of the heads that it has."""
    found: dict[str, float] = {}
    if "head" in heads:
        found |= _given_passage(scorer, sets)
        found |= _ranking(scorer, sets)
    if "statement" in heads:
        found |= _statements(scorer, sets)
    return found


def _whole(context: str) -> Window:
    return Window(text=context, begin=0, start=0)


def _given_passage(scorer: Scorer, sets: Sets) -> dict[str, float]:
    found: dict[str, float] = {}
    scores: dict[str, dict[str, dict[str, Floats]]] = {}
    for part in ("aside", "dev"):
        near = [q for q in sets.questions[part] if not q.answers]
        para = [q for q in sets.questions[part] if q.answers]
        plain = [q for q in sets.plain[part] if q.answers]
        off = _off(para[:_OFF], sets.articles if part == "dev" else None)
        scores[part] = {}
        for name, rows in (("near", near), ("para", para), ("plain", plain), ("off", off)):
            read = scorer.read([(q.question, _whole(q.context)) for q in rows])
            scores[part][name] = figures.ways(read.span, read.answers)
            if name in ("para", "plain"):
                found[f"{part}_{name}_f1"] = _f1(read, rows)
    for part, named in scores.items():
        for way in named["para"]:
            for one, other in _COMPARED:
                found[f"{part}_{one}_{other}_{way}"] = figures.area(
                    named[one][way], named[other][way]
                )
    way = max(scores["aside"]["para"], key=lambda w: _separation(found, w))
    found["way"] = float(list(scores["aside"]["para"]).index(way))
    threshold = figures.answered_threshold(scores["aside"]["para"][way])
    found["answer_threshold"] = threshold
    for name, ways in scores["dev"].items():
        found[f"dev_{name}_answered"] = float((ways[way] >= threshold).mean())
    return found | _squad(scorer, sets.squad, way)


_COMPARED = (("para", "near"), ("plain", "near"), ("para", "off"))


def _separation(found: dict[str, float], way: str) -> float:
    return sum(found[f"aside_{one}_{other}_{way}"] for one, other in _COMPARED)


def _squad(scorer: Scorer, rows: Sequence[Row], way: str) -> dict[str, float]:
    read = scorer.read([(q.question, _whole(q.context)) for q in rows])
    has = np.array([bool(q.answers) for q in rows])
    ways = figures.ways(read.span, read.answers)
    found = {f"squad_area_{name}": figures.area(s[has], s[~has]) for name, s in ways.items()}
    return {"squad_f1": _f1(read, rows), "squad_area": found[f"squad_area_{way}"], **found}


def _f1(read: Read, rows: Sequence[Row]) -> float:
    """Return the mean F1 over answerable rows."""
    found = [
        token_f1(words, [row.context[a:b] for a, b in row.answers])
        for words, row in zip(read.words, rows, strict=True)
        if row.answers
    ]
    return float(np.mean(found)) if found else float("nan")


def _off(rows: Sequence[Row], articles: Sequence[Passage] | None) -> list[Row]:
    """Return the questions with the passage of another family that shares most with them."""
    pool = articles or [p for q in rows if (p := passage_of(q.context, q.document))]
    chance = random.Random(5)
    found = []
    for row in rows:
        others = [p for p in pool if family_of(p.document) != family_of(row.document)]
        drawn = chance.sample(others, min(_DRAWN, len(others)))
        asked = content_terms(row.question)
        best = max(drawn, key=lambda p: len(set(asked) & frozenset().union(*p.terms)))
        found.append(
            Row(
                question=row.question,
                context=best.text,
                answers=(),
                document=best.document,
                source=row.source,
                kind="off",
            )
        )
    return found


def _ranking(scorer: Scorer, sets: Sets) -> dict[str, float]:
    """Return how often the best-scored sentence of a family's articles holds the answer."""
    rows = [q for q in sets.questions["dev"] if q.answers][:_RANKED]
    found: dict[str, list[bool]] = {}
    for row in rows:
        family = [p for p in sets.articles if family_of(p.document) == family_of(row.document)]
        pairs: list[tuple[str, Window]] = []
        right: list[bool] = []
        for passage in family:
            for n, (start, end) in enumerate(passage.sentences):
                pairs.append((row.question, window_of(passage, n, n, title=True, before=True)))
                own = passage.text == row.context
                right.append(own and any(start < b and a < end for a, b in row.answers))
        if not any(right):
            continue
        read = scorer.read(pairs)
        for way, scores in figures.ways(read.span, read.answers).items():
            order = np.argsort(-scores)
            found.setdefault(f"rank1_{way}", []).append(right[order[0]])
            found.setdefault(f"rank3_{way}", []).append(any(right[n] for n in order[:3]))
    return {name: float(np.mean(hits)) for name, hits in found.items()}


def _statements(scorer: Scorer, sets: Sets) -> dict[str, float]:
    found: dict[str, float] = {}
    logs = {
        (kind, part): scorer.judge([(s.statement, _whole(s.context)) for s in rows[part]])
        for kind, rows in (("claims", sets.claims), ("words", sets.words))
        for part in ("aside", "dev")
    }
    thresholds: dict[str, float] = {}
    for part in ("aside", "dev"):
        claims = logs["claims", part]
        said, denied = figures.sureness(claims, 0), figures.sureness(claims, 1)
        supported = np.array([s.allowed == (0,) for s in sets.claims[part]])
        if part == "aside":
            thresholds = figures.claim_thresholds(said, supported)
            opened = scorer.judge([(s.statement, _whole(s.context)) for s in sets.opened])
            limit = figures.denied_threshold(figures.sureness(opened, 1))
            word = figures.word_threshold(logs["words", part], _labels(sets.words[part]))
        figured = figures.claim_figures(said, supported, thresholds)
        found |= {f"{part}_claims_{name}": value for name, value in figured.items()}
        for label, which in (("denied", (1,)), ("open", (2,)), ("said", (0,))):
            of = np.array([s.allowed == which for s in sets.claims[part]])
            if of.any():
                found[f"{part}_contradicted_{label}"] = float((denied[of] >= limit).mean())
        words = figures.word_figures(logs["words", part], _labels(sets.words[part]), word)
        found |= {f"{part}_words_{name}": value for name, value in words.items()}
    found |= {f"threshold_{name}": value for name, value in thresholds.items()}
    return found | {"threshold_denied": limit, "threshold_word": word}


def _labels(rows: Sequence[Statement]) -> NDArray[np.int_]:
    return np.array([row.allowed[0] for row in rows])


def main() -> None:
    """Read the command line and print the figures of each file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("weights", nargs="+", help="checkpoint.pt, checkpoint.pt:mean, or a file")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--families", type=Path, default=FAMILIES, help="set aside")
    parser.add_argument("--sample", type=int, default=0, help="rows of each set; else all")
    parser.add_argument("--aside", type=int, default=0, help="the same of those set aside")
    parser.add_argument("--exact", action="store_true", help="float32; else as training")
    parser.add_argument("--heads", nargs="+", default=["head", "statement"], help="measured")
    parser.add_argument("--out", type=Path, help="JSON lines are added to it")
    options = parser.parse_args()
    torch.set_num_threads(1)
    sets = Sets(options.data, options.families, options.sample, options.aside)
    for name in options.weights:
        model = Judge(onnx.model_folder()).to(device())
        named = load(name)
        model.take(named)
        heads = frozenset(h for h in options.heads if f"{h}.weight" in named)
        found = measured(Scorer(model, torch.float32 if options.exact else None), sets, heads)
        line = json.dumps({"weights": name, **{n: round(v, 4) for n, v in found.items()}})
        print(line)  # noqa: T201 - a command's output
        if options.out:
            with options.out.open("a", encoding="utf-8") as file:
                file.write(line + "\n")


if __name__ == "__main__":
    main()
