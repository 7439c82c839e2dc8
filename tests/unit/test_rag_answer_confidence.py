"""How sure an answer is: what the reader said, how it was found, and what its passage lacks."""

from dataclasses import replace

import numpy as np
import pytest

from index.card import Card
from rag.answer.confidence import (
    QUESTION,
    SENTENCE,
    Weighed,
    _of_the_subject,
    answered,
    believe,
    question_measures,
    sentence_measures,
    weaker,
    weights,
)
from rag.answer.ranking import Linear, Read, _is_row_of_names, candidates
from rag.answer.several import _is_beside_it
from rag.question import read_question
from rag.reader.onnx_reader import ReadSentence
from rag.reader.windows import TokenScores
from rag.testing import hit_of

TEXTS = ("The tram line in Marlow opened in 1998.", "Cats sleep all day.")


def read(question: str, *scores: tuple[float, float]) -> list[Read]:
    """Return the texts as read: span and answerability of each."""
    tokens = TokenScores(offsets=[(0, 3)], starts=np.zeros(1), ends=np.zeros(1))
    found = candidates(read_question(question), [hit_of(*TEXTS)])
    return [
        Read(
            candidate=candidate,
            reading=ReadSentence(
                sentence=candidate.scored.sentence,
                start=candidate.scored.sentence.start,
                end=candidate.scored.sentence.end,
                span=span,
                none=0.0,
                said=0.0,
                denied=0.0,
                answers=answers,
                tokens=tokens,
            ),
            again=n == 0,
        )
        for n, (candidate, (span, answers)) in enumerate(zip(found, scores, strict=True))
    ]


def weighed(title: str, *sentences: tuple[str, float]) -> list[Weighed]:
    """Return the sentences of an article with the probability of each."""
    hit = hit_of(*[text for text, _ in sentences])
    hit = replace(hit, card=Card(title=title, sha256=title))
    found = candidates(read_question("How much salt goes into the rye loaf?"), [hit])
    return [
        Weighed(probability=p, candidate=one, reading=None)
        for one, (_, p) in zip(found, sentences, strict=True)
    ]


@pytest.mark.parametrize(
    ("likely", "first"),
    [(0.10, "Add 12 g of salt."), (0.01, "Boil the beans with salt.")],
)
def test_what_a_title_names_is_told_by_that_article_where_it_likely_tells_it(likely, first) -> None:
    beans = weighed("Beans", ("Boil the beans with salt.", 0.4))
    loaf = weighed("Rye loaf", ("Knead it.", 0.2), ("Add 12 g of salt.", likely))
    found = _of_the_subject([*beans, *loaf], read_question("How much salt goes into the rye loaf?"))
    assert found[0].text == first
    assert found[0].probability == 0.4


def test_an_article_that_speaks_of_it_too_stays_first() -> None:
    beans = weighed("Beans", ("The loaf of rye has salt.", 0.4))
    loaf = weighed("Rye loaf", ("Add 12 g of salt.", 0.3))
    found = _of_the_subject([*beans, *loaf], read_question("How much salt goes into the rye loaf?"))
    assert found[0].text == "The loaf of rye has salt."


def test_a_second_answer_that_has_no_word_of_the_question_is_beside_it() -> None:
    asked = read_question("How much is a family ticket?")
    (first,) = weighed("Mill", ("- Family ticket: 18 euros", 0.4))
    (item,) = weighed("Mill", ("- Under 5: free", 0.3))
    (near,) = weighed("Mill", ("It was 16 euros last year.", 0.3))
    (far,) = weighed("Boats", ("It was 16 euros last year.", 0.3))
    (on_it,) = weighed("Boats", ("A ticket is 5 euros.", 0.3))
    found = [_is_beside_it(one, first, asked) for one in (item, near, far, on_it)]
    assert found == [True, False, True, False]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("Day | Summer | Winter", "Monday | closed | closed", "Sunday | 10 to 5 | closed"), True),
        (("Day | Summer (April to May) | Winter", "Sunday | 10 to 5 | closed"), True),
        (("Motor | rear hub", "Battery | 360 Wh"), False),
        (("Ida Moe | chair | Leer", "Per Moe | clerk | Tolm"), False),
        (("Sunday | 10 to 5 | closed", "Monday | 10 to 6 | closed"), False),
    ],
)
def test_the_row_that_names_the_columns_tells_nothing(rows: tuple[str, ...], told: bool) -> None:
    hit = hit_of(*rows)
    first, *others = (scored.sentence for scored in hit.sentences)
    assert _is_row_of_names(hit, first) is told
    assert not any(_is_row_of_names(hit, row) for row in others)


def test_nothing_read_is_no_answer() -> None:
    belief = believe([])
    assert belief.answered == 0.0
    assert belief.sentences.shape == (0,)


def test_each_sentence_is_measured_against_the_best_other() -> None:
    measured = sentence_measures(read("When did it open?", (4.0, 2.0), (-3.0, 1.0)))
    first, second = (dict(zip(SENTENCE, row, strict=True)) for row in measured)
    assert (first["span"], first["span_margin"], first["answers"], first["again"]) == (4, 7, 2, 1)
    assert (second["span"], second["span_margin"], second["again"]) == (-3, -7, 0)


def test_a_question_is_measured_by_its_best_sentence_and_by_all() -> None:
    found = read("When did it open?", (-3.0, 1.0), (4.0, -2.0))
    measured = dict(zip(QUESTION, question_measures(found, best=1), strict=True))
    assert (measured["span"], measured["answers"]) == (4.0, -2.0)
    assert (measured["best_answers"], measured["span_margin"]) == (1.0, 7.0)
    assert measured["share_near_best"] == 0.5


@pytest.mark.parametrize(("place", "share"), [("Marlow", 0.0), ("Reading", 1.0)])
def test_names_that_the_passage_lacks_are_measured(place: str, share: float) -> None:
    asked = f"When did the tram line in {place} open?"
    measured = question_measures(read(asked, (4.0, 2.0), (-3.0, 1.0)), best=0)
    assert measured[QUESTION.index("missing_names")] == share


def test_a_window_that_answers_makes_the_answer_surer() -> None:
    asked = "When did the tram line in Marlow open?"
    sure, unsure = (believe(read(asked, (4.0, a), (-3.0, a))).answered for a in (4.0, -4.0))
    assert 0 < unsure < sure < 1
    assert sure - unsure > 0.3


def test_the_sentences_share_one_probability() -> None:
    belief = believe(read("When did it open?", (6.0, 2.0), (-3.0, 1.0)))
    assert belief.sentences.sum() == pytest.approx(1.0)
    assert belief.sentences[0] > 0.8


@pytest.mark.parametrize(("answers", "about"), [(3.0, -1.0), (-1.0, 3.0), (-1.0, 50.0)])
def test_the_weaker_of_two_probabilities_decides(answers: float, about: float) -> None:
    nothing = np.zeros(len(QUESTION))
    fitted = replace(
        weights(),
        answers=Linear(weights=nothing, intercept=answers),
        about=Linear(weights=nothing, intercept=about),
        scale=2.0,
        shift=0.5,
    )
    measures = np.zeros((1, len(QUESTION)))
    assert list(weaker(measures, fitted)) == [-1.0]
    assert answered(measures, fitted)[0] == pytest.approx(1 / (1 + np.exp(1.5)))


def test_at_the_threshold_the_odds_are_even() -> None:
    fitted = weights()
    assert fitted.threshold == pytest.approx(1 / (1 + np.exp(-fitted.shift)), abs=1e-3)
