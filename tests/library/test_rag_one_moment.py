"""An answer is of one moment: what it found and what it cites, whatever is written meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag import (
    Answer,
    Article,
    Assistant,
    Citation,
    CitationError,
    Hit,
    Retrieved,
    Settings,
    verify,
)
from rag.testing import HashEmbedder, ScriptedAnswerer, ScriptedModel, open_assistant
from rag.types import Draft, Question

_BRIDGE = "Engineers found cracks. The old bridge was closed in May."
_ASKED = "What did engineers find?"
_CHANGED = ("edited", "document changed in the library meanwhile")
_REMOVED = ("deleted", "document removed from the library meanwhile")


class Disturbed(ScriptedAnswerer):
    """Has something happen while it drafts, as another process may do it."""

    def __init__(self, happen: Callable[[], object]) -> None:
        super().__init__("It is so.")
        self.drafts = 0
        self._happen = happen

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        self.drafts += 1
        self._happen()
        return super().draft(question, hits)


class Forging(ScriptedAnswerer):
    """Cites a passage that no search found."""

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        return super().draft(
            question, [replace(hits[0], card=replace(hits[0].card, sha256="0" * 64))]
        )


class Interrupted(HashEmbedder):
    """Has something happen while a claim with a word is searched for."""

    def __init__(self, word: str, happen: Callable[[], object]) -> None:
        super().__init__()
        self._word = word
        self._seen = 0
        self._happen = happen

    def embed_question(self, text: str) -> NDArray[np.float32]:
        self._seen += self._word in text.casefold()
        if self._seen == 1:
            self._seen += 1
            self._happen()
        return super().embed_question(text)


@pytest.fixture
def opened(tmp_path: Path, embedder: HashEmbedder) -> Callable[..., Assistant]:
    """Open a library of one article, with what answers."""
    settings = Settings(library=tmp_path / "library", seeds=False, threshold=0.0)

    def again(**answering: object) -> Assistant:
        return open_assistant(settings, embedder=embedder, **answering)  # type: ignore[arg-type]

    put(again(), _BRIDGE)
    return again


Opened = Callable[..., Assistant]


def put(assistant: Assistant, text: str) -> None:
    assistant.library.add_articles([Article(source="bridge", title="Bridge", text=text)])


def take(assistant: Assistant) -> None:
    assistant.library.remove(*(card.id for card in assistant.library.documents()))


def told(citations: Sequence[Citation]) -> list[tuple[str, tuple[str, str]]]:
    return [(c.quote, (c.source_state, c.source_note)) for c in citations]


def test_a_document_that_is_replaced_every_time_is_cited_as_it_was_found(opened: Opened) -> None:
    answerer = Disturbed(lambda: put(opened(), f"It is new {answerer.drafts} times."))
    answer = opened(answerer=answerer).ask(_ASKED)
    assert told(answer.citations) == [("Engineers found cracks.", _CHANGED)]
    assert answerer.drafts == 1


def test_a_document_that_is_removed_meanwhile_is_cited_and_said_to_be_gone(opened: Opened) -> None:
    answer = opened(answerer=Disturbed(lambda: take(opened()))).ask(_ASKED)
    assert told(answer.citations) == [("Engineers found cracks.", _REMOVED)]


@pytest.mark.parametrize(
    ("happen", "note"), [(lambda a: put(a, "All is new."), _CHANGED), (take, _REMOVED)]
)
def test_a_model_may_write_for_long_while_documents_come_and_go(
    opened: Opened, happen: Callable[[Assistant], None], note: tuple[str, str]
) -> None:
    events = opened(model=ScriptedModel("Engineers found cracks. [1]")).stream(_ASKED)
    assert isinstance(next(events), Retrieved)
    happen(opened())
    *_, answer = events
    assert isinstance(answer, Answer)
    assert [s.verdict for s in answer.sentences] == ["supported"]
    assert told(answer.citations) == [("Engineers found cracks.", note)]


def test_each_claim_is_verified_by_the_library_of_its_own_moment(
    opened: Opened, tmp_path: Path
) -> None:
    later = Interrupted("sleep", lambda: put(opened(), "Engineers rest. Trams use the bridge."))
    settings = Settings(library=tmp_path / "library", seeds=False)
    with open_assistant(settings, embedder=later) as assistant:
        text = "Engineers found cracks. Cats sleep. Trams use the bridge."
        found = verify(text, assistant=assistant)
    assert told(found.citations) == [
        ("Engineers found cracks.", _CHANGED), ("Trams use the bridge.", ("current", "")),
    ]  # fmt: skip


def test_evidence_that_no_search_found_is_refused(opened: Opened) -> None:
    with pytest.raises(CitationError, match="another version of 'Bridge': ask again"):
        opened(answerer=Forging("It is so.")).ask(_ASKED)
