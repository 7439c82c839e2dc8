"""The way of one question: put in full, looked up in one moment of the library, answered.

What each step does is `rag.pipeline`'s; who waits for a language model is `rag.driver`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from index.scope import EVERYTHING, Scope
from index.search import Found
from index.store.library import Library
from rag.asked import Sources
from rag.driver import Steps
from rag.library import OpenLibrary
from rag.pipeline import Pipeline
from rag.question import Question
from rag.refusal import reply
from rag.types import Turn


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
    scope: Scope = EVERYTHING
    """Which articles are searched."""

    def steps(self, question: Question, history: Sequence[Turn]) -> Steps:
        """Yield the events of a question, the answer last, and requests to a language model."""
        said = reply(question.text)
        if said is not None:
            yield from self.pipeline.chatted(question.text, said, scope=self.scope)
            return
        asked = yield from self.pipeline.rewritten(question, history)
        asked = replace(asked, scope=self.scope)
        sources = self._sources(asked.question)
        again = partial(self.stored.moment, self.scope)
        yield from self.pipeline.answered(asked, sources, again=again, k=self.k)

    def _sources(self, question: Question) -> Sources:
        """Open the moment of a question; a library that nothing was added to is seeded before."""
        if question.is_empty:
            return Sources(found=Found())
        with self.stored.moment(self.scope) as moment:
            if not (moment.is_new and self.seeds):
                return self.pipeline.retrieved(question, moment, k=self.k)
        self.library.seed()
        with self.stored.moment(self.scope) as moment:
            return self.pipeline.retrieved(question, moment, k=self.k)
