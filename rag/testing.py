"""Fakes for tests, ours and yours: fast, offline, deterministic; never the thing under test."""

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.card import Card
from index.embedding import Embedder
from index.errors import LibraryError, ModelError
from index.store.folder_backend import FolderCatalog
from index.store.library import Library
from index.store.protocols import Nearest, NextGeneration, OnStep, OpenCatalog
from index.terms import terms
from index.types import Hit, Passage, ScoredSentence, Sentence
from rag.answerers import LanguageModel, Message, Reply
from rag.assistant import Assistant
from rag.question import Question
from rag.settings import Settings
from rag.types import Answerer, Draft, DraftSentence, Evidence


class HashEmbedder:
    """Embeds a text as the sum of one pseudo-random vector a term: equal words, near vectors.

    Args:
        name: What a library records as its model.
        dimension: Length of the vectors.
    """

    def __init__(self, name: str = "hash", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.embedded = 0
        """Texts embedded so far, questions left aside."""

    def embed(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return (n, dimension) float32 with L2-normalised rows; (0, dimension) for no texts."""
        self.embedded += len(texts)
        rows = [self.embed_question(text) for text in texts]
        if on_progress is not None:
            on_progress(len(texts))
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Return one vector, (dimension,) float32, L2-normalised."""
        total = sum((self._of(term) for term in terms(text)), self._of(""))
        return (total / np.linalg.norm(total)).astype(np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many terms each text has."""
        return [len(terms(text)) for text in texts]

    def close(self) -> None:
        """Do nothing: nothing is held."""

    def _of(self, term: str) -> NDArray[np.float64]:
        return _random_vector(term, self.dimension)


@lru_cache(maxsize=20_000)
def _random_vector(term: str, dimension: int) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(term.encode("utf-8")).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dimension)


class MemoryVectors:
    """The vectors of one library in memory, searched exactly: nothing is on disk, nothing waits.

    It is an `index.store.protocols.VectorIndex`. Whoever opens the library again without it has
    the vectors built anew from the catalog.
    """

    def __init__(self) -> None:
        self._generations: dict[str, dict[str, NDArray[np.float32]]] = {}

    @contextmanager
    def reading(self, name: str, db: OpenCatalog) -> Iterator[Nearest]:
        """Hold a generation for the length of a `with` block."""
        yield partial(self._nearest, self._generation(name))

    def build(self, wanted: NextGeneration, *, on_step: OnStep) -> str:
        """Make the next generation, in the steps in which Chroma's is written, and name it."""
        vectors: dict[str, NDArray[np.float32]] = {}
        if wanted.copy:
            on_step("copy")
            vectors |= self._generation(wanted.after)
        if wanted.remove:
            on_step("delete")
        for digest in wanted.remove:
            vectors.pop(digest, None)
        for hashes, matrix in wanted.slices:
            on_step("add")
            vectors |= zip(hashes, matrix, strict=True)
        on_step("sync")
        name = f"{int(wanted.after or 0) + 1:06d}"
        self._generations[name] = vectors
        return name

    def clean(self, *, before: str, current: str, gone: Sequence[str]) -> None:
        """Forget all generations but the current and the one before it."""
        keep = int(current or 0)
        for name in list(self._generations):
            if int(name) not in (keep, keep - 1):
                del self._generations[name]

    def hashes(self, name: str) -> set[str]:
        """Return the hashes whose vectors a generation has."""
        return set(self._generation(name))

    def close(self) -> None:
        """Do nothing: whoever opens the library again finds its vectors."""

    def _generation(self, name: str) -> dict[str, NDArray[np.float32]]:
        if name not in self._generations:
            raise LibraryError(
                f"vectors {name!r} are not in memory: run `footnote doctor --repair` to build them "
                "anew from the catalog"
            )
        return self._generations[name]

    @staticmethod
    def _nearest(
        generation: Mapping[str, NDArray[np.float32]], vector: NDArray[np.float32], k: int
    ) -> list[str]:
        scores = {digest: float(known @ vector) for digest, known in generation.items()}
        return sorted(scores, key=lambda digest: (-scores[digest], digest))[:k]


_VECTORS: dict[Path, MemoryVectors] = {}


def memory_of(folder: str | Path) -> MemoryVectors:
    """Return the vectors in memory of the library in a folder: always the same in one process."""
    return _VECTORS.setdefault(Path(folder).absolute(), MemoryVectors())


def open_library(
    folder: Path, *, embedder: Embedder | None = None, on_step: OnStep = lambda step: None
) -> Library:
    """Open the library in a folder with its vectors in memory; None embeds by `HashEmbedder`."""
    model = embedder or HashEmbedder()
    return Library(
        FolderCatalog(folder),
        memory_of(folder),
        model=model.name,
        load=lambda: model,
        on_step=on_step,
    )


def open_assistant(
    settings: Settings,
    *,
    embedder: Embedder | None = None,
    answerer: Answerer | None = None,
    model: LanguageModel | str | None = None,
) -> Assistant:
    """Open an assistant as `Assistant.open` does, with its vectors in memory.

    Args:
        settings: With a library in a folder.
        embedder: What embeds; None takes a `HashEmbedder`.
        answerer: As in `Assistant.open`.
        model: As in `Assistant.open`.
    """
    assert isinstance(settings.library, Path), "a library with vectors in memory is in a folder"
    return Assistant.open(
        settings,
        embedder=embedder or HashEmbedder(),
        answerer=answerer,
        model=model,
        vectors=memory_of(settings.library),
    )


def hit_of(*sentences: str, start: int = 0) -> Hit:
    """Return a hit of these sentences, a blank between them, from an offset of document `d` on."""
    made: list[Sentence] = []
    begin = start
    for ordinal, text in enumerate(sentences):
        end = begin + len(text)
        made.append(Sentence(document_id="d", ordinal=ordinal, start=begin, end=end, text=text))
        begin = end + 1
    text = " ".join(sentences)
    return Hit(
        passage=Passage(
            id="d:0", document_id="d", ordinal=0, start=start, end=start + len(text), text=text
        ),
        card=Card(),
        page=None,
        score=1.0,
        sentences=tuple(ScoredSentence(sentence=s, similarity=0.0, coverage=0.0) for s in made),
    )


class ScriptedAnswerer:
    """Proposes what it was told to, with the first sentence of the first hit as its evidence.

    Args:
        texts: The sentences of its draft.
        confidence: The draft's confidence.
        name: What the answer shows as its model.
        span: Of the likely words in each sentence that is as long.
        short: The draft's short answer.
    """

    def __init__(
        self,
        *texts: str,
        confidence: float = 1.0,
        name: str = "scripted",
        span: tuple[int, int] | None = None,
        short: str | None = None,
    ) -> None:
        self.name = name
        self._texts = texts
        self._confidence = confidence
        self._span = span
        self._short = short

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        """Return the scripted sentences; an empty draft where there are no hits."""
        if not hits:
            return Draft(sentences=(), confidence=0.0)
        first = hits[0].sentences[0].sentence
        evidence = Evidence(hit=hits[0], start=first.start, end=first.end)
        sentences = tuple(
            DraftSentence(text=text, evidence=(evidence,), span=self._within(text))
            for text in self._texts
        )
        return Draft(sentences=sentences, confidence=self._confidence, short=self._short)

    def _within(self, text: str) -> tuple[int, int] | None:
        return self._span if self._span and self._span[1] <= len(text) else None


class ScriptedModel:
    """A language model that says what it was told to, word by word, one reply a request.

    Args:
        replies: The text of each reply in turn, or the error that is raised in its place; a pair of
            a text and an error is a reply that breaks off there. The last one is repeated.
        name: What the answer shows as its model.
        context_window: Tokens of its window.
        pause: Seconds before each word.
    """

    def __init__(
        self,
        *replies: str | ModelError | tuple[str, ModelError],
        name: str = "scripted:model",
        context_window: int = 8192,
        pause: float = 0.0,
    ) -> None:
        self.name = name
        self.context_window = context_window
        self.parameters: Mapping[str, str | int | float] = {"temperature": 0}
        self.asked: list[tuple[Message, ...]] = []
        """The messages of each request so far."""
        self._replies = replies
        self._pause = pause

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Reply]:
        """Yield the words of the next reply, then the reply."""
        script = self._replies[min(len(self.asked), len(self._replies) - 1)]
        self.asked.append(tuple(messages))
        text, error = script if isinstance(script, tuple) else (script, None)
        if isinstance(text, ModelError):
            raise text
        for word in re.findall(r"\S+\s*|\s+", text):
            time.sleep(self._pause)
            yield word
        if error is not None:
            raise error
        yield Reply(
            text=text,
            input_tokens=sum(len(terms(message.text)) for message in messages),
            output_tokens=len(terms(text)),
            requests=1,
            first_token_seconds=0.0,
        )

    async def astream(self, messages: Sequence[Message]) -> AsyncIterator[str | Reply]:
        """Yield as `stream` does."""
        pieces = self.stream(messages)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the next reply."""
        *_, reply = self.stream(messages)
        assert isinstance(reply, Reply)
        return reply

    async def acomplete(self, messages: Sequence[Message]) -> Reply:
        """Return the next reply."""
        return self.complete(messages)
