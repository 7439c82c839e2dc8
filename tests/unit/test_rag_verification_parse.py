"""Claims, numbers, dates and names are read as values, whatever their spelling."""

import random
import time

import pytest

from rag.citations import misquoted
from rag.verification.claims import ClaimReader, read_claims
from rag.verification.differences import differences, is_copied
from rag.verification.parse import agrees, names_in, read, read_dates
from rag.verification.values import read_values, same

MARKDOWN = """# The meeting
Japan and the US met [1]. They agreed. [1][2] Then "more" came.[^3] Last one 【4】!

What followed:
- Item one [1, 3] has text
- **Item two** says so [1-3].
1. Third (1) thing. [2] [5]
[1] A mark that leads. And the next [7](#x).
Is it so? Dr. Smith said no. [Source 2] It opened in May.² It cost 12 crowns (source 1).
According to the sources:
Based on the sources above. So it is.
A wrapped line that goes on for more than forty characters and
continues here [3].
"""


def test_claims_come_without_marks_and_keep_their_numbers() -> None:
    found = [(claim.text, claim.cited) for claim in read_claims(MARKDOWN)]
    assert found == [
        ("Japan and the US met.", (1,)),
        ("They agreed.", (1, 2)),
        ('Then "more" came.', (3,)),
        ("Last one!", (4,)),
        ("Item one has text", (1, 3)),
        ("Item two says so.", (1, 2, 3)),
        ("Third (1) thing.", (2, 5)),
        ("A mark that leads.", (1,)),
        ("And the next.", (7,)),
        ("Dr. Smith said no.", (2,)),
        ("It opened in May.", (2,)),
        ("It cost 12 crowns.", (1,)),
        ("So it is.", ()),
        ("A wrapped line that goes on for more than forty characters and continues here.", (3,)),
    ]


def test_a_claim_knows_where_it_stands_with_its_marks() -> None:
    claim = read_claims(MARKDOWN)[1]
    assert MARKDOWN[claim.start : claim.end] == "They agreed. [1][2]"


@pytest.mark.parametrize("text", [MARKDOWN, MARKDOWN.replace("\n", " "), MARKDOWN[13:] * 3])
def test_a_stream_gives_the_claims_of_the_whole_text(text: str) -> None:
    chance = random.Random(0)
    for _ in range(30):
        reader, found, at = ClaimReader(), [], 0
        while at < len(text):
            step = chance.randint(1, 12)
            found += reader.feed(text[at : at + step])
            at += step
        found += reader.finish()
        assert tuple(found) == read_claims(text)


def test_a_block_of_many_sentences_is_told_as_it_comes_and_wholly() -> None:
    text = "They met in Tokyo on Monday. [1] Ann Lee, who came late, agreed. [2, 3] " * 80
    reader, early = ClaimReader(), []
    for at in range(0, len(text), 50):
        early += reader.feed(text[at : at + 50])
    assert len(text) > 5000
    assert early[-1].end > 0.8 * len(text)
    assert (*early, *reader.finish()) == read_claims(text)


def test_a_sentence_is_told_before_the_text_ends() -> None:
    reader = ClaimReader()
    assert reader.feed("They met in Tokyo. [1]") == ()
    assert [c.cited for c in reader.feed(" Then they went home again, ")] == [(1,)]


@pytest.mark.parametrize(
    ("claimed", "held", "right"),
    [
        ("27,000 people", "twenty-seven thousand lives", True),
        ("28,000 people", "twenty-seven thousand lives", False),
        ("27,010 people", "27,000 people", False),
        ("3.5m people", "3,500,000 people", True),
        ("2% of GDP", "two per cent of GDP", True),
        ("$5bn", "5 billion dollars", True),
        ("$5bn", "5 billion euros", False),
        ("a dozen eggs", "12 eggs", True),
        ("half of them", "50 percent of them", True),
        ("1.5 km", "1,500 metres", True),
        ("40 miles", "40 kilometres", False),
        ("3:30 p.m.", "15:30", True),
        ("3:30 a.m.", "15:30", False),
        ("the 21st time", "the twenty-first time", True),
        ("about 27,000", "26,870", True),
        ("27,000", "26,870", False),
        ("more than 20,000", "27,000", True),
        ("27,000", "more than 27,000", False),
        ("less than 4 dollars", "more than 4 dollars", False),
        ("under 310 metres", "310 metres", False),
        ("at least 310 metres", "310 metres", False),
        ("up to 12 million", "12 million", False),
        ("within four years", "four years", False),
        ("at most 12", "no more than 12", True),
        ("under 400 metres", "310 metres", True),
        ("−21 million", "21 million", False),
    ],
)
def test_numbers_are_compared_as_values(claimed: str, held: str, right: bool) -> None:
    (one,), (other,) = read_values(claimed), read_values(held)
    assert same(one, other) is right


@pytest.mark.parametrize(
    ("claimed", "held", "right"),
    [
        ("30 March", "March 30th", True),
        ("on 30/03", "on March 30, 2025", True),
        ("the 30th of March 2025", "2025-03-30", True),
        ("31 March", "March 30th", False),
        ("30 April", "30 March", False),
        ("May 2020", "on 5 May 2020", True),
        ("in 2021", "in May 2020", False),
        ("on Monday", "on Tuesday", False),
        ("in the 1990s", "in 1995", True),
        ("on Saturday", "on Saturdays", True),
    ],
)
def test_dates_are_compared_as_values(claimed: str, held: str, right: bool) -> None:
    (one,), (other,) = read_dates(claimed), read_dates(held)
    assert agrees(one, other) is right


def test_a_date_of_two_readings_is_none() -> None:
    assert read_dates("on 03/04") == ()
    assert read_dates("It may rain, and they March.") == ()


def test_names_that_mean_the_same_are_read_alike() -> None:
    stems = [read(f"He met the {name} envoy.").words[1].stem for name in ("US", "U.S.", "American")]
    assert len(set(stems)) == 1


def test_the_first_word_is_a_name_where_it_is_one_inside_a_sentence() -> None:
    names = names_in(["Then Hegseth left the hall."])
    assert read("Hegseth left.", names).words[0].name
    assert not any(w.name for w in read("Doors were closed.", names).words)


@pytest.mark.parametrize(
    ("claim", "held"),
    [
        (
            "Malaria kills 600,000 people a year.",
            "Malaria kills about 600,000 people a year, we say.",
        ),
        ("The ferry will stop on 30 September.", "The old ferry will stop on 30 September."),
    ],
)
def test_a_claim_that_leaves_words_out_is_a_copy(claim: str, held: str) -> None:
    assert is_copied(read(claim), read(held))


@pytest.mark.parametrize(
    ("claim", "held"),
    [
        (
            "Dogs are welcome in the garden.",
            "Dogs stay outside and cats are welcome in the garden.",
        ),
        ("The school will be closed.", "The mayor denied that the school will be closed."),
        ("The ferry will stop.", "If it rains, the ferry will stop."),
        ("The ferry will stop.", "The ferry will not stop."),
        ("Brandt praised Lindgren.", "Lindgren praised Brandt."),
        ("Verde will go to court.", "Verde is for it, while Alas will go to court."),
        ("All plots are planted.", "The plots are planted."),
    ],
)
def test_a_claim_that_leaves_out_what_turns_a_sentence_is_no_copy(claim: str, held: str) -> None:
    assert not is_copied(
        read(claim), read(held, names_in(["said Brandt, said Lindgren, said Alas"]))
    )


@pytest.mark.parametrize(
    ("claim", "held", "notes"),
    [
        ("It lasts 3 days.", "It lasts 4 days.", ["the source says 4 days, not 3 days"]),
        ("It is open on Tuesday.", "It is open from Monday to Friday.", []),
        ("It is open on Sunday.", "It is open from Monday to Friday.", ["Monday, not Sunday"]),
        ("The Americans won.", "The americans won.", []),
        ("He opened the old shop in May.", "He may open the old shop in May.", ["says “may”"]),
        ("On Sunday Rovers beat City.", "On Sunday City beat Rovers.", ["the other way round"]),
        ("On Sunday Rovers met City.", "On Sunday City and Rovers met.", []),
        ("They won 27 of 30 games.", "They won 27 of their 30 games.", []),
        ("The 12 boats left the port.", "The boats left the port at 9:30.", []),
        ("The jail costs $740,000 a year.", "The 36-bed jail costs $1.9 million a year.", ["$1.9"]),
    ],
)
def test_only_what_is_plainly_otherwise_differs(claim: str, held: str, notes: list[str]) -> None:
    found = differences(read(claim), read(held))
    assert len(found) == len(notes)
    assert all(note in one.note for one, note in zip(found, notes, strict=True))


def test_a_quotation_must_be_literal_but_for_its_marks_and_blanks() -> None:
    source = "He said: “We’re  sure – it works.”"
    assert misquoted('He said, "we\'re sure - it works".', source) == ""
    assert "it fails" in misquoted('He said "we\'re sure - it fails".', source)
    assert (
        misquoted("He said “the keeper′s lamp ― lit”.", "The keeper's lamp - lit, he said.") == ""
    )


@pytest.mark.parametrize(
    "piece", ["not ", "1", "1,", "[1", "[1]", '"a ', "twenty-", "May 2020 ", "- a\n", "$ ", "【1†"]
)
def test_long_adversarial_text_takes_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.perf_counter()
    read_claims(text)
    read(text)
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    ("claim", "held", "differs"),
    [
        ("The builder Norrtek sued the city of Halden.", "The city of Halden sued Norrtek.", True),
        ("Halden was sued by Norrtek in 2014.", "The city of Halden sued Norrtek in 2014.", True),
        ("Norrtek was sued by the city of Halden.", "The city of Halden sued Norrtek.", False),
        ("Solvig was bought in 2009 by Fjordia.", "The bank Fjordia bought Solvig in 2009.", False),
        ("Halden was paid 3.2 million by Norrtek.", "Norrtek paid Halden 3.2 million.", False),
        ("Norrtek sued Halden.", "Norrtek was sued by Halden.", True),
    ],
)
def test_who_does_it_to_whom_is_compared_in_both_voices(claim, held, differs) -> None:
    names = frozenset({"halden", "norrtek", "solvig", "fjordia"})
    found = differences(read(claim, names), read(held, names))
    assert [d.note for d in found if "other way round" in d.note] != [] if differs else not found


def test_a_number_below_zero_is_one_however_it_is_written() -> None:
    told = ("-21", "−21", "–21", "minus 21", "21 degrees below zero", "21 below freezing")
    amounts = [read_values(f"It fell to {text}.")[0].amount for text in told]
    assert amounts == [-21.0] * 6
    assert [v.amount for v in read_values("from 10 –21 or 10–21")] == [10, 21, 10, 21]


def test_what_only_tells_somebody_to_say_it_bears_nothing_out() -> None:
    claim, held = read("The bridge is closed."), "If anyone asks, say the bridge is closed."
    assert [d.note for d in differences(claim, read(held))] == [
        "the source only tells somebody to say so"
    ]
    assert not differences(read("One prints two copies."), read("Print two copies and keep one."))
    assert not differences(claim, read("They say the bridge is closed."))


@pytest.mark.parametrize("before", ["", "$", "-"])
@pytest.mark.parametrize("behind", [" crowns", "th", " million", "%", " km"])
def test_a_number_without_end_is_another_one_and_no_error(before: str, behind: str) -> None:
    held, claim = read("The bridge cost 5 crowns."), f"The bridge cost {before}{'9' * 400}{behind}."
    assert all(abs(value.amount) < float("inf") for value in read_values(claim))
    differences(read(claim), held)


def test_a_number_without_end_is_not_the_one_that_a_source_says() -> None:
    claim = read(f"The bridge cost {'9' * 400} crowns.")
    (found,) = differences(claim, read("The bridge cost 5 crowns."))
    assert found.kind == "number"
