"""A line of a form and a list under a heading are the answer where a question names them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from index.card import Card
from index.types import Hit
from rag.answer.cell import with_cell
from rag.answer.rows import with_named
from rag.question import read_question
from rag.testing import hit_of
from rag.types import Draft, DraftSentence, Evidence

MARCH = (
    "Minutes of the chess club, 4 March 2025",
    "Place: the old mill",
    "Present: Ida Moe (chair), Per Dahl",
    "Apologies: Kari Lund, Jo Berg",
    "Next meeting: 6 May 2025",
)
MAY = (
    "Minutes of the chess club, 6 May 2025",
    "Apologies: Ida Moe, who was ill.",
    "Next meeting: 1 July 2025",
)
TART = (
    "Leek tart",
    "Baking: 35 minutes",
    "Ingredients",
    "For the dough:",
    "- 250 g flour",
    "- 1 egg",
    "For the filling:",
    "- 3 leeks",
    "- 2 eggs",
    "Equipment",
    "a tin of 28 cm",
    "a large pan",
    "Method",
    "1. Rub the butter into the flour.",
)
TRIP = ("Trip to the museum", "What you need:", "- sandwiches", "- a raincoat")
SOUP = ("Bean soup", "Serves 6.")
FLAT = (
    "Notes on the loft",
    "Check-out: by 10.30 a.m.",
    "Bin | What goes in | Collected",
    "Blue | paper and card | every second Friday",
    "Black | everything else | every Monday",
    "Hotel, last night | £94",
    "Food | £41",
    "That is all.",
)
HEADINGS = ("Ingredients", "Equipment", "Method")
LAMP = (
    "The lamp X2: manual",
    "These fit it:",
    "Bulb | Power | Burning time",
    "Small bulb | 5 watts | 900 hours",
    "Large bulb | 9 watts | 700 hours",
    "Old bulb | 40 watts | 700 hours",
    "Weight | 1.3 kg",
)

KILN = (
    "The kiln",
    "Programme | Top temperature | Running time | Cost",
    "Bisque | 1000 °C | 9 hours | 14 euros",
    "Stoneware | 1240 °C | 13 hours | 24 euros",
    "Quick | 1000 °C | 6 hours | 18 euros",
    "Book it by the door.",
)


def article(*sentences: str, document_id: str = "d") -> Hit:
    """Return a hit of an article that has its first line as its title, headings apart."""
    hit = hit_of(*sentences)
    own = []
    apart = 0
    for one in hit.sentences:
        apart += one.sentence.text in HEADINGS
        moved = replace(one.sentence, document_id=document_id)
        moved = replace(moved, start=moved.start + apart, end=moved.end + apart)
        own.append(replace(one, sentence=moved))
    passage = replace(hit.passage, document_id=document_id, id=f"{document_id}:0")
    return replace(hit, card=Card(title=sentences[0]), sentences=tuple(own), passage=passage)


ALL = [
    article(*one, document_id=name)
    for name, one in (
        ("a", MARCH),
        ("b", MAY),
        ("c", TART),
        ("d", LAMP),
        ("e", SOUP),
        ("f", FLAT),
        ("g", KILN),
    )
]


def asked(question: str, hits: Sequence[Hit] = ALL) -> Draft:
    """Return what is found by name alone."""
    read = read_question(question)
    nothing = Draft(sentences=(), confidence=0.0)
    return with_named(with_cell(nothing, read, hits), read, hits)


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Who was absent in March?", "Kari Lund, Jo Berg"),
        ("Who missed the meeting of the chess club in May?", "Ida Moe"),
        ("Who was there in March?", "Ida Moe (chair), Per Dahl"),
        ("How long does the tart have to bake?", "35 minutes"),
        ("How heavy is the lamp?", "1.3 kg"),
        ("What is the weight of the X2?", "1.3 kg"),
        ("How much flour do I need for the tart?", "250 g flour"),
        ("How many eggs do I need for the filling?", "2 eggs"),
        ("What power does the small bulb have?", "5 watts"),
        ("How long does the large bulb burn?", "700 hours"),
        ("Which bulb has the least power?", "Small bulb"),
        ("Which bulb has the most power?", "Old bulb"),
        ("Which programme is the hottest?", "Stoneware"),
        ("Which programme is the shortest?", "Quick"),
        ("Which programme is the cheapest?", "Bisque"),
        ("Which bulbs have 700 hours?", "Large bulb and Old bulb"),
        ("How many people is the soup for?", "6"),
        ("By when do we have to leave?", "by 10.30 a.m."),
        ("Which bin does paper go into?", "Blue"),
        ("How much was the hotel?", "£94"),
    ],
)
def test_what_is_named_by_another_word_is_the_short_answer(question: str, short: str) -> None:
    assert asked(question).short == short


@pytest.mark.parametrize(
    ("question", "items"),
    [
        (
            "What do I need for the leek tart?",
            ("- 250 g flour", "- 1 egg", "- 3 leeks", "- 2 eggs"),
        ),
        ("What goes into the filling?", ("- 3 leeks", "- 2 eggs")),
        ("What equipment do I need?", ("a tin of 28 cm", "a large pan")),
        ("How many eggs are needed?", ("- 1 egg", "- 2 eggs")),
    ],
)
def test_a_list_is_given_whole_and_no_more_than_it(question: str, items: Sequence[str]) -> None:
    draft = asked(question)
    assert tuple(one.text for one in draft.sentences) == items
    assert len(draft.parts) == len(items)
    assert draft.sentences[0].context is not None


@pytest.mark.parametrize(
    "question",
    [
        "What should I bring?",
        "What must the children bring to the museum?",
        "What do participants have to take along?",
    ],
)
def test_what_to_bring_is_what_one_needs_on_a_trip(question: str) -> None:
    hit = replace(hit_of(*TRIP), card=Card(title=TRIP[0]))
    draft = with_named(Draft(sentences=(), confidence=0.0), read_question(question), [hit])
    assert [part.text for part in draft.parts] == ["sandwiches", "a raincoat"]


@pytest.mark.parametrize(
    "question",
    [
        "Who was absent in April?",
        "Who was absent at the meeting of the choir?",
        "Was Ida Moe absent in May?",
        "How much sugar do I need for the tart?",
        "What do I need for the apple pie?",
        "How long does the large bulb take to warm up?",
        "What power does the giant bulb have?",
        "How heavy is the box of the lamp?",
        "Which bulb has the shortest life?",
        "Which bulb has the least light?",
        "Which bin does glass go into?",
        "How much was the train?",
        "Who paid for the ingredients?",
    ],
)
def test_what_no_line_or_list_is_called_is_left_to_the_others(question: str) -> None:
    assert asked(question).sentences == ()


def test_lines_of_two_articles_are_both_given_behind_their_titles() -> None:
    draft = asked("Who was absent?")
    assert [one.text for one in draft.sentences] == [
        f"{MARCH[0]}: {MARCH[3]}",
        f"{MAY[0]}: {MAY[1]}",
    ]
    assert draft.short is None


def test_a_row_in_an_article_comes_with_the_names_of_its_columns() -> None:
    (row,) = asked("What power does the small bulb have?").sentences
    assert row.context is not None
    assert (row.text, row.context.text) == (LAMP[3], LAMP[2])


def test_the_row_that_is_named_is_quoted_in_the_place_of_another() -> None:
    question = read_question("How many watts has the old bulb?")
    hit = ALL[3]
    place = hit.sentences[3].sentence
    quoted = Evidence(hit=hit, start=place.start, end=place.end)
    draft = Draft(
        sentences=(DraftSentence(text=place.text, evidence=(quoted,)),), confidence=0.8, short="5"
    )
    (row,) = with_cell(draft, question, ALL).sentences
    assert row.text == LAMP[5]


def test_a_list_without_a_thing_tells_that_it_is_not_needed() -> None:
    hit = ALL[2]
    place = hit.sentences[4].sentence
    quoted = Evidence(hit=hit, start=place.start, end=place.end)
    draft = Draft(sentences=(DraftSentence(text=place.text, evidence=(quoted,)),), confidence=0.8)
    for asked, confidence in (("How much sugar goes in?", 0.0), ("How much rain fell?", 0.8)):
        assert with_named(draft, read_question(asked), ALL).confidence == confidence


def test_a_list_of_another_article_does_not_tell_that_it_is_not_needed() -> None:
    bread = hit_of("Rye bread", "Mix 100 g of sugar with the flour.")
    place = bread.sentences[1].sentence
    quoted = Evidence(hit=bread, start=place.start, end=place.end)
    draft = Draft(sentences=(DraftSentence(text=place.text, evidence=(quoted,)),), confidence=0.8)
    asked = read_question("How much sugar do I need?")
    assert with_named(draft, asked, [*ALL, bread]).confidence == 0.8
