"""Measures questions within a scope against a library of just its articles, and against no scope.

Run from the repository's root, with nothing else running:

    python -m benchmarks.scope FOLDER                   # 100,000 passages in 10,000 articles

Articles are generated (`benchmarks.generated`). A text's vector is the sum of one drawn vector a
word, so that what shares words is near, as with a model, at no time: embedding 500,000 sentences
takes hours. Scopes are of 1, 50 and 5,000 articles; beside each a library of just these articles is
built, and of each question it is told whether the first five passages are the same ones, and how
many of them. Questions are asked scoped and unscoped in turn, warm, by the clock.
"""

import argparse
import random
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.generated import Prose, StandIn
from index.terms import terms
from rag import Article, Assistant, Settings

_PASSAGES = 100_000
_SIZES = (1, 50, 5000)
_QUESTIONS = 100
_FIRST = 5
_SEED = 25


class WordVectors(StandIn):
    """Gives each text the sum of one drawn unit vector a word: equal words, near vectors."""

    def __init__(self) -> None:
        self._of: dict[str, NDArray[np.float32]] = {}

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Return (384,) float32, L2-normalised."""
        total = np.sum([self._word(term) for term in ["", *terms(text)]], axis=0)
        unit: NDArray[np.float32] = total / np.linalg.norm(total)
        return unit

    def _word(self, term: str) -> NDArray[np.float32]:
        if term not in self._of:
            self._of[term] = super().embed_question(term)
        return self._of[term]


def main() -> None:
    """Build what is missing, ask, and print a row for each size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=_PASSAGES)
    given = parser.parse_args()
    build(given.folder, given.passages)


def build(folder: Path, passages: int) -> None:
    """Build the library of all articles and one of those of each scope, where they are missing."""
    drawn = list(Prose().articles(passages))
    places = random.Random(_SEED).sample(range(len(drawn)), len(drawn))
    articles = [_placed(place, one) for place, one in zip(places, drawn, strict=True)]
    libraries = {"all": articles}
    for size in _SIZES:
        libraries[str(size)] = [
            one for place, one in zip(places, articles, strict=True) if place < size
        ]
    for name, some in libraries.items():
        if not (folder / name).exists():
            with _opened(folder / name) as assistant:
                assistant.library.add_articles(some)


def _placed(place: int, article: Article) -> Article:
    """Return an article in the folders of all scopes that it is in, at a drawn place."""
    inside = [f"of-{size}" for size in sorted(_SIZES, reverse=True) if place < size]
    return Article(
        source="/".join(["generated", *inside, str(place)]),
        title=article.title,
        text=article.text,
    )


def _opened(place: Path) -> Assistant:
    return Assistant.open(Settings(library=place, seeds=False), embedder=WordVectors())


if __name__ == "__main__":
    main()
