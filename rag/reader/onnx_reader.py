"""Runs the reader with onnxruntime: what a window answers, and what it says of a statement.

No torch. Windows are run one by one in a pool of threads, without padding, so that what is said
of a window does not depend on the others.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.data_files import data_file
from index.embedding.embedder import without_surrogates
from index.errors import EmbeddingError
from index.types import Sentence
from rag.reader.windows import TokenScores, Window, best_span

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # ships no types
    from tokenizers import Tokenizer


GRAPH = Path(__file__).parents[1] / "data" / "reader.onnx"
"""Over the base model's weights and the reader's own; `training/graphs.py` writes it."""
_ASKED_TOKENS = 96
"""Of a question or a statement, which is cut there."""
_WINDOW_TOKENS = 300
_CLS, _SEP = 101, 102
_Made = TypeVar("_Made")
SHA256 = "3cbc23ad4403709e73d512e7abbb15529f96b10b0ce42e57f8d2295981d8ce03"
"""Of the weights that ship, on which the figures of the reader's model card were measured."""
_FILE = "reader.safetensors"
"""What differs from the base model, in 8 bits. A matrix is stored as onnxruntime's MatMulNBits
takes it: uint8 (rows, blocks, 128), 128 for zero, with a float32 scale for each block. What is
smaller is float32. Nothing in the format can run; `training/reader_weights.py` writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSentence:
    """What the reader says of one sentence."""

    sentence: Sentence
    start: int
    end: int
    """Offsets of the best span in the document's text, inside the sentence."""
    span: float
    """Score of that span over the score of no answer, in logits."""
    none: float
    """Score of no answer."""
    answers: float
    """Logit that the sentence's window answers the question."""
    said: float
    """Logit that the window says the question, as if it were a statement, over that it leaves it
    open. What answers a question says most of it."""
    denied: float
    """The same of denying it."""
    tokens: TokenScores = field(compare=False)
    """Of the sentence; `rag.reader.windows.parts` finds wider spans by them."""

    @property
    def words(self) -> str:
        """The best span's text."""
        begin = self.sentence.start
        return self.sentence.text[self.start - begin : self.end - begin]

    def and_again(self, other: ReadSentence) -> ReadSentence:
        """Return the mean with what was said of the sentence in another window."""
        mine, yours = self.tokens, other.tokens
        if mine.offsets != yours.offsets:  # one of the windows was cut inside the sentence
            return self
        half = np.float32(2)
        tokens = TokenScores(
            offsets=mine.offsets,
            starts=(mine.starts + yours.starts) / half,
            ends=(mine.ends + yours.ends) / half,
        )
        return _reading(
            self.sentence,
            tokens,
            none=(self.none + other.none) / 2,
            answers=(self.answers + other.answers) / 2,
            said=(self.said + other.said) / 2,
            denied=(self.denied + other.denied) / 2,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a window says of a statement, as probabilities that add up to 1."""

    said: float
    denied: float
    open: float
    """That it does neither."""


class OnnxReader:
    """Reads windows; the model is loaded at first use. Safe to share between threads."""

    def __init__(self, *, window_tokens: int = _WINDOW_TOKENS) -> None:
        """Read at most so many tokens of a window, its lead among them."""
        self._lock = threading.Lock()
        self._loaded: tuple[Tokenizer, InferenceSession] | None = None
        self._window_tokens = window_tokens

    def read(self, question: str, windows: Sequence[Window]) -> list[ReadSentence]:
        """Return the best span of each sentence of the windows, in their order.

        Sentences beyond the first tokens of a window are left out. Empty for no windows.

        Raises:
            EmbeddingError: A file of the base model or of the reader is missing or damaged.
        """

        def read(prompt: Sequence[int], window: Window) -> list[ReadSentence]:
            offsets, (scores, logits) = self._run(["scores", "statement"], prompt, window)
            return list(_readings(window, offsets, scores, logits, asked=len(prompt)))

        return [one for found in self._each(question, windows, read) for one in found]

    def tell(self, statement: str, windows: Sequence[Window]) -> list[Telling]:
        """Return what each window says of a statement, or of a yes/no question, in their order.

        Of a question, "said" means yes and "denied" no. Empty for no windows.

        Raises:
            EmbeddingError: A file of the base model or of the reader is missing or damaged.
        """

        def tell(prompt: Sequence[int], window: Window) -> Telling:
            logits = self._run(["statement"], prompt, window)[1][0].astype(np.float64)
            said, denied, left_open = np.exp(logits - np.logaddexp.reduce(logits)).tolist()
            return Telling(said=said, denied=denied, open=left_open)

        return self._each(statement, windows, tell)

    def _each(
        self,
        asked: str,
        windows: Sequence[Window],
        make: Callable[[Sequence[int], Window], _Made],
    ) -> list[_Made]:
        if not windows:
            return []
        tokenizer, _ = self._load()
        ids = tokenizer.encode(without_surrogates(asked), add_special_tokens=False).ids
        prompt = [_CLS, *ids[:_ASKED_TOKENS], _SEP]
        if len(windows) == 1:
            return [make(prompt, windows[0])]
        with ThreadPoolExecutor(min(len(windows), os.cpu_count() or 1)) as pool:
            return list(pool.map(lambda window: make(prompt, window), windows))

    def _run(
        self, outputs: Sequence[str], prompt: Sequence[int], window: Window
    ) -> tuple[list[tuple[int, int]], list[NDArray[np.float32]]]:
        """Return the places of the tokens from the window's lead on, and the named outputs."""
        tokenizer, session = self._load()
        shown = without_surrogates(window.lead + window.text)
        encoding = tokenizer.encode(shown, add_special_tokens=False)
        ids = encoding.ids[: self._window_tokens]
        tokens = np.array([[*prompt, *ids, _SEP]], dtype=np.int64)
        types = (np.arange(tokens.shape[1]) >= len(prompt)).astype(np.int64)[None]
        found = session.run(outputs, {"input_ids": tokens, "token_types": types})
        return encoding.offsets[: len(ids)], [output[0] for output in found]

    def _load(self) -> tuple[Tokenizer, InferenceSession]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _tokenizer(), _session()
            return self._loaded


def _readings(
    window: Window,
    offsets: Sequence[tuple[int, int]],
    scores: NDArray[np.float32],
    logits: NDArray[np.float32],
    *,
    asked: int,
) -> list[ReadSentence]:
    """Return what is said of each sentence of a window that was read; scores are of all tokens."""
    null = float(scores[0, 0] + scores[0, 1])
    inner = scores[asked : asked + len(offsets)]
    moved = window.start - len(window.lead)
    found = []
    for sentence in window.sentences:
        inside = [
            n
            for n, (a, b) in enumerate(offsets)
            if sentence.start <= a + moved and b + moved <= sentence.end
        ]
        if not inside:
            continue
        low, high = inside[0], inside[-1] + 1
        tokens = TokenScores(
            offsets=[(a + moved, b + moved) for a, b in offsets[low:high]],
            starts=inner[low:high, 0],
            ends=inner[low:high, 1],
        )
        found.append(
            _reading(
                sentence,
                tokens,
                none=null,
                answers=float(scores[0, 2]),
                said=float(logits[0] - logits[2]),
                denied=float(logits[1] - logits[2]),
            )
        )
    return found


def _reading(
    sentence: Sentence,
    tokens: TokenScores,
    *,
    none: float,
    answers: float,
    said: float,
    denied: float,
) -> ReadSentence:
    best = best_span(tokens)
    return ReadSentence(
        sentence=sentence,
        start=tokens.offsets[best.first][0],
        end=tokens.offsets[best.last][1],
        span=best.score - none,
        none=none,
        answers=answers,
        said=said,
        denied=denied,
        tokens=tokens,
    )


def _tokenizer() -> Tokenizer:
    from index.embedding.onnx import load_tokenizer, model_folder

    return load_tokenizer(model_folder() / "tokenizer.json")


def _session() -> InferenceSession:
    from index.embedding.onnx import new_session

    return new_session(GRAPH, prepack=True, arrays=shipped())


def shipped() -> dict[str, np.ndarray]:
    """Return the weights that ship with the package.

    Raises:
        EmbeddingError: The file is missing, or not the one that was measured.
    """
    from safetensors.numpy import load

    path = data_file("rag", _FILE)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _damaged(path) from error
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise _damaged(path)
    stored: dict[str, np.ndarray] = load(data)
    return stored


def _damaged(path: Path) -> EmbeddingError:
    return EmbeddingError(f"the reader's file {str(path)!r} is damaged: reinstall footnote")
