"""Makes what answers where no language model does; how it is asked is `rag.pipeline`'s."""

from collections.abc import Callable

from index.embedding import Embedder
from index.embedding.embedder import is_multilingual
from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.ranking import Reader
from rag.answer.similar import SimilarAnswerer
from rag.settings import Settings
from rag.types import Answerer, Evidence


class _Comparison:
    """Sees conflicts; loaded when a question needs it, which few do."""

    def conflict(
        self, asked: str, one: Evidence, other: Evidence, *, words: tuple[str, str]
    ) -> bool:
        from rag.verification.answers import conflict

        return conflict(asked, one, other, words=words)


def shipped(settings: Settings, embedder: Callable[[], Embedder]) -> Answerer:
    """Return what answers over an embedding model: the reader, or similarity in many languages.

    Args:
        settings: They name the model.
        embedder: Gives the model; it is loaded where a question needs it.
    """
    if is_multilingual(settings.embedding_model):
        return SimilarAnswerer(embedder)
    return extractive_answerer()


def extractive_answerer(reader: Reader | None = None) -> ExtractiveAnswerer:
    """Return the answerer that quotes, says yes or no, and sees conflicts.

    Args:
        reader: Finds the exact answer in a sentence; None takes the one that ships.
    """
    return ExtractiveAnswerer(reader, comparison=_Comparison())
