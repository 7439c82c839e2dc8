"""The way of one question: put in full, looked up in one moment of the library, answered.

What each step does is `rag.pipeline`'s; who waits for a language model is `rag.driver`. A question
that names its articles is asked of these, and of all where they give no answer.

What answers where no language model does is made here too. To it, sentences of two documents
contradict each other as answers to a question where each bears out the other's words and they
differ in one kind of thing: in the number, date or name that answers, or in a no. And they must be
of one thing: a fee of the tennis club and one of the chess club do not contradict each other,
though only the titles tell the clubs apart.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from index.embedding import Embedder
from index.embedding.embedder import is_multilingual
from index.errors import ScopeError
from index.scope import EVERYTHING, Scope
from index.search import Found
from index.store.library import Library
from index.terms import content_terms
from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.otherwise import are_of_one_thing
from rag.answer.ranking import Reader
from rag.answer.similar import SimilarAnswerer
from rag.answerers import LanguageModel
from rag.driver import Piece, Step, Steps
from rag.library import OpenLibrary
from rag.pipeline import Pipeline
from rag.question import Question, may_name_articles
from rag.refusal import reply
from rag.settings import Settings
from rag.sources import Asked, Sources
from rag.types import Answer, Answerer, Event, Evidence, Retrieved, TextDelta, Turn

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from rag.named_scope import NamedScope

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


def load_wanted(
    wanted: "LanguageModel | LLM | str | None", settings: Settings
) -> LanguageModel | None:
    """Return the language model; what makes one is imported only where there is one."""
    if wanted is None or (isinstance(wanted, str) and wanted.strip() == "extractive"):
        return None
    from rag.llm.registry import load_model

    return load_model(wanted, settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a question is looked up, and how it is answered."""

    stored: Library
    library: OpenLibrary
    """The same library, as it is seeded."""
    pipeline: Pipeline
    k: int
    """Passages of each search."""
    seeds: bool
    """Whether a library that nothing was added to is seeded."""
    scope: Scope | None
    """Which articles; None for all, or those that the question names."""

    def steps(self, question: Question, history: Sequence[Turn]) -> Steps:
        """Yield the events of a question, the answer last, and requests to a language model.

        Raises:
            ScopeError: Nothing is in the scope, or the library has nothing of a name in it.
        """
        said = reply(question.text)
        if said is not None:
            scope = EVERYTHING if self.scope is None else self.scope
            yield from self.pipeline.chatted(question.text, said, scope=scope)
            return
        asked = yield from self.pipeline.rewritten(question, history)
        note = ""
        if named := self._named(asked.question):
            answer, note = yield from self._answered_by(named, asked)
            if answer and answer.status == "answered":
                yield answer
                return
            asked = replace(asked, usage=answer.usage) if answer else asked
        scope = EVERYTHING if self.scope is None else self.scope
        answer, held = yield from self._answered(asked, scope)
        yield from held
        yield replace(answer, scope_note=note or answer.scope_note)

    def _named(self, question: Question) -> "NamedScope | None":
        """Return the articles that a question names, where none are given."""
        if self.scope is not None or not may_name_articles(question.text):
            return None
        from rag.named_scope import read_named

        self.library.seed()
        with self.stored.moment() as moment:
            return read_named(question, moment)

    def _answered_by(
        self, named: "NamedScope", asked: Asked
    ) -> Generator[Step, Piece | None, tuple[Answer | None, str]]:
        """Return what the named articles answer, and why all are to be asked; empty for no reason.

        They are asked as it was asked, and by quotes without the words that name them too, where
        that gave no answer: of 95 questions whose answer was right over all articles none was lost
        so, and two were the other way round. Nothing of an abstention is yielded but the passages;
        there is none where nothing is named.
        """
        words, answer = named.scope.words, None
        questions = [asked.question] if self.pipeline.writes else [asked.question, named.question]
        for question in questions:
            try:
                answer, held = yield from self._answered(
                    replace(asked, question=question), named.scope
                )
            except ScopeError:
                return (
                    None,
                    f"There is nothing of what the question names ({words}): all were asked.",
                )
            if answer.status == "answered":
                yield from held
                return replace(answer, scope_named=True), ""
        return answer, f"The question names {words}, which gave no answer: all were asked."

    def _answered(
        self, asked: Asked, scope: Scope
    ) -> Generator[Step, Piece | None, tuple[Answer, list[Event]]]:
        """Return the answer of a scope's articles, with the text behind its last sentence."""
        asked = replace(asked, scope=scope)
        sources = self._sources(asked.question, scope)
        again = partial(self.stored.moment, scope)
        return (
            yield from _held_back(self.pipeline.answered(asked, sources, again=again, k=self.k))
        )

    def _sources(self, question: Question, scope: Scope) -> Sources:
        """Open the moment of a question; a library that nothing was added to is seeded before."""
        if question.is_empty:
            return Sources(found=Found())
        with self.stored.moment(scope) as moment:
            if not (moment.is_new and self.seeds):
                return self.pipeline.retrieved(question, moment, k=self.k)
        self.library.seed()
        with self.stored.moment(scope) as moment:
            return self.pipeline.retrieved(question, moment, k=self.k)


def _held_back(steps: Steps) -> Generator[Step, Piece | None, tuple[Answer, list[Event]]]:
    """Yield all steps but the answer and the text that belongs to no sentence, and return those."""
    answer: Answer | None = None
    held: list[Event] = []
    sent: Piece | None = None
    with closing(steps):
        while True:
            try:
                step = steps.send(sent)
            except StopIteration:
                break
            sent = None
            if isinstance(step, Answer):
                answer = step
            elif isinstance(step, TextDelta) and step.sentence is None:
                held.append(step)
            else:
                if isinstance(step, Retrieved):
                    held.clear()
                sent = yield step
    assert answer is not None, "the last step is the answer"
    return answer, held
