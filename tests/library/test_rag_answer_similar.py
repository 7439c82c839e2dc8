"""Answers by similarity alone, in any language, over made-up similarities."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from index.types import Hit
from rag import Card, Settings
from rag.answer.similar import Near, SimilarAnswerer, stands_out, why_abstain
from rag.drafting import shipped
from rag.question import read_question
from rag.testing import HashEmbedder, hit_of

ASKED = read_question("Wann wurde die Brücke eröffnet?")
OPENED = "Die Brücke wurde 1931 eröffnet."


class Unknowing(HashEmbedder):
    """To whom every sentence with its title has a cosine of 0.2 with every question."""

    def embed(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return np.full((len(texts), 64), 0.125, dtype=np.float32)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return np.full(64, 0.025, dtype=np.float32)


def near(*said: tuple[str, float]) -> Hit:
    """Return a hit of sentences with their similarities."""
    made = hit_of(*(text for text, _ in said))
    scored = [
        replace(one, similarity=value) for one, (_, value) in zip(made.sentences, said, strict=True)
    ]
    return replace(made, sentences=tuple(scored))


@pytest.fixture
def hit() -> Hit:
    return near(
        ("Die Brücke am Fluss", 0.30),
        (OPENED, 0.25),
        ("Wer baute sie?", 0.28),
        ("Sie ist alt.", 0.05),
        ("Sie ist rot.", 0.04),
        ("Der Fluss ist breit.", 0.03),
    )


def test_the_nearest_sentence_answers_whole_and_no_heading_or_question_does(hit: Hit) -> None:
    draft = SimilarAnswerer(Unknowing).draft(ASKED, [hit])
    assert [one.text for one in draft.sentences] == [OPENED]
    assert draft.short is None
    assert len(draft.ranked) == 4


def test_a_line_with_a_number_is_no_heading() -> None:
    draft = SimilarAnswerer(Unknowing).draft(
        ASKED, [near(("Eröffnet: 1931", 0.3), ("Sie ist alt.", 0.1))]
    )
    assert draft.sentences[0].text == "Eröffnet: 1931"


def test_a_sentence_that_stands_out_is_surer(hit: Hit) -> None:
    flat = near(*((f"Satz {n} ist einer.", 0.2 + n / 1000) for n in range(8)))
    clear = near(("Satz 0.", 0.4), *((f"Satz {n}.", 0.01 * n) for n in range(1, 8)))
    sure, unsure = (SimilarAnswerer(Unknowing).draft(ASKED, [one]) for one in (clear, flat))
    assert sure.confidence > unsure.confidence
    assert why_abstain(ASKED, [flat], unsure, threshold=None) == "weak_match"
    assert why_abstain(ASKED, [clear], sure, threshold=0.99) == "weak_match"


def test_no_word_need_be_shared() -> None:
    clear = near(("The bridge opened.", 0.4), *((f"It is {n}.", 0.01 * n) for n in range(12)))
    draft = SimilarAnswerer(Unknowing).draft(ASKED, [clear])
    assert why_abstain(ASKED, [clear], draft, threshold=draft.confidence) is None


def test_nothing_found_is_no_answer() -> None:
    draft = SimilarAnswerer(Unknowing).draft(ASKED, [])
    assert (draft.sentences, draft.confidence) == ((), 0.0)
    assert why_abstain(ASKED, [], draft, threshold=None) == "empty_library"
    only_heading = [near(("Die Brücke", 0.5))]
    none = SimilarAnswerer(Unknowing).draft(ASKED, only_heading)
    assert why_abstain(ASKED, only_heading, none, threshold=None) == "no_match"
    assert why_abstain(read_question("?"), [], draft, threshold=None) == "empty_question"


def test_how_far_a_sentence_stands_out_is_the_same_on_another_scale(hit: Hit) -> None:
    wider = replace(
        hit,
        sentences=tuple(replace(s, similarity=0.7 + s.similarity / 2) for s in hit.sentences),
    )
    one, other = (
        Near(hit=h, sentence=s.sentence, similarity=s.similarity)
        for h, s in ((hit, hit.sentences[1]), (wider, wider.sentences[1]))
    )
    assert stands_out([hit], one) == pytest.approx(stands_out([wider], other))


def test_of_two_that_are_as_near_the_one_under_the_questions_title_comes_first() -> None:
    one, other = (near(("Sie wurde 1931 eröffnet.", 0.3)) for _ in range(2))
    mill = replace(one, card=Card(title="Die Mühle"))
    bridge = replace(other, card=Card(title="Die Brücke"))
    ranked = SimilarAnswerer(HashEmbedder).nearest(ASKED, [mill, bridge])
    assert [one.hit.card.title for one in ranked] == ["Die Brücke", "Die Mühle"]


def test_a_model_of_many_languages_is_answered_by_similarity() -> None:
    many = Settings(embedding_model="multilingual-e5-small")
    assert isinstance(shipped(many, HashEmbedder), SimilarAnswerer)
    assert not isinstance(shipped(Settings(), HashEmbedder), SimilarAnswerer)
