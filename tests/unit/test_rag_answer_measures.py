"""Figures of another measure than a question asks for, and those that answer it."""

import pytest

from rag.answer.changed import (
    answered_by,
    is_what_was,
    of_life,
    replaced,
    without_corrected,
    without_what_was,
)
from rag.answer.measures import (
    extreme_of,
    figure_is_other,
    figures,
    is_of_other_code,
    is_of_other_measure,
    is_only_compared,
    only_compares,
    own_figure,
)
from rag.answer.mismatch import is_of_other_name
from rag.answer.ranking import is_of_other_price
from rag.answer.short import (
    _STANDS_FOR,
    _is_of_other_side,
    _priced,
    _with_its_day,
)
from rag.question import read_question


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("It makes 12 knots, or 80 kilometres an hour in tests.", ["speed", "speed"]),
        ("She paid $4.2 million, they 600 crowns.", ["money", "money"]),
        ("On 13 May 2025, in March 1925 and in 1878.", ["year", "year", "year"]),
        ("It weighs 41 pounds and costs ten pounds.", ["", ""]),
        ("It grew by 12 percent in thirty-five minutes.", ["percent", "time"]),
        ("A garden of 400 square metres, 1,776 feet up.", ["area", "length"]),
        ("The number rose from 410 to 455 pairs.", ["", ""]),
        ("It is open from 10 to 16, on Wednesdays until 20.", ["time", "time"]),
        ("It grew from 10 to 16 metres.", ["", "length"]),
        ("Nobody counted them.", []),
        ("", []),
    ],
)
def test_figures_have_the_kind_of_their_unit(text: str, kinds: list[str]) -> None:
    assert [one.kind for one in figures(text)] == kinds


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("How fast is the Marigold?", "It is charged at the pier within eight minutes."),
        ("How high is the fine for speeding?", "The limit in the harbour is three knots."),
        ("How old was Agnes when she married?", "Agnes was born in 1902 and married in 1925."),
        ("How long may guests stay?", "Guests pay 120 crowns a night."),
        ("How tall is the tower?", "The tower was built in 1878."),
        ("How heavy is the bell?", "The bell cost 4,000 euros and took three weeks to cast."),
        ("And how hot does it get?", "It runs for 20 minutes."),
        ("How fast does the water run?", "It is open from 10 to 16, on Wednesdays until 20."),
        ("How many times did it close?", "It closed for eleven days."),
        ("How much is the cottage?", "It is 8 miles and there is a pub halfway."),
        ("How much longer is the detour in minutes?", "It is a detour of 22 kilometres."),
        ("When did she become a citizen?", "She was born on 3 April 1933 in Tromsø."),
        ("How many children did she have?", "She was the youngest of four children of a smith."),
        ("What is the owner's phone number?", "The key is in the box, code 4471."),
        ("What is the owner's phone number?", "She sings in the choir."),
    ],
)
def test_a_figure_of_another_measure_does_not_answer(asked: str, sentence: str) -> None:
    assert is_of_other_measure(sentence, asked=asked)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("How fast is the Marigold?", "In eight minutes it reaches 12 knots."),
        ("How many times did it close?", "It closed twice, for eleven days."),
        ("How much is the cottage?", "The whole thing is 480 for the weekend."),
        ("When was she born?", "She was born on 3 April 1933 in Tromsø."),
        ("When did she retire?", "She was born in 1933 and retired in 1998."),
        ("How many children did she have?", "She and Per had two children."),
        ("What is the owner's phone number?", "Call (0151) 555 77 88 after six."),
        ("How fast did they answer the letter?", "They answered within two days."),
        ("How high would pay be?", "It would be $17."),
        ("How high is the unemployment rate?", "It is 4 percent."),
        ("How old is the bridge?", "The bridge was built in 1878."),
        ("How old was the boy?", "The 12-year-old boy stayed."),
        ("How long is the bridge?", "It is 300 metres long."),
        ("How much does Biscuit weigh?", "Biscuit, who weighs 41 pounds, could not turn."),
        ("How deep was the brook?", "It came up to the chest."),
        ("What age group is the cup for?", "In 2011 it was for younger workers."),
        ("Who built it in eight minutes?", "It took eight minutes."),
    ],
)
def test_a_figure_that_may_answer_is_let_pass(asked: str, sentence: str) -> None:
    assert not is_of_other_measure(sentence, asked=asked)


def test_the_unit_behind_a_span_tells_its_kind() -> None:
    text = "The ferry makes 12 knots and takes eight minutes."
    asked = "How fast is the ferry?"
    eight, twelve = text.index("eight"), text.index("12")
    assert figure_is_other(text, eight, eight + len("eight"), asked=asked)
    assert not figure_is_other(text, twelve, twelve + len("12"), asked=asked)
    assert not figure_is_other(text, 0, len("The ferry"), asked=asked)


def test_the_gap_of_two_tells_no_most_or_least() -> None:
    asked = "Which year had the fewest visitors?"
    assert only_compares("In 2024 it had 6,215, 410 fewer than in 2023.", asked=asked)
    assert not only_compares("2021 had the fewest: 20 fewer than 2020.", asked=asked)
    assert not only_compares("In 2021 there were 3,120.", asked=asked)
    assert not only_compares("It had 410 fewer than in 2023.", asked="How many came in 2024?")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("When is it open on Wednesdays?", "10 to 16, on Wednesdays until 20"),
        ("When is it open on Mondays?", "10 to 16"),
        ("When is it open?", "10 to 16"),
    ],
)
def test_hours_of_all_days_go_with_those_of_the_day_that_is_asked_of(asked, words):
    text = "It is open daily from 10 to 16, on Wednesdays until 20."
    start, end = _with_its_day(text, (text.index("10"), text.index(",")), asked)
    assert text[start:end] == words


@pytest.mark.parametrize(
    ("asked", "sentence", "is_so"),
    [
        ("How many cars does the Terna carry?", "It takes 24 cars, more than the Terna.", True),
        ("How old is Ida Berg?", "At 52 he is ten years older than Ida Berg.", True),
        ("How many cars does the Mira carry?", "The Mira takes more cars than the Terna.", False),
        ("How many homes did Nestor cut off?", "It was smaller than Nestor, which cut 48.", False),
        ("Does it take more than the Terna?", "It takes 24 cars, more than the Terna.", False),
    ],
)
def test_what_stands_there_for_comparison_alone_is_not_answered_of(asked, sentence, is_so):
    assert is_only_compared(sentence, asked=asked) is is_so


@pytest.mark.parametrize(
    ("asked", "sentence", "is_so"),
    [
        ("What does E1 mean?", "E7 means that the power failed.", True),
        ("What does E1 mean?", "E1 and E7 mean that the power failed.", False),
        ("What does E1 mean?", "The display shows an error.", False),
        ("Is sample A1 heavier than A2?", "Sample A2 is lighter.", False),
        ("Where does flight SK-1204 land?", "Flight LH 1204 lands at gate B4.", False),
    ],
)
def test_what_another_code_means_is_not_what_is_asked(asked, sentence, is_so):
    assert is_of_other_code(sentence, asked=asked) is is_so


FEES = "A tour costs 9 euros for adults and is free for children under 14."
UNEQUAL = "Tickets stay at 64 kroner for adults and 32 for children; bicycles travel free."
STUDENTS = "Students get in free; everybody else pays 6 euros."


@pytest.mark.parametrize(
    ("asked", "sentence", "words"),
    [
        ("What do children pay for a tour?", FEES, "free"),
        ("How much is a tour for children?", FEES, "free"),
        ("What does a tour cost for adults?", FEES, None),
        ("What does a tour cost?", FEES, None),
        ("What does a tour cost without children?", FEES, None),
        ("How old are the children?", FEES, None),
        ("How much do students pay?", STUDENTS, "free"),
        ("How much does everybody else pay?", STUDENTS, "6 euros"),
        ("How much do members pay?", "It is £3, but no charge to members.", "no charge"),
        ("What does a ticket cost for children?", UNEQUAL, "32"),
        ("What do adults pay?", UNEQUAL, "64 kroner"),
        ("What does a ticket cost?", UNEQUAL, None),
        ("What do adults and children pay?", UNEQUAL, None),
        ("How much is a student ticket?", "Tickets will be £14, and £9 for students.", "£9"),
        ("How much is a ticket?", "Tickets will be £14, and £9 for students.", None),
        ("What do children pay?", "It is 9 euros for an hour for children.", None),
        ("What does a ticket cost for a child?", "Tickets cost 5 pounds, children pay 2.", "2"),
        ("What do members pay?", "Entry is 8 euros; members pay half.", "half"),
        ("What does a ticket cost?", "Tickets cost 5 pounds, children pay 2.", None),
        ("What does the club cost?", "It costs £2 and is free for those on free meals.", None),
    ],
)
def test_of_unequal_sums_that_of_those_who_are_asked_of_is_told(asked, sentence, words):
    unit = _priced(sentence, read_question(asked))
    assert (None if unit is None else sentence[unit.start : unit.end]) == words


@pytest.mark.parametrize(
    ("asked", "sentence", "words"),
    [
        ("How many people voted against the sale?", "They voted against it by 143 to 12.", "143"),
        ("How many voted for it?", "The parish rejected the sale by 143 votes to 12.", "12"),
        ("How many were in favour?", "The budget was approved by 21 to 4.", "21"),
        ("How many were against the budget?", "The budget was approved by 21 to 4.", "4"),
        ("By how much was it approved?", "The budget was approved by 21 to 4.", None),
    ],
)
def test_of_votes_those_of_the_side_that_is_asked_of_are_told(asked, sentence, words):
    span = own_figure(sentence, asked=asked)
    assert (None if span is None else sentence[slice(*span)]) == words


@pytest.mark.parametrize(
    ("asked", "sentence", "words"),
    [
        ("How many plots are empty?", "We counted 48 plots, of which five are empty.", "five"),
        ("How many plots are there?", "We counted 48 plots, of which five are empty.", None),
        ("Which plots are empty?", "We counted 48 plots, of which five are empty.", None),
        ("How many were hurt?", "Nine people, of whom 2 were hurt badly, got out.", "2"),
    ],
)
def test_how_many_of_them_are_so_is_told(asked, sentence, words):
    span = own_figure(sentence, asked=asked)
    assert (None if span is None else sentence[slice(*span)]) == words


def test_an_answer_is_of_the_side_that_its_own_half_tells_of() -> None:
    text = "The rent is 70 euros for a full plot and 38 euros for a half plot."
    for asked, other in (("a full plot", "38 euros"), ("a half plot", "70 euros")):
        question = f"How much is the rent for {asked}?"
        for words in ("38 euros", "70 euros"):
            start = text.index(words)
            is_other = _is_of_other_side(text, (start, start + len(words)), question)
            assert is_other is (words == other)


def test_how_often_it_is_does_not_tell_how_long_it_lasts() -> None:
    asked = "How long does a public evening last?"
    assert is_of_other_measure("It is held every second Friday, starting at 19:30.", asked=asked)
    assert not is_of_other_measure("It is two hours long, every second Friday.", asked=asked)
    assert not is_of_other_measure("It is held every Friday until 22:00.", asked=asked)
    assert not is_of_other_measure("It is held every Friday.", asked="How often is it held?")


def test_what_it_was_changed_from_is_not_what_it_is() -> None:
    text = "The summer party is moved from 20 June to 27 June because of the final."
    old, new = (text.index(day) for day in ("20 June", "27 June"))
    assert is_what_was(text, old, old + 7, asked="When is the summer party?")
    assert not is_what_was(text, new, new + 7, asked="When is the summer party?")
    assert not is_what_was(text, old, old + 7, asked="When was the party to be?")
    open_ = "It is open from 10 to 16."
    assert not is_what_was(open_, 16, 18, asked="When is it open?")


HELD = "The party will be held on Saturday, 14 June, from 11 a.m."
BALANCE = "The balance on 28 February was £3,412."


@pytest.mark.parametrize(
    ("old", "expects", "about", "text", "new"),
    [
        (HELD, "date", {"parti"}, "The party was moved to Saturday, 28 June.", "Saturday, 28 June"),
        (HELD, "date", {"parti"}, "It was moved from 14 June to 28 June.", "28 June"),
        (HELD, "date", {"parti"}, "The parade was moved to 28 June.", None),
        (HELD, "date", {"parti"}, "The party is on 14 June, the parade on 28 June.", None),
        (HELD, "date", {"parti"}, "The party was moved to the hall.", None),
        (BALANCE, "money", {"balanc"}, "It was £3,142, not £3,412 as recorded.", "£3,142"),
        (BALANCE, "money", {"balanc"}, "A correction: £3,142 for £3,412.", "£3,142"),
        (BALANCE, "money", {"balanc"}, "The balance was £3,412, the rent £48.", None),
        (BALANCE, "money", {"balanc"}, "The balance was put right on 3 May, not £3,412.", None),
    ],
)
def test_a_later_text_replaces_a_figure_where_it_says_so(
    old: str, expects: str, about: set[str], text: str, new: str | None
) -> None:
    values = answered_by(old, 0, 0, expects=expects)
    span = replaced(text, old, values, about=about)
    assert (text[slice(*span)] if span else None) == new


@pytest.mark.parametrize(
    ("told", "most", "place"),
    [
        (["75 °C", "80 °C", "93 °C"], True, 2),
        (["75 °C", "80 °C", "93 °C"], False, 0),
        (["1,200 m", "900 m"], True, 0),
        (["75 °C", "75 °C"], True, None),
        (["75 °C", "167 °F"], True, None),
        (["75 °C", "hot"], True, None),
        (["75 °C"], True, None),
        ([], False, None),
    ],
)
def test_the_greatest_is_told_of_figures_of_one_unit_alone(
    told: list[str], most: bool, place: int | None
) -> None:
    assert extreme_of(told, most=most) == place


@pytest.mark.parametrize(
    ("text", "told", "left"),
    [
        ("It was moved from 7 June to 14 June.", "7 June to 14 June", "14 June"),
        ("The bus leaves at 14:15, not at 13:00.", "14:15, not at 13:00", "14:15"),
        ("It goes at 22.15 instead of 21.30.", "22.15 instead of 21.30", "22.15"),
        ("It goes at 6.10 (previously 6.30).", "6.10 (previously 6.30)", "6.10"),
        ("The camp starts on 10 July, not on the 3rd.", "10 July, not on the 3rd", "10 July"),
        ("It is open from 7 June to 14 June.", "7 June to 14 June", "7 June to 14 June"),
    ],
)
def test_of_what_is_and_what_was_the_answer_is_what_is(text: str, told: str, left: str) -> None:
    start = text.index(told)
    span = without_what_was(text, start, start + len(told), asked="When is it?")
    assert text[slice(*span)] == left


def test_both_stay_where_it_is_asked_how_it_was_before() -> None:
    text = "It was moved from 7 June to 14 June."
    assert without_what_was(text, 16, 33, asked="When was it planned before?") == (16, 33)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("The bus goes at 14:15, not at 13:00 as I wrote.", "The bus goes at 14:15 as I wrote."),
        ("The bridge is not 30 metres long.", "The bridge is not 30 metres long."),
        ("2 do not come, 3 do.", "2 do not come, 3 do."),
    ],
)
def test_a_corrected_figure_denies_nothing(text: str, left: str) -> None:
    assert without_corrected(text) == left


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("When will the Borealis come?", True),
        ("When will the Aurora come?", False),
        ("When will the ship come?", False),
    ],
)
def test_a_day_of_one_ship_is_not_that_of_the_other(asked: str, other: bool) -> None:
    text = "The first, the Aurora, comes in May 2027; her sister Borealis follows in June 2028."
    start = text.index("May")
    assert is_of_other_name(text, start, start + len("May 2027"), asked=asked) is other


@pytest.mark.parametrize(
    ("text", "was"),
    [
        ("Until May it left at 21.30; now it leaves at 22.15.", True),
        ("It used to leave at 21.30; since May it leaves at 22.15.", True),
        ("It is open until 21.30; on Sundays it closes at 22.15.", False),
        ("It now leaves at 21.30; until May it left at 22.15.", False),
    ],
)
def test_what_held_until_another_time_does_now_is_no_more(text: str, was: bool) -> None:
    start = text.index("21.30")
    assert is_what_was(text, start, start + 5, asked="When does it leave now?") is was
    assert not is_what_was(text, start, start + 5, asked="When did it leave before?")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("When was Elise born?", "12 May 1881"),
        ("When did Elise die?", "3 October 1959"),
        ("When did Elise live?", "12 May 1881 - 3 October 1959"),
    ],
)
def test_of_a_life_the_day_is_told_that_is_asked_for(asked: str, told: str) -> None:
    text = "Elise Moe (12 May 1881 - 3 October 1959) was a botanist."
    assert text[slice(*of_life(text, 11, 39, asked=asked))] == told


ROOMS = "The reading room has 60 seats and the study room 12."


@pytest.mark.parametrize(
    ("text", "asked", "own"),
    [
        (ROOMS, "How many seats does the study room have?", "12"),
        (ROOMS, "How many seats does the reading room have?", None),
        (ROOMS, "How much is the study room?", None),
        ("The water is 27 degrees, in the pond 31.", "How warm is the pond?", "31"),
        ("It lasts three years; for offices one year.", "How long for offices?", "one year"),
        ("Scouts get four keys, the master has one.", "How many has the master?", "one"),
        ("Scouts get four keys, the master has one.", "How many do Scouts get?", None),
        ("It lasts three years; the jug costs 19 euros.", "How long does the jug last?", None),
        ("It was built in 1925, the tower in 1931.", "How old is the tower?", None),
    ],
)
def test_a_figure_without_a_verb_is_of_what_leads_it(
    text: str, asked: str, own: str | None
) -> None:
    span = own_figure(text, asked=asked)
    assert (span and text[slice(*span)]) == own


@pytest.mark.parametrize(
    ("asked", "text", "other"),
    [
        ("How much does the machine cost?", "Spare jugs cost 19 euros.", True),
        ("How much is the study room?", "The piano room costs 4 euros an hour.", True),
        ("How much is the piano room?", "The piano room costs 4 euros an hour.", False),
        ("How much are filters?", "Spare jugs cost 19 euros, filters 6 euros.", False),
        ("How much does a visit cost?", "Admission costs 4 euros.", False),
        ("How much is the boat?", "It costs 4 euros.", False),
        ("How many seats are there?", "Spare jugs cost 19 euros.", False),
    ],
)
def test_what_another_thing_costs_is_no_price(asked: str, text: str, other: bool) -> None:
    assert is_of_other_price(text, asked=asked) is other


def test_what_stands_for_something_named_before_is_no_short_answer() -> None:
    for words in ("The first", "the latter", "The first grew faster, the second"):
        assert _STANDS_FOR.fullmatch(words)
    for words in ("the first ferry", "the first of May", "first"):
        assert not _STANDS_FOR.fullmatch(words)
