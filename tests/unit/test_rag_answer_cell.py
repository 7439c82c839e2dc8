"""A cell of a table is the short answer where a question names its row and its column."""

from dataclasses import replace

import pytest

from index.card import Card
from index.types import Hit
from rag.answer.cell import with_cell
from rag.answer.rows import cells_of
from rag.question import read_question
from rag.testing import hit_of
from rag.types import Draft, DraftSentence, Evidence

YEARS = ("Town: Lindvik; 2021: 184; 2022: 312.", "Town: Karsund; 2021: 52; 2022: 53.")
SHIFTS = ("Nurse: Anna; Mon: early; Tue: late.", "Nurse: Britt; Mon: late; Tue: off.")
LONG = ("Town: Orlo; Year: 1916; Guests: 40.", "Town: Orlo; Year: 1917; Guests: 44.")
PRICES = ("Name: Rope; Price: 12; Price_2024: 14; Length of coil: 30 m.", "Name: Sail; Price: 90.")
PLOTS = ("Plot: 1; Tenant: Ida Moe; Since: 2011.", "Plot: 2; Tenant: Per Sand; Since: 2003.")
HOURS = ("Open; Mon: 8:15; Tue: 9:30.", "Close; Mon: 17:00; Tue: 19:45.")


def table(*rows: str, title: str = "") -> Hit:
    return replace(hit_of(*rows), card=Card(title=title, media_type="text/csv"))


def short(question: str, *hits: Hit) -> str | None:
    nothing = Draft(sentences=(), confidence=0.0)
    return with_cell(nothing, read_question(question), hits).short


@pytest.mark.parametrize(
    ("question", "rows", "cell"),
    [
        ("How many visitors did Lindvik have in 2022?", YEARS, "312"),
        ("What was Karsund's number in 2021?", YEARS, "52"),
        ("What does the Tue column say for Anna?", SHIFTS, "late"),
        ("What shift does Britt have on Tuesday?", SHIFTS, None),
        ("What is the Monday entry of Britt?", SHIFTS, "late"),
        ("How many guests did Orlo have in 1917?", LONG, "44"),
        ("How many guests did Orlo have in the year 1916?", LONG, "40"),
        ("How many guests did Orlo have?", LONG, None),
        ("What is the price of the rope?", PRICES, "12"),
        ("What is the price 2024 of the rope?", PRICES, "14"),
        ("What is the length of coil of the rope?", PRICES, "30 m"),
        ("When does the shop open on Tuesday?", HOURS, "9:30"),
        ("Since when has Ida Moe had her plot?", PLOTS, "2011"),
        ("Which plot has Ida Moe?", PLOTS, "1"),
    ],
)
def test_a_cell_that_is_named_is_the_short_answer(question, rows, cell):
    assert short(question, table(*rows)) == cell


@pytest.mark.parametrize(
    "question",
    [
        "Who was the mayor of Lindvik in 2022?",
        "What is the capital of Lindvik in 2022?",
        "Did Lindvik have 312 visitors in 2022?",
        "Which town had most in 2022?",
        "How many ships and visitors did Lindvik have in 2022?",
        "How many visitors did Lindvik have in 2020?",
        "How many visitors did Varno have in 2022?",
    ],
)
def test_what_no_cell_says_is_left_to_the_others(question):
    assert short(question, table(*YEARS)) is None


def of_document(hit: Hit, document_id: str) -> Hit:
    return replace(hit, passage=replace(hit.passage, document_id=document_id))


def answered(question: str, *hits: Hit) -> Draft:
    row = hits[0].sentences[0].sentence
    guess = DraftSentence(text=row.text, evidence=(Evidence(hit=hits[0], start=0, end=9),))
    return with_cell(Draft(sentences=(guess,), confidence=0.8), read_question(question), hits)


def test_two_tables_that_say_otherwise_are_both_given_and_of_two_that_agree_the_first_is():
    asked = "What is the price of the rope?"
    one = of_document(table(*PRICES, title="Spring"), "s")
    other = of_document(table("Name: Rope; Price: 15.", title="Autumn"), "a")
    both = answered(asked, one, other)
    assert both.short is None
    assert [sentence.text[slice(*sentence.span)] for sentence in both.sentences] == ["12", "15"]
    assert [s.text.split(":")[0] for s in both.sentences] == ["Spring", "Autumn"]
    same = of_document(table("Name: Rope; Price: 12."), "c")
    assert short(asked, one, same) == "12"


def test_two_rows_of_one_table_that_say_otherwise_give_no_cell():
    twice = table("Name: Rope; Price: 12.", "Name: Rope; Price: 15.")
    assert short("What is the price of the rope?", twice) is None


@pytest.mark.parametrize(
    ("question", "confidence"),
    [
        ("What does the mayor column say for Lindvik?", 0.0),
        ("What is in the rain field of Lindvik?", 0.0),
        ("What does the 2022 column say for Varno?", 0.8),
        ("What does the town column say of the visitors?", 0.8),
        ("Who was the mayor of Lindvik?", 0.8),
    ],
)
def test_a_column_that_no_table_has_is_not_answered_of_a_row(question, confidence):
    assert answered(question, table(*YEARS)).confidence == confidence


def test_a_column_is_asked_of_prose_too():
    prose = hit_of("The mayor column of the paper praises Lindvik.")
    assert answered("What does the mayor column say for Lindvik?", prose).confidence == 0.8


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("How many hours does Per Dahl work?", 1),
        ("How many hours does Ines Holt work?", 0),
        ("How many hours do Per Dahl and Ines Holt work together?", 0),
    ],
)
def test_a_row_whose_name_is_said_is_quoted_and_not_another(question, row):
    rows = ("Name: Ines Holt; Role: Cook; Hours: 22.", "Name: Per Dahl; Role: Mate; Hours: 35.")
    hit = table(*rows)
    first = hit.sentences[0].sentence
    guess = DraftSentence(
        text=first.text, evidence=(Evidence(hit=hit, start=first.start, end=first.end),)
    )
    nothing = Draft(sentences=(guess,), confidence=0.8, short="22")
    draft = with_cell(nothing, read_question(question), (hit,))
    assert draft.sentences[0].text == rows[row]
    assert draft.short == (None if row else "22")


def test_of_several_rows_those_stay_whose_name_is_said():
    rows = ("City: New Haven; Sales: 410.", "City: San Jose; Sales: 380.")
    hit = table(*rows)
    evidence = (Evidence(hit=hit, start=0, end=9),)
    both = Draft(
        sentences=tuple(DraftSentence(text=row, evidence=evidence) for row in rows),
        confidence=0.8,
    )
    for question, shown in (
        ("What were the earliest sales of San Jose?", rows[1:]),
        ("What were the earliest sales of San Jose and New Haven?", rows),
        ("What were the earliest sales?", rows),
    ):
        draft = with_cell(both, read_question(question), (hit,))
        assert tuple(one.text for one in draft.sentences) == shown


@pytest.mark.parametrize(
    ("question", "confidence"),
    [
        ("How many rooms did Kari Lund rent in Lindvik?", 0.0),
        ("How many rooms did the Town of Lindvik rent?", 0.8),
        ("How many rooms did Old Lindvik rent?", 0.8),
    ],
)
def test_a_full_name_that_no_row_has_is_not_answered_of_a_row(question, confidence):
    assert answered(question, table(*YEARS)).confidence == confidence


@pytest.mark.parametrize(
    ("question", "row", "confidence"),
    [
        ("Which year had the most guests?", 0, 0.0),
        ("Which year had the most guests?", 1, 0.9),
        ("Which year had the fewest guests?", 1, 0.0),
        ("Which year had the fewest guests?", 0, 0.9),
        ("Which year had guests?", 0, 0.9),
    ],
)
def test_a_row_that_another_surpasses_has_neither_most_nor_least(question, row, confidence):
    found = table(*LONG)
    sentence = found.sentences[row].sentence
    quoted = Evidence(hit=found, start=sentence.start, end=sentence.end)
    draft = Draft(
        sentences=(DraftSentence(text=sentence.text, evidence=(quoted,)),), confidence=0.9
    )
    assert with_cell(draft, read_question(question), [found]).confidence == confidence


def test_the_tallest_is_told_by_the_column_of_heights():
    found = table("Name: Skarrow; Height in m: 31.", "Name: Tern; Height in m: 44.")
    for row, confidence in ((0, 0.0), (1, 0.9)):
        sentence = found.sentences[row].sentence
        quoted = Evidence(hit=found, start=sentence.start, end=sentence.end)
        told = DraftSentence(text=sentence.text, evidence=(quoted,))
        draft = Draft(sentences=(told,), confidence=0.9)
        question = read_question("Which lighthouse is the tallest?")
        assert with_cell(draft, question, [found]).confidence == confidence


PLANTS = (
    "plant: Tomato Roma; height_cm: 160; yield_kg: 6.2.",
    "plant: Courgette; height_cm: 70; yield_kg: 11.5.",
    "plant: Beetroot Boltardy; height_cm: 30; yield_kg: 3.1.",
)


def quoting(found: Hit, *rows: int) -> Draft:
    """Return a draft that quotes some rows of a table."""
    chosen = [found.sentences[row].sentence for row in rows]
    told = [
        DraftSentence(text=one.text, evidence=(Evidence(hit=found, start=one.start, end=one.end),))
        for one in chosen
    ]
    return Draft(sentences=tuple(told), confidence=0.9)


@pytest.mark.parametrize(
    ("question", "rows", "told", "cell"),
    [
        ("What was the yield of the beetroot?", (0, 1), (2,), "3.1"),
        ("What was the yield of the beetroot?", (0,), (2,), "3.1"),
        ("What did the tomato and the beetroot yield?", (0, 2), (0, 2), None),
        ("What was the yield?", (0, 1), (0, 1), None),
    ],
)
def test_a_row_whose_name_is_said_in_part_is_told_and_no_other(question, rows, told, cell):
    found = table(*PLANTS)
    draft = with_cell(quoting(found, *rows), read_question(question), [found])
    assert [one.text for one in draft.sentences] == [PLANTS[row] for row in told]
    assert draft.short == cell


@pytest.mark.parametrize(
    ("question", "row", "confidence"),
    [
        ("Which plant gave the most yield?", 0, 0.0),
        ("Which plant gave the most yield?", 1, 0.9),
        ("Which plant was the best in a salad?", 1, 0.0),
    ],
)
def test_a_column_with_its_unit_is_compared_and_what_no_column_has_is_not(
    question, row, confidence
):
    found = table(*PLANTS)
    draft = with_cell(quoting(found, row), read_question(question), [found])
    assert draft.confidence == confidence


def test_the_row_is_quoted_with_the_cell_marked():
    hit = table(*YEARS)
    draft = with_cell(
        Draft(sentences=(), confidence=0.2), read_question("Lindvik in 2022: what number?"), [hit]
    )
    (quoted,) = draft.sentences
    assert quoted.text == YEARS[0]
    assert quoted.text[slice(*quoted.span)] == draft.short == "312"
    assert draft.confidence > 0.8


def test_what_only_looks_like_a_row_is_no_table():
    assert short("What was Lindvik's number in 2022?", hit_of(*YEARS)) is None


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("A: b; c; D: e: f.", [("A", "b; c"), ("D", "e: f")]),
        ("Open; Mon: 8:15.", [("", "Open"), ("Mon", "8:15")]),
        ("Only words.", []),
    ],
)
def test_cells_are_parted_where_a_name_begins(row, cells):
    found = cells_of(row)
    assert [(cell.name, cell.text) for cell in found] == cells
    assert all(row[c.start :].startswith(c.text) for c in found)


PROGRAMMES = (
    "Washing machine",
    "Programme | Duration | Temperature | Max. load",
    "Cotton | 2 h 40 min | 60 °C | 8 kg",
    "Quick | 30 min | 30 °C | 2 kg",
)
POOL = (
    "Opening hours",
    "Day | Pool | Sauna",
    "Monday | closed | closed",
    "Tuesday to Friday | 7:00 - 20:00 | 14:00 - 21:00",
    "Sunday | 9:00 - 17:00 | closed",
)
TICKETS = (
    "Prices",
    "Ticket | Adults | Children (4-15)",
    "Single | €5.50 | €3.00",
    "Season | €190.00 | €95.00",
    "Bring cash.",
)


def in_lines(*rows: str) -> Hit:
    hit = hit_of(*rows)
    return replace(hit, passage=replace(hit.passage, text="\n".join(rows)))


@pytest.mark.parametrize(
    ("question", "rows", "cell"),
    [
        ("How long does the Quick programme take?", PROGRAMMES, "30 min"),
        ("How hot is the Cotton programme?", PROGRAMMES, "60 °C"),
        ("How long does the Silk programme take?", PROGRAMMES, None),
        ("When is the pool open on Sunday?", POOL, "9:00 - 17:00"),
        ("When is the sauna open on Wednesdays?", POOL, "14:00 - 21:00"),
        ("When is the pool open on Monday?", POOL, "closed"),
        ("When is the pool open on Saturday?", POOL, None),
        ("When is the café open on Sunday?", POOL, None),
        ("How much is a season ticket for children?", TICKETS, "€95.00"),
        ("Which ticket is the cheapest for adults?", TICKETS, "Single"),
    ],
)
def test_a_table_in_an_article_is_asked_in_plain_words(question, rows, cell):
    assert short(question, in_lines(*rows)) == cell
