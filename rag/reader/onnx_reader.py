"""Runs the reader with onnxruntime: question and window in, the best span of each sentence out.

No torch. Windows are run one by one in a pool of threads, without padding, so that what is said
of a window does not depend on the others. The best sentences are then read once more, alone, and
both readings count alike.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.data_files import data_file
from index.embedding import model_files
from index.embedding.embedder import without_surrogates
from index.errors import EmbeddingError
from index.types import Sentence
from rag.reader.spans import TokenScores, best_span
from rag.reader.windows import Window

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # ships no types
    from tokenizers import Tokenizer

GRAPH = Path(__file__).parents[1] / "data" / "reader.onnx"
"""Over the base model's weights and the reader's own; `training/graphs.py` writes it."""
WEIGHTS_SHA256 = "abea74c33527ca76e34cf0587ebe904e7031a5165f3be00566c889763b828b88"
"""Of the weights that ship, on which the figures of the reader's model card were measured."""
_WEIGHTS = "reader.safetensors"
"""What differs from the base model, in 8 bits. A matrix is stored as onnxruntime's MatMulNBits
takes it: uint8 (rows, blocks, 128), 128 for zero, with a float32 scale for each block. What is
smaller is float32. Nothing in the format can run; `training/reader_weights.py` writes it."""
_QUESTION_TOKENS = 40
_WINDOW_TOKENS = 192
_READ_ALONE = 4
"""Sentences, the best of their windows. On SQuAD's part, given the passage, the words found have an
F1 of 0.760 for 0.733 and an exact match of 0.634 for 0.598; all sentences give 0.763 and 0.637."""
_CLS, _SEP = 101, 102


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSentence:
    """What the reader says of one sentence."""

    sentence: Sentence
    start: int
    end: int
    """Offsets of the best span in the document's text, inside the sentence."""
    span: float
    """Score of that span over the score of no answer, in logits."""
    answers: float
    """Logit that the sentence's window answers the question."""
    tokens: TokenScores = field(compare=False)
    """Of the sentence; `rag.reader.spans.parts` finds wider spans by them."""

    @property
    def words(self) -> str:
        """The best span's text."""
        begin = self.sentence.start
        return self.sentence.text[self.start - begin : self.end - begin]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scores:
    """What was scored of one sentence, token by token."""

    window: Window
    sentence: Sentence
    tokens: TokenScores
    null: float
    answers: float

    @property
    def reading(self) -> ReadSentence:
        """The best span of the sentence."""
        best = best_span(self.tokens)
        return ReadSentence(
            sentence=self.sentence,
            start=self.tokens.offsets[best.first][0],
            end=self.tokens.offsets[best.last][1],
            span=best.score - self.null,
            answers=self.answers,
            tokens=self.tokens,
        )


class OnnxReader:
    """Reads windows; the model is loaded at first use. Safe to share between threads."""

    def __init__(self, *, window_tokens: int = _WINDOW_TOKENS, alone: int = _READ_ALONE) -> None:
        """Read at most so many tokens of a window, and so many sentences once more, alone."""
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, InferenceSession] | None = None
        self._window_tokens = window_tokens
        self._alone = alone

    def read(self, question: str, windows: Sequence[Window]) -> list[ReadSentence]:
        """Return the best span of each sentence of the windows, in their order.

        Sentences beyond the first tokens of a window are left out. Empty for no windows.

        Raises:
            EmbeddingError: A file of the base model or of the reader is missing or damaged.
        """
        if not windows:
            return []
        tokenizer, session = self._load()
        asked = tokenizer.encode(without_surrogates(question), add_special_tokens=False).ids
        prompt = [_CLS, *asked[:_QUESTION_TOKENS], _SEP]

        def read(window: Window) -> list[_Scores]:
            return _read(tokenizer, session, prompt, window, most=self._window_tokens)

        def read_alone(scores: _Scores) -> _Scores:
            alone = read(Window(hit=scores.window.hit, sentences=(scores.sentence,)))
            return _mean(scores, alone[0])

        threads = min(max(len(windows), self._alone), os.cpu_count() or 1)
        with ThreadPoolExecutor(threads) as pool:
            scored = [scores for of_window in pool.map(read, windows) for scores in of_window]
            readings = [scores.reading for scores in scored]
            best = sorted(range(len(scored)), key=lambda n: -readings[n].span)[: self._alone]
            again = [n for n in best if len(scored[n].window.sentences) > 1]
            for n, both in zip(
                again, pool.map(read_alone, [scored[n] for n in again]), strict=True
            ):
                readings[n] = both.reading
        return readings

    def _load(self) -> tuple[Tokenizer, InferenceSession]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _tokenizer(), _session()
            return self._loaded


def _read(
    tokenizer: Tokenizer,
    session: InferenceSession,
    prompt: Sequence[int],
    window: Window,
    *,
    most: int,
) -> list[_Scores]:
    encoding = tokenizer.encode(without_surrogates(window.text), add_special_tokens=False)
    ids, offsets = encoding.ids[:most], encoding.offsets[:most]
    if not ids:
        return []
    tokens = np.array([[*prompt, *ids, _SEP]], dtype=np.int64)
    types = (np.arange(tokens.shape[1]) >= len(prompt)).astype(np.int64)[None]
    scores = session.run(None, {"input_ids": tokens, "token_types": types})[0][0]
    null = float(scores[0, 0] + scores[0, 1])
    inner = scores[len(prompt) : -1]
    found = []
    for sentence in window.sentences:
        begin, end = sentence.start - window.start, sentence.end - window.start
        inside = [n for n, (a, b) in enumerate(offsets) if begin <= a and b <= end]
        if inside:
            low, high = inside[0], inside[-1] + 1
            within = offsets[low:high]
            found.append(
                _Scores(
                    window=window,
                    sentence=sentence,
                    tokens=TokenScores(
                        offsets=[(window.start + a, window.start + b) for a, b in within],
                        starts=inner[low:high, 0],
                        ends=inner[low:high, 1],
                    ),
                    null=null,
                    answers=float(scores[0, 2]),
                )
            )
    return found


def _mean(scores: _Scores, alone: _Scores) -> _Scores:
    """Return the mean of a sentence's scores, that of no answer among them, in window and alone."""
    one, other = scores.tokens, alone.tokens
    if one.offsets != other.offsets:  # the window was cut inside the sentence
        return scores
    both = TokenScores(
        offsets=one.offsets,
        starts=(one.starts + other.starts) / np.float32(2),
        ends=(one.ends + other.ends) / np.float32(2),
    )
    return replace(scores, tokens=both, null=(scores.null + alone.null) / 2)


def _tokenizer() -> Tokenizer:
    from index.embedding.onnx import load_tokenizer

    return load_tokenizer(model_files.model_folder() / "tokenizer.json")


def _session() -> InferenceSession:
    from index.embedding.onnx import new_session

    return new_session(GRAPH, prepack=True, arrays=shipped_weights())


def shipped_weights() -> dict[str, np.ndarray]:
    """Return the weights that ship with the package.

    Raises:
        EmbeddingError: The file is missing, or not the one that was measured.
    """
    from safetensors.numpy import load

    path = data_file("rag", _WEIGHTS)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _damaged(path) from error
    if hashlib.sha256(data).hexdigest() != WEIGHTS_SHA256:
        raise _damaged(path)
    stored: dict[str, np.ndarray] = load(data)
    return stored


def _damaged(path: Path) -> EmbeddingError:
    return EmbeddingError(f"the reader's file {str(path)!r} is damaged: reinstall footnote")
