"""The way of one question: put in full, looked up in one moment of the library, answered.

What each step does is `rag.pipeline`'s; who waits for a language model is `rag.driver`. A question
that names its articles is asked of these, and of all where they give no answer.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from index.errors import ScopeError
from index.scope import EVERYTHING, Scope
from index.search import Found
from index.store.library import Library
from rag.answerers import LanguageModel
from rag.driver import Piece, Step, Steps
from rag.library import OpenLibrary
from rag.pipeline import Pipeline
from rag.question import Question, may_name_articles
from rag.refusal import reply
from rag.settings import Settings
from rag.sources import Asked, Sources
from rag.types import Answer, Event, Retrieved, TextDelta, Turn

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from rag.named_scope import NamedScope


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
