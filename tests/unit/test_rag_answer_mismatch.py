"""Sentences of other days, and of another role, than a question asks for."""

import pytest

from rag.answer.measures import is_no_difference
from rag.answer.mismatch import (
    has_side_of,
    holds_role,
    is_former,
    is_of_other_days,
    is_of_other_line,
    is_of_other_role,
    is_of_other_side,
    is_of_other_thing,
    is_opposite,
    lacks_of_role,
    role_asked,
    tells_doing,
)
from rag.answer.ranking import is_mere_greeting, is_of_kin
from rag.question import read_question
from rag.testing import hit_of

_ASKED = "When is the pool open on Sundays?"


@pytest.mark.parametrize(
    "sentence",
    [
        "The pool is open from 7 to 21 on weekdays.",
        "It opens at nine from Monday to Saturday.",
        "On Fridays and Saturdays it closes late.",
    ],
)
def test_hours_of_the_week_are_not_those_of_sunday(sentence: str) -> None:
    assert is_of_other_days(sentence, asked=_ASKED)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is open from Friday to Monday.",
        "The pool is open daily from 7 to 21.",
        "It is open at weekends too.",
        "It is closed on Sunday, and on weekdays opens at 7.",
        "The pool opens at 7.",
    ],
)
def test_a_sentence_of_that_day_or_of_none_may_answer(sentence: str) -> None:
    assert not is_of_other_days(sentence, asked=_ASKED)


def test_a_question_without_a_day_is_answered_by_any() -> None:
    assert not is_of_other_days("It opens on Mondays.", asked="When does it open?")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("Who owns the mill?", "The mill is managed by Ida Sand."),
        ("Who was the first owner of the mill?", "Ida Sand has been its director since 1990."),
        ("Who is the owner of the mill?", "The mill is managed by Ida Sand."),
        ("Who built the ship?", "Anna Berg designed the ship."),
        ("Which company runs the ferry?", "The ferry was built by Nordvik."),
    ],
)
def test_another_role_is_no_answer(asked: str, sentence: str) -> None:
    assert is_of_other_role(sentence, asked=asked)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("Who owns the mill?", "The mill belongs to Ida Sand, who also manages it."),
        ("Who owns the mill?", "Ida Sand bought the mill in 1990."),
        ("Who runs the mill?", "Its manager is Ida Sand."),
        ("Who owns the mill?", "The mill is Ida Sand's."),
        ("Who built the ship?", "It is the work of Anna Berg."),
        ("When was the mill built?", "It was designed in 1820."),
        ("Who met the owner?", "The manager met her."),
    ],
)
def test_the_same_role_in_other_words_and_none_are_let_pass(asked: str, sentence: str) -> None:
    assert not is_of_other_role(sentence, asked=asked)


@pytest.mark.parametrize(
    ("asked", "role"),
    [
        ("Who is the prime minister?", "prime minister"),
        ("Who was the first mate of the Selkie?", "first mate"),
        ("Who is the mayor?", ""),
        ("Who was the Prime Minister in 1990?", "prime minister"),
        ("Who is Ada Lovelace?", ""),
        ("When was the prime minister born?", ""),
    ],
)
def test_a_role_of_several_words_is_asked_as_a_whole(asked: str, role: str) -> None:
    assert role_asked(asked) == role


def test_another_minister_lacks_the_prime() -> None:
    defense = "Minister of Defense of Norland, Odd Sunde, met his staff."
    prime = "Ida Falk, prime minister since May, was away."
    asked = "Who is the prime minister?"
    assert lacks_of_role(defense, "prime minister")
    assert holds_role(prime, "prime minister", asked=asked)
    assert not holds_role("The prime minister was away.", "prime minister", asked=asked)
    assert not lacks_of_role(defense, "defense minister")


@pytest.mark.parametrize("asked", ["Who voted against the plan?", "Who was against the plan?"])
def test_who_abstained_is_on_no_side(asked: str) -> None:
    assert is_of_other_side("The Liberals, who have three seats, abstained.", asked=asked)
    assert not is_of_other_side("The Liberals opposed it.", asked=asked)


def test_a_sentence_that_tells_of_both_is_let_pass() -> None:
    both = "The Greens were against the plan; the Liberals abstained."
    assert not is_of_other_side(both, asked="Who was against the plan?")


@pytest.mark.parametrize(
    "sentence",
    ["Mayor Teresa Quandt called the vote a gift.", "Two councillors stayed away from the vote."],
)
def test_who_voted_against_is_told_by_no_other_sentence(sentence: str) -> None:
    assert is_of_other_side(sentence, asked="Who voted against the plan?")
    assert not is_of_other_side("The Greens said no.", asked="Who voted against the plan?")


def test_who_abstained_answers_who_abstained() -> None:
    assert not is_of_other_side("The Liberals abstained.", asked="Who abstained from the vote?")


_LONGER = "How many minutes longer does the crossing take?"


@pytest.mark.parametrize(
    "sentence", ["The crossing takes 28 minutes instead of 22.", "It takes 28 minutes."]
)
def test_two_times_are_no_difference(sentence: str) -> None:
    assert is_no_difference(sentence, asked=_LONGER)


@pytest.mark.parametrize(
    "sentence", ["It takes six minutes longer.", "We lose six minutes.", "It rose by six minutes."]
)
def test_what_tells_how_much_differs_may_answer(sentence: str) -> None:
    assert not is_no_difference(sentence, asked=_LONGER)


def test_who_asks_for_no_difference_is_told_any_number() -> None:
    assert not is_no_difference("It takes 28 minutes.", asked="How many minutes does it take?")
    assert not is_no_difference("It takes 28 minutes.", asked="How long does the later one take?")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("How many boxes were empty?", "This spring 61 of the 80 boxes were occupied."),
        ("Who teaches the men?", "The women are taught by Ida Sand."),
        ("How high is the lowest tower?", "The tallest tower is 80 metres high."),
        ("When does the last ferry leave?", "The first ferry leaves at 6.10."),
        ("Who owns the northern quay?", "The southern quay belongs to the harbour."),
        ("How long was the office below the vault rented?", "An office above the vault was let."),
    ],
)
def test_the_opposite_of_what_is_asked_is_no_answer(asked: str, sentence: str) -> None:
    assert is_opposite(sentence, asked=asked)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("How many boxes were empty?", "Of the 80 boxes 61 were occupied and 19 were empty."),
        ("How many boxes were empty?", "Nineteen boxes were not occupied."),
        ("How many boxes were not empty?", "This spring 61 of the boxes were occupied."),
        ("What did the East India Company sell?", "It sold tea in the western ports."),
        ("Who came first?", "The last ferry brought Ida Sand, an hour before the others."),
        ("How old is the new ferry?", "It was built three years ago."),
        ("When does the theatre open again?", "The theatre stays closed until 15 August."),
        ("When does the shop close?", "On Sundays it is open until 17:00."),
        ("How deep is the southern pit?", "The northern pit is 4 m deep and the southern one 11."),
    ],
)
def test_a_sentence_with_that_side_too_or_a_not_may_answer(asked: str, sentence: str) -> None:
    assert not is_opposite(sentence, asked=asked)


def test_a_sentence_of_the_side_that_is_asked_of_is_known() -> None:
    assert has_side_of("Nineteen stayed empty.", asked="How many boxes were empty?")
    assert not has_side_of("Nineteen were new.", asked="How many boxes were empty?")


_AROUND = "The old boat was the Havbris. The new one is the Solvind. Mayor Moe and Tiel protested."


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Who is the captain of the Solvind?", "The Havbris was sold. Her captain was Olav Moe."),
        ("What did Mayor Moe promise?", "Mayor Ida Sand promised a new quay."),
        ("When did Tiel protest?", "Ede protested on 26 January."),
        ("When did Ina Moe protest?", "Ede protested on 26 January."),
    ],
)
def test_another_by_name_in_its_place_is_no_answer(asked: str, text: str) -> None:
    assert is_of_other_thing(text, asked=asked, around=_AROUND)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("Who is the captain of the Solvind?", "The Solvind, unlike the Havbris, has a captain."),
        ("Who is the captain of the Solvind?", "Her captain is Ina Falk."),
        ("Who is the captain of the Fjordglimt?", "The Havbris was led by Olav Moe."),
        ("When did Tiel protest?", "He protested on 26 January."),
        ("When did Tiel protest?", "Japan protested on 26 January."),
        ("Who voted against the Solvind plan?", "The Greens voted against it."),
        ("When did Tiel protest?", "The town of Tiel protested with Ede on 26 January."),
    ],
)
def test_the_thing_itself_or_none_by_name_may_answer(asked: str, text: str) -> None:
    assert not is_of_other_thing(text, asked=asked, around=_AROUND)


def test_who_was_something_is_not_who_is() -> None:
    told = "The former director, Alf Brenne, left in March."
    assert is_former(told, asked="Who is the director of the museum?")
    assert not is_former(told, asked="Who was the director of the museum?")
    assert not is_former(told, asked="Who is the former director of the museum?")
    assert not is_former(told, asked="Who is the owner of the museum?")


@pytest.mark.parametrize(
    ("sentence", "is_other"),
    [("Ida Moe (chair), Per Dahl", True), ("Per Dahl is the vice chair.", False)],
)
def test_a_vice_chair_is_no_chair(sentence: str, is_other: bool) -> None:
    assert is_of_other_role(sentence, asked="Who is the vice chair?") is is_other


@pytest.mark.parametrize(
    ("asked", "sentence", "is_other"),
    [
        ("How much sugar goes in?", "- 600 g chard", True),
        ("How much chard goes in?", "- 600 g chard", False),
        ("How long should the dough rest?", "Baking: 45 minutes", True),
        ("How long does it bake?", "Baking: 45 minutes", False),
        ("How much does a ticket cost?", "Admission: 4 euros", False),
        ("How long should the dough rest?", "Bake it for 45 minutes.", False),
        ("Who bakes?", "Baking: 45 minutes", False),
    ],
)
def test_an_item_without_a_word_of_the_question_has_no_figure_for_it(
    asked: str, sentence: str, is_other: bool
) -> None:
    hit = hit_of(sentence)
    assert is_of_other_line(sentence, read_question(asked), hit) is is_other


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Dear Ms Moe,", True),
        ("Hello all!", True),
        ("Good evening.", True),
        ("Yours sincerely,", True),
        ("Dear oaks were felled, and nobody was asked.", False),
        ("Hello is what the parrot says.", False),
        ("Thanks to Ida Moe the lamp burns.", False),
    ],
)
def test_a_greeting_tells_nothing_but_whom_a_letter_is_to(text: str, told: bool) -> None:
    assert is_mere_greeting(text, asked="Who mends the lamp?") is told
    assert not is_mere_greeting(text, asked="Who was the letter sent to?")


@pytest.mark.parametrize(
    ("asked", "sentence", "told"),
    [
        ("Who shares the worry?", "Ida Moe does not share the worry.", False),
        ("Who used the car park?", "Ola Ness never used the car park.", False),
        ("Who owns the kiosk?", "Rita Falk no longer owns it.", False),
        ("Who fears the closure?", "Jo doesn’t fear it, Per fears it.", True),
        ("Who fears the closure?", "Per Lunde fears for his shop.", True),
        ("Who has signed the letter?", "Tom Ash refused to sign it.", False),
        ("Who fears the closure?", "The bakery did not object.", None),
        ("Who does not share the worry?", "Ida Moe does not share it.", None),
        ("Who did the mayor thank?", "The mayor did not thank Per.", None),
        ("Who determined the rank?", "It was not determined by anybody.", True),
    ],
)
def test_who_does_not_do_it_is_not_who_does(asked: str, sentence: str, told: bool | None) -> None:
    assert tells_doing(sentence, asked=asked) is told


@pytest.mark.parametrize(
    ("asked", "text", "other"),
    [
        ("When did she die?", "Her mother died when she was nine.", True),
        ("When did Elise Moe marry?", "Her elder sister Ida married in 1902.", True),
        ("When did Elise Moe marry?", "Jo Moe's brother had married in 1902.", True),
        ("When did Ida Moe marry?", "Her elder sister Ida married in 1902.", False),
        ("When did her sister marry?", "Her elder sister Ida married in 1902.", False),
        ("When did she die?", "She died when her mother was ninety.", False),
        ("How was Jo raised?", "Jo and his brother were raised in Voss.", False),
        ("When did she die?", "Her mother moved to Voss in 1902.", False),
    ],
)
def test_what_the_kin_of_somebody_did_is_not_what_they_did(
    asked: str, text: str, other: bool
) -> None:
    assert is_of_kin(text, asked=asked) is other


def test_until_another_time_the_last_one_is_not_the_first() -> None:
    last = "Until April the last ferry left at 21.30; now it leaves at 22.15."
    assert is_opposite(last, asked="When does the first ferry leave now?")
    assert not is_opposite("The mill is open until 5.", asked="When does the mill close?")
