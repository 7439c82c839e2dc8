"""An answer is put into its question as a statement, and told by its sentence."""

import numpy as np
import pytest

from index.types import Hit
from rag.answer.extractive import shipped_reader
from rag.answer.yes_no import bears_out, is_negated, put
from rag.citations import is_not_so, says_it_is_not
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


@pytest.mark.parametrize(
    ("sentence", "asked", "words"),
    [
        ("It is not true that the Marl bridge opened in 1963.", "When did it open?", "1963"),
        ("The claim that the Tern carries 400 cars is false.", "How many cars?", "400"),
        ("A rumour that the mill was sold for £3 was denied.", "For how much?", "£3"),
        ("Many guidebooks wrongly say that it is 300 m deep.", "How deep is it?", "300 m"),
        ("Myth: Selby Abbey was founded by Harold.", "Who founded Selby Abbey?", "Harold"),
        ("Rossi denied that he had stolen the ring.", "Who stole the ring?", "Rossi"),
        ("The forger claimed that Lord T. died in 1850.", "When did Lord T. die?", "1850"),
        ("An earlier version of this text gave 92 m.", "How tall is it?", "92 m"),
        ("According to a letter known to be forged, the cook did it.", "Who did it?", "the cook"),
        ("The police first accused Karl Egger of the fire.", "Who set the fire?", "Karl Egger"),
        ("In the film, the mayor is killed by his son.", "Who killed the mayor?", "his son"),
        ("Had there been money, it would have cost £90.", "How much did it cost?", "£90"),
        ("If the council agrees, it will close in 2031.", "When will it close?", "2031"),
        ("Did Samuel Reed build the fort?", "Who built the fort?", "Samuel Reed"),
        ("They ask whether Samuel Reed built it.", "Who built the fort?", "Samuel Reed"),
        ("Ivar almost won the cup.", "Who won the cup?", "Ivar"),
        ("Brandt failed to climb Mount Skar.", "Who climbed Mount Skar?", "Brandt"),
        ("It was supposed to open in May 2019.", "When did it open?", "May 2019"),
        ("Count Brede shot Baron Munk at Vold.", "Who shot Count Brede?", "Baron Munk"),
        ("Holk was shot by Lerche.", "Who was shot by Holk?", "Lerche"),
    ],
)
def test_what_a_sentence_does_not_say_to_be_so_is_no_answer(
    sentence: str, asked: str, words: str
) -> None:
    start = sentence.index(words)
    assert is_not_so(sentence, start, start + len(words), asked=asked)


@pytest.mark.parametrize(
    ("sentence", "asked", "words"),
    [
        (
            "They thought that it fell in 1402; in fact it fell in 1511.",
            "When did it fall?",
            "1511",
        ),
        ("The forger claimed that he died in 1850.", "When did he claim that?", "1850"),
        ("If it rains, the market will be in the hall.", "Where is it when it rains?", "the hall"),
        ("If you are under 16, admission is free.", "How much is admission?", "free"),
        ("Brandt failed to climb Mount Skar in 1952.", "When did Brandt fail?", "1952"),
        ("He tried to swim and hired Ann Lund.", "Whom did he hire?", "Ann Lund"),
        ("The budget nearly doubled to £4.", "To what was it doubled?", "£4"),
        ("The fort was built by Reed.", "Who was the builder of the fort?", "Reed"),
        ("Baron Munk shot Count Brede at Vold.", "Who shot Count Brede?", "Baron Munk"),
        ("Ann Lund married Per Ek in 1952.", "Who married Ann Lund?", "Per Ek"),
        ("Who built it? It was Reed.", "Who built it?", "Reed"),
        ("Its chair, Joe Ek, fears that it will close.", "Who chairs the club?", "Joe Ek"),
    ],
)
def test_what_a_sentence_says_to_be_so_may_answer(sentence: str, asked: str, words: str) -> None:
    start = sentence.index(words)
    assert not is_not_so(sentence, start, start + len(words), asked=asked)


@pytest.mark.parametrize(
    ("claim", "sentence", "is_unsaid"),
    [
        ("It fell in 1402.", "They thought that it fell in 1402; in fact it fell in 1511.", True),
        ("It fell in 1511.", "They thought that it fell in 1402; in fact it fell in 1511.", False),
        ("The forger claimed it.", "The forger claimed that it is gold.", False),
        ("It is gold.", "The forger claimed that it is gold.", True),
        ("Denmark signed the accord.", "All members but Denmark signed the accord.", True),
        ("Denmark did not sign the accord.", "All members but Denmark signed the accord.", False),
        ("All members signed but Denmark.", "All members but Denmark signed the accord.", False),
        ("The members signed the accord.", "All members but Denmark signed the accord.", False),
        ("They sang So What?.", "They sang the album So What?.", False),
        ("Lund appears in Stoker.", "Lund appears in the film Stoker.", False),
    ],
)
def test_a_claim_is_compared_with_the_part_that_has_its_words(
    claim: str, sentence: str, is_unsaid: bool
) -> None:
    assert says_it_is_not(claim, sentence) is is_unsaid
