"""An answer is put into its question as a statement, and told by its sentence."""

import numpy as np
import pytest

from index.types import Hit
from rag.answer.extractive import shipped_reader
from rag.answer.yes_no import bears_out, is_negated, put
from rag.reader.onnx_reader import ReadSentence
from rag.reader.windows import TokenScores
from rag.testing import hit_of


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("Who may vote?", "members", "Members may vote."),
        ("Which bridge was not sold?", "The Tarn bridge", "The Tarn bridge was not sold."),
        ("Which bridge opened first?", "Tarn", "Tarn opened first."),
        ("On which day is it shut?", "Friday", "On Friday is it shut."),
        ("How many guests came?", "27,000", "27,000 guests came."),
        ("After the flood, when was it built?", "1964", "After the flood, 1964 was it built."),
        ("price of bread", "two euros", "price of bread: two euros."),
    ],
)
def test_an_answer_takes_the_place_of_the_words_that_ask(
    question: str, answer: str, statement: str
) -> None:
    assert put(question, answer) == statement


def found(hit: Hit, words: str) -> ReadSentence:
    """Return a reading that found these words in the only sentence."""
    sentence = hit.sentences[0].sentence
    start = sentence.text.casefold().index(words.casefold())
    nothing = TokenScores(offsets=[], starts=np.zeros(0), ends=np.zeros(0))
    end = start + len(words)
    return ReadSentence(
        sentence=sentence,
        start=start,
        end=end,
        span=1.0,
        none=0.0,
        answers=1.0,
        said=1.0,
        denied=0.0,
        tokens=nothing,
    )


@pytest.mark.parametrize(
    ("question", "sentence", "right", "wrong"),
    [
        ("Who does not grow beans?", "Ada grows beans, but Per does not grow any.", "Per", "Ada"),
        ("Who may not swim?", "Guests may swim, but children may not swim.", "children", "Guests"),
        ("Which mill was not sold in May?", "The Holm mill was sold in June.", "The Holm mill", ""),
        ("Which mill was not sold in May?", "The Tarn mill was sold in May.", "", "The Tarn mill"),
        ("Which hut isn't heated?", "The lower hut is heated with wood.", "", "The lower hut"),
        ("Who may drive?", "Pupils may not drive.", "", "Pupils"),
        ("Who may not drive?", "Pupils may not drive.", "Pupils", ""),
    ],
)
def test_an_answer_that_leaves_out_a_not_is_borne_out_less(
    question: str, sentence: str, right: str, wrong: str
) -> None:
    hit = hit_of(sentence)
    if right:
        told = bears_out(question, found(hit, right), hit, shipped_reader())
        assert told.said > told.denied
    if wrong:
        told = bears_out(question, found(hit, wrong), hit, shipped_reader())
        assert told.denied > told.said


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("Who may not vote?", True),
        ("Which room isn’t open?", True),
        ("What cannot be seen?", True),
        ("All guests except Ada came.", True),
        ("Who signed the note?", False),
    ],
)
def test_a_not_is_seen_however_it_is_written(text: str, negated: bool) -> None:
    assert is_negated(text) is negated
