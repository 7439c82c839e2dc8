"""Makes articles and questions of any number from a seed, and vectors that stand in for a model's.

Words are drawn by Zipf's law from the stems of `vocabulary.txt` and from invented names, with
function words between them, so that a few terms stand in most passages and most terms in few, as
in prose.
"""

import hashlib
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.terms import stop_words
from rag import Article

PASSAGES = 10
"""Passages of an article: paragraphs of five sentences, which is what a passage takes."""
_SENTENCES = 5
_NAMES = 30_000
_SEED = 20_240
_VOCABULARY = Path(__file__).with_name("vocabulary.txt")
"""Stems of Princeton WordNet 3.1 in one order for ever: the same articles in every run."""
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()  # noqa: SIM905


class Prose:
    """Sentences, articles and questions; the same ones in every run."""

    def __init__(self) -> None:
        self._random = random.Random(_SEED)
        stems = _VOCABULARY.read_text(encoding="utf-8").splitlines()
        self._random.shuffle(stems)
        self.words = stems + [self._name() for _ in range(_NAMES)]
        weights = (1 / rank for rank in range(1, len(self.words) + 1))
        self._cumulative = list(itertools.accumulate(weights))
        self._small = sorted(word for word in stop_words() if word.isalpha())

    def articles(self, passages: int) -> Iterator[Article]:
        """Yield articles that have this many passages together."""
        for number in range(passages // PASSAGES):
            paragraphs = (
                " ".join(self._sentence() for _ in range(_SENTENCES)) for _ in range(PASSAGES)
            )
            yield Article(
                source=f"generated/{number}",
                title=self._sentence(words=4).rstrip("."),
                text="\n\n".join(paragraphs),
            )

    def question(self) -> str:
        """Return a question of six words as the articles use them, common and rare."""
        return f"What of {' '.join(self._drawn(6))}?"

    def common_question(self) -> str:
        """Return a question of four of the forty most common words."""
        return f"What of {' '.join(self._random.sample(self.words[:40], 4))}?"

    def _sentence(self, words: int = 11) -> str:
        drawn = self._drawn(self._random.randint(words - 3, words + 3))
        parts = [part for word in drawn for part in (self._random.choice(self._small), word)]
        return f"{' '.join(parts).capitalize()}."

    def _drawn(self, count: int) -> list[str]:
        return self._random.choices(self.words, cum_weights=self._cumulative, k=count)

    def _name(self) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=4)).capitalize()


class StandIn:
    """Gives each text a unit vector drawn with its hash as the seed: no model, and no meaning.

    It has the default model's name and dimension, so that `footnote ask` opens its libraries.
    """

    name = "all-MiniLM-L6-v2"
    dimension = 384

    def embed(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return (n, 384) float32, rows L2-normalised."""
        if on_progress is not None:
            on_progress(len(texts))
        rows = [self.embed_question(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Return (384,) float32, L2-normalised."""
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).standard_normal(self.dimension, dtype=np.float32)
        return vector / np.linalg.norm(vector)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of words of each text."""
        return [len(text.split()) for text in texts]

    def close(self) -> None:
        """Do nothing."""
