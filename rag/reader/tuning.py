"""Measures a reader in training on questions given with their passage; SQuAD 2.0's measures."""

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch

from index.embedding import model_files
from rag.reader.examples import CLS, SEP, Row, encode
from rag.reader.torch_model import TorchReader, device

_LENGTH = 384
_LONGEST_ANSWER = 30


def evaluate(model: TorchReader, rows: Sequence[Row]) -> dict[str, float]:
    """Return F1 and EM of answerable questions, and F1 and null accuracy when it may abstain.

    `f1_answerable` is of the best span, whatever the null answer scores; `f1`, `em` and
    `null_right` are of the answer at the best threshold of the difference between both, which is
    what SQuAD 2.0 reports as `best_f1`.
    """
    found = [_read(model, row) for row in rows]
    return measures(found, rows)


def measures(found: Sequence[tuple[str, float]], rows: Sequence[Row]) -> dict[str, float]:
    """Return the figures of `evaluate` for answers with their margin over the null answer."""
    golds = [[row.context[a:b] for a, b in row.answers] for row in rows]
    f1s = np.array(
        [
            max((f1(a, g) for g in gold), default=0.0)
            for (a, _), gold in zip(found, golds, strict=True)
        ]
    )
    ems = np.array(
        [
            float(any(_normal(a) == _normal(g) for g in gold))
            for (a, _), gold in zip(found, golds, strict=True)
        ]
    )
    has = np.array([bool(gold) for gold in golds])
    margins = np.array([margin for _, margin in found])
    best = max(
        ((np.where(margins > t, f1s, ~has).mean(), t) for t in [*margins, -1e9]), key=lambda x: x[0]
    )
    answered = margins > best[1]
    return {
        "f1_answerable": float(f1s[has].mean()),
        "em_answerable": float(ems[has].mean()),
        "f1": float(best[0]),
        "threshold": float(best[1]),
        "null_right": float((~answered)[~has].mean()) if (~has).any() else 1.0,
        "auc": _auc(margins, has),
    }


def _auc(margins: np.ndarray, has: np.ndarray) -> float:
    yes, no = margins[has], margins[~has]
    return float((yes[:, None] > no[None, :]).mean()) if len(yes) and len(no) else 1.0


@torch.no_grad()
def _read(model: TorchReader, row: Row) -> tuple[str, float]:
    model.eval()
    tokenizer = _tokenizer()
    question = tokenizer.encode(row.question, add_special_tokens=False).ids[:40]
    passage = encode(tokenizer, [row.context])[0]
    window = list(passage.ids)[: _LENGTH - 3 - len(question)]
    ids = torch.tensor([[CLS, *question, SEP, *window, SEP]])
    begin = len(question) + 2
    types = (torch.arange(ids.shape[1]) >= begin).long()[None]
    scores = model(ids.to(device()), torch.ones_like(ids).to(device()), types.to(device()))
    start, end = (s[0].float().cpu().numpy() for s in (scores.start, scores.end))
    inner = slice(begin, begin + len(window))
    total = start[inner, None] + end[None, inner]
    allowed = np.triu(np.tril(np.ones_like(total), _LONGEST_ANSWER - 1)) > 0
    total = np.where(allowed, total, -1e9)
    a, b = np.unravel_index(int(total.argmax()), total.shape)
    text = row.context[passage.offsets[a][0] : passage.offsets[b][1]]
    return text, float(total[a, b] - start[0] - end[0] + scores.answers[0])


def _tokenizer():
    from tokenizers import Tokenizer

    global _loaded
    if _loaded is None:
        _loaded = Tokenizer.from_file(str(model_files.model_folder() / "tokenizer.json"))
        _loaded.no_truncation()
        _loaded.no_padding()
    return _loaded


_loaded = None


def f1(answer: str, gold: str) -> float:
    """Return the word overlap of two answers as SQuAD measures it, 0 to 1."""
    a, g = _normal(answer).split(), _normal(gold).split()
    common = sum((Counter(a) & Counter(g)).values())
    return 2 * common / (len(a) + len(g)) if common else float(a == g)


def _normal(text: str) -> str:
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())
