"""Measures a reader in training on questions given with their passage, as SQuAD 2.0 does."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from index.embedding import model_files
from index.embedding.onnx import load_tokenizer
from rag.reader.spans import TokenScores, best_span
from training.encoded import CLS, SEP, encode
from training.figures import area
from training.rows import Row
from training.torch_model import TorchReader, device

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_LENGTH = 384
_QUESTION = 40


def evaluate(model: TorchReader, rows: Sequence[Row]) -> dict[str, float]:
    """Return the figures of `measures` for a model that reads each row's whole passage."""
    return measures([_read(model, row) for row in rows], rows)


def measures(found: Sequence[tuple[str, float]], rows: Sequence[Row]) -> dict[str, float]:
    """Return F1 and EM where there is an answer, and F1 over all where the reader may abstain.

    Args:
        found: For each row the best span's text and its score over that of no answer.
        rows: At least one that has an answer.

    Returns:
        `f1_answerable` and `em_answerable`, of the best span whatever no answer scores; `f1`, at
        the best threshold (SQuAD 2.0's `best_f1`), with that `threshold`, the share `null_right`
        of unanswerable rows under it and `answered` of answerable ones over it; `auc` of the score.
    """
    golds = [[row.context[a:b] for a, b in row.answers] for row in rows]
    texts = [text for text, _ in found]
    pairs = list(zip(texts, golds, strict=True))
    f1s = np.array([max((f1(text, g) for g in gold), default=0.0) for text, gold in pairs])
    exact = np.array([any(_normal(text) == _normal(g) for g in gold) for text, gold in pairs])
    has = np.array([bool(gold) for gold in golds])
    margins = np.array([margin for _, margin in found])

    def at(threshold: float) -> float:
        return float(np.where(margins > threshold, f1s, ~has).mean())

    best = max([-np.inf, *margins], key=at)
    return {
        "f1_answerable": float(f1s[has].mean()),
        "em_answerable": float(exact[has].mean()),
        "f1": at(best),
        "threshold": float(best),
        "null_right": float((margins <= best)[~has].mean()) if (~has).any() else 1.0,
        "answered": float((margins > best)[has].mean()),
        "auc": area(margins[has], margins[~has]) if (~has).any() else 1.0,
    }


def f1(answer: str, gold: str) -> float:
    """Return the word overlap of two answers as SQuAD measures it, 0 to 1."""
    a, g = _normal(answer).split(), _normal(gold).split()
    common = sum((Counter(a) & Counter(g)).values())
    return 2 * common / (len(a) + len(g)) if common else float(a == g)


@torch.no_grad()
def _read(model: TorchReader, row: Row) -> tuple[str, float]:
    model.eval()
    question, passage = encode(_tokenizer(), [row.question, row.context])
    prompt = [CLS, *question.ids[:_QUESTION], SEP]
    window = passage.ids[: _LENGTH - 1 - len(prompt)]
    ids = torch.tensor([[*prompt, *window, SEP]], device=device())
    types = (torch.arange(ids.shape[1], device=device()) >= len(prompt)).long()[None]
    scores = model(ids, torch.ones_like(ids), types)
    start, end = (logits[0].float().cpu().numpy() for logits in (scores.start, scores.end))
    inner = slice(len(prompt), len(prompt) + len(window))
    offsets = passage.offsets[: len(window)]
    best = best_span(TokenScores(offsets=offsets, starts=start[inner], ends=end[inner]))
    text = row.context[offsets[best.first][0] : offsets[best.last][1]]
    return text, best.score - float(start[0] + end[0])


@cache
def _tokenizer() -> "Tokenizer":
    return load_tokenizer(model_files.model_folder() / "tokenizer.json")


def _normal(text: str) -> str:
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())
