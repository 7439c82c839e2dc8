"""Times a question about a sentence that stands in each of 10,000 articles.

    python -m benchmarks.shared_sentence

Vectors are stand-ins, so that nothing but the search is timed.
"""

import random
import tempfile
import time
from pathlib import Path

from rag import Article, Assistant, Settings
from rag.testing import HashEmbedder

_ARTICLES, _ROUNDS = 10_000, 9
_SHARED = "Subscribe to our newsletter at the front page."
_QUESTION = "Where can I subscribe to the newsletter?"


def main() -> None:
    """Build the library, ask, and print the times in milliseconds."""
    draw = random.Random(1)
    words = [f"word{n}" for n in range(3000)]
    articles = [
        Article(
            source=str(n),
            title=f"Article {n}",
            text=f"{' '.join(draw.choices(words, k=30))}. {_SHARED}",
        )
        for n in range(_ARTICLES)
    ]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(library=Path(folder) / "library", seeds=False)
        with Assistant.open(settings, embedder=HashEmbedder()) as assistant:
            assistant.library.add_articles(articles)
            times = sorted(_seconds(assistant) for _ in range(_ROUNDS))
    print("milliseconds:", *(round(seconds * 1000) for seconds in times))


def _seconds(assistant: Assistant) -> float:
    started = time.perf_counter()
    assistant.search(_QUESTION)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
