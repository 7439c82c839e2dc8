"""Makes what answers where no language model does; how it is asked is `rag.pipeline`'s.

Sentences of two documents contradict each other as answers to a question where each bears out the
other's words and they differ in one kind of thing: in the number, date or name that answers, or in
a no. And they must be of one thing: a fee of the tennis club and one of the chess club do not
contradict each other, though only the titles tell the clubs apart.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from index.embedding import Embedder
from index.embedding.embedder import is_multilingual
from index.terms import content_terms
from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.otherwise import are_of_one_thing
from rag.answer.ranking import Reader
from rag.answer.similar import SimilarAnswerer
from rag.language_model import LanguageModel
from rag.settings import Settings
from rag.types import Answerer, Evidence

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

_SAME = 0.7
"""Share of each sentence's words that the other has."""
_VALUES = frozenset({"number", "date", "name"})


class _Comparison:
    """Sees conflicts."""

    def conflict(
        self, asked: str, one: Evidence, other: Evidence, *, words: tuple[str, str]
    ) -> bool:
        """Tell whether a sentence of another document says otherwise; never in texts that are one.

        Args:
            asked: The question that both answer.
            one: The sentence that answers.
            other: A sentence of another document.
            words: Exact words of each that answer; empty where none stand out.
        """
        if other.hit.card.sha256 == one.hit.card.sha256:
            return False
        if not are_of_one_thing(asked, one, other):
            return False
        kinds = _differing(one, other)
        if kinds is None or kinds != _differing(other, one) or len(kinds) != 1:
            return False
        return kinds == {"negation"} or (kinds <= _VALUES and _answers_differ(*words))


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


def _answers_differ(one: str, other: str) -> bool:
    """Tell whether both answer and neither merely says more than the other."""
    mine, yours = set(content_terms(one)), set(content_terms(other))
    return bool(mine - yours) and bool(yours - mine)


def _differing(claim: Evidence, held: Evidence) -> frozenset[str] | None:
    """Return the kinds of things that differ; None where the sentences are of something else."""
    # Loaded when a question needs it, which few do.
    from rag.verification.differences import differences, shared, turned
    from rag.verification.parse import names_in, read

    capitals = names_in((claim.hit.passage.text, held.hit.passage.text))
    said, other = read(claim.text, capitals), read(held.text, capitals)
    if shared(said, other) < _SAME:
        return None
    found = [*differences(said, other), *turned(said, other)]
    return frozenset(difference.kind for difference in found)


def language_model(
    wanted: "LanguageModel | LLM | str | None", settings: Settings
) -> LanguageModel | None:
    """Return the language model; what makes one is imported only where there is one."""
    if wanted is None or (isinstance(wanted, str) and wanted.strip() == "extractive"):
        return None
    from rag.llm.registry import load_model

    return load_model(wanted, settings)
