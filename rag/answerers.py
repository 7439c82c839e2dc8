"""Makes what answers where no language model does; how it is asked is `rag.pipeline`'s."""

from index.embedding.families import is_multilingual
from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.ranking import Reader
from rag.answer.similar import SimilarAnswerer
from rag.types import Answerer, Evidence


class _Comparison:
    """Sees conflicts; loaded when a question needs it, which few do."""

    def conflict(
        self, asked: str, one: Evidence, other: Evidence, *, words: tuple[str, str]
    ) -> bool:
        from rag.verification.answers import conflict

        return conflict(asked, one, other, words=words)


def shipped_answerer(embedding_model: str) -> Answerer:
    """Return what answers over vectors of a model: the reader, or similarity in many languages."""
    return SimilarAnswerer() if is_multilingual(embedding_model) else extractive_answerer()


def extractive_answerer(reader: Reader | None = None) -> ExtractiveAnswerer:
    """Return the answerer that quotes, says yes or no, and sees conflicts.

    Args:
        reader: Finds the exact answer in a sentence; None takes the one that ships.
    """
    return ExtractiveAnswerer(reader, comparison=_Comparison())
