"""The probability of a sentence that was read: what the reader said, and what its passage lacks."""

import numpy as np
import pytest

from rag.answer.confidence import (
    NAMES,
    Read,
    measures,
    probabilities,
)
from rag.answer.features import candidates
from rag.question import read_question
from rag.reader.onnx_reader import ReadSentence
from rag.reader.spans import TokenScores
from rag.testing import hit_of

TEXTS = ("The tram line in Marlow opened in 1998.", "Cats sleep all day.")


def read(question: str, *scores: tuple[float, float, float]) -> list[Read]:
    """Return the texts as read: probability, span and answerability of each."""
    found = candidates(read_question(question), [hit_of(*TEXTS)])
    tokens = TokenScores(offsets=[(0, 3)], starts=np.zeros(1), ends=np.zeros(1))
    return [
        (
            probability,
            candidate,
            ReadSentence(
                sentence=candidate.scored.sentence,
                start=candidate.scored.sentence.start,
                end=candidate.scored.sentence.end,
                span=span,
                answers=answers,
                tokens=tokens,
            ),
        )
        for candidate, (probability, span, answers) in zip(found, scores, strict=True)
    ]


def test_nothing_read_gives_nothing() -> None:
    assert measures([]).shape == (0, len(NAMES))
    assert probabilities([]).shape == (0,)


def test_each_sentence_is_measured_and_beside_it_the_best_of_all() -> None:
    first, second = (
        dict(zip(NAMES, row, strict=True))
        for row in measures(read("When did it open?", (0.5, 4.0, 2.0), (0.2, -3.0, 1.0)))
    )
    assert (first["span"], first["span_margin"], first["answers"]) == (4.0, 7.0, 2.0)
    assert (second["span"], second["span_margin"], second["answers"]) == (-3.0, -7.0, 1.0)
    assert first["found"] == pytest.approx(0.0)
    assert second["best_span"] == 4.0
    assert second["best_answers"] == 2.0
    assert second["best_found"] == first["found"]


@pytest.mark.parametrize(("place", "share"), [("Marlow", 0.0), ("Reading", 1.0)])
def test_names_that_the_passage_lacks_are_measured(place: str, share: float) -> None:
    asked = f"When did the tram line in {place} open?"
    measured = measures(read(asked, (0.5, 4.0, 2.0), (0.2, -3.0, 1.0)))
    assert list(measured[:, NAMES.index("missing_names")]) == [share, share]


def test_a_question_for_another_name_is_the_less_probably_answered() -> None:
    scores = ((0.5, 4.0, 2.0), (0.2, -3.0, 1.0))
    asked = probabilities(read("When did the tram line in Marlow open?", *scores))
    other = probabilities(read("When did the tram line in Reading open?", *scores))
    assert other[0] < 0.8 * asked[0]
