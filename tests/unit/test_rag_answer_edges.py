"""Where the words of an answer begin and end: whole words, numbers and names, and no loose ties."""

import pytest

from rag.answer.edges import beside_role, end_of_name, moved
from rag.question import AnswerType


def shown(text: str, found: str, expects: AnswerType = "any") -> str:
    start = text.index(found)
    return text[slice(*moved(text, start=start, end=start + len(found), expects=expects))]


@pytest.mark.parametrize(
    ("found", "expects", "words"),
    [
        ("at Ministry of Defense in Tokyo", "place", "Ministry of Defense in Tokyo"),
        ("on March 30th", "date", "March 30th"),
        ("budget to 2% of GDP", "amount", "2% of GDP"),
        ("by 2027", "date", "by 2027"),
        ("from Japan’s", "any", "Japan"),
    ],
)
def test_what_ties_an_answer_to_its_sentence_is_left_out(
    found: str, expects: AnswerType, words: str
) -> None:
    text = (
        "They met at Ministry of Defense in Tokyo on March 30th and raised Japan’s defense budget "
        "to 2% of GDP by 2027, with money from Japan’s people."
    )
    assert shown(text, found, expects) == words


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("It cost about $2.5 million last year.", "2.5", "$2.5 million"),
        ("It grew by 12,500 tons.", "12", "12,500"),
        ("Five hundred thousand people came.", "Five", "Five hundred thousand"),
        ("It fell to 20 % of that.", "20", "20 %"),
        ("A brand-new boat came.", "new boat", "brand-new boat"),
        ("The US-Japan pact holds.", "US", "US"),
        ("Iwo-to is small.", "Iwo", "Iwo-to"),
    ],
)
def test_words_and_numbers_stay_whole(text: str, found: str, words: str) -> None:
    assert shown(text, found) == words


def test_what_bounds_an_amount_belongs_to_it() -> None:
    text = "The budget rose to more than 40 million, or minus 3 in real terms."
    assert shown(text, "to more than 40 million", "money") == "more than 40 million"
    assert shown(text, "or minus 3", "amount") == "minus 3"


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("Berth number B 47", "B 47", "B 47"),
        ("Flight SK-1204 is late.", "SK-1204", "SK-1204"),
        ("In all USD 40 was paid.", "USD 40", "USD 40"),
        ("Some 40 came.", "Some 40", "Some 40"),
        ("They saw 40 ships.", "saw 40", "40"),
    ],
)
def test_letters_of_a_number_that_is_a_name_belong_to_it(text, found, words) -> None:
    assert shown(text, found, "amount") == words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            "on the day after Shigeru Ishiba",
            "the day after Shigeru Ishiba took part in a ceremony",
        ),
        ("the day", "the day"),
        ("after Shigeru Ishiba took part", "after Shigeru Ishiba took part"),
    ],
)
def test_a_clause_that_breaks_off_is_finished(found: str, words: str) -> None:
    text = "They met on the day after Shigeru Ishiba took part in a ceremony, she said."
    assert shown(text, found, "date") == words


def test_a_long_clause_that_breaks_off_is_left_out() -> None:
    text = f"They met in a town that the mayor visited {'again and ' * 12}again."
    assert shown(text, "in a town that the mayor", "place") == "a town"


def test_a_name_ends_where_its_last_part_does() -> None:
    text = "Shigeru Ishiba met George W. Bush in Tokyo."
    assert text[: end_of_name(text, start=0, end=7)] == "Shigeru Ishiba"
    assert text[19 : end_of_name(text, start=19, end=25)] == "George W. Bush"
    assert end_of_name(text, start=15, end=18) == 18


@pytest.mark.parametrize(
    ("found", "expects", "words"),
    [
        ("nine", "amount", "up to nine"),
        ("40 days", "duration", "at least 40 days"),
        ("300", "money", "300"),
    ],
)
def test_what_makes_a_number_another_one_is_taken_in(
    found: str, expects: AnswerType, words: str
) -> None:
    text = "It lost up to nine metres in at least 40 days for 300 euros."
    assert shown(text, found, expects) == words


def test_a_name_goes_on_as_far_as_the_letters_that_stand_for_it() -> None:
    text = "The Board of Trade, Roads and Ports (BTRP) met Mayor Ann, Ron and Pat Lee (XY) there."
    assert shown(text, "Board of Trade") == "Board of Trade, Roads and Ports"
    assert shown(text, "Mayor Ann") == "Mayor Ann"


def test_a_name_begins_where_the_letters_that_stand_for_it_do() -> None:
    text = "They spoke of the Board of Trade, Roads and Ports (BTRP) and of the Old Harbour (XY)."
    assert shown(text, "Roads and Ports") == "Board of Trade, Roads and Ports"
    assert shown(text, "Ports") == "Board of Trade, Roads and Ports"
    assert shown(text, "Harbour") == "Harbour"


def test_a_share_comes_with_what_it_is_of() -> None:
    assert shown("It is to reach 2% of GDP soon.", "2%", "amount") == "2% of GDP"
    assert shown("Of these 61 per cent of those asked agreed.", "61", "amount") == "61 per cent"


def test_nothing_is_left_of_ties_alone() -> None:
    start, end = moved("It is of the.", start=6, end=8, expects="any")
    assert start == end


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("It is dear, he said, and nobody crosses it in winter.", "dear, he said", "dear"),
        ('"It rains," she said, "on most days."', '," she said, "on most days', "most days"),
        (
            "The roof leaks, the head teacher said.",
            "The roof leaks, the head teacher said",
            "The roof leaks",
        ),
        ("Nobody came, said Ida Sand, who had waited.", "Ida Sand", "Ida Sand"),
    ],
)
def test_who_said_it_is_no_part_of_what_was_said(text: str, found: str, words: str) -> None:
    assert shown(text, found) == words


def test_days_that_come_again_go_with_their_months_and_hours() -> None:
    text = "The tower is open on the first Saturday of each month from May to September."
    words = "the first Saturday of each month from May to September"
    assert shown(text, "May to September", "date") == words
    text = "It opens on Mondays and Fridays from 10 to 4, and closed on 3 May from noon."
    assert shown(text, "10 to 4", "date") == "Mondays and Fridays from 10 to 4"
    assert shown(text, "noon", "date") == "noon"


LET = (
    "Between Hall Lettings (the landlord's agent), Mr Per Moe (the landlord) and Ida Sand (tenant)."
)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("Who is the landlord?", "Mr Per Moe"),
        ("Who is the landlord's agent?", "Hall Lettings"),
        ("Who is the tenant of the mill?", "Ida Sand"),
        ("Who is the mayor?", None),
    ],
)
def test_a_name_beside_the_role_that_is_asked_for_is_told_alone(asked, words):
    span = beside_role(LET, asked=asked)
    assert (span and LET[slice(*span)]) == words


@pytest.mark.parametrize(
    ("text", "found", "words"),
    [
        ("The minutes of 20 March 2025 stand.", "March 2025", "20 March 2025"),
        ("It came on the 3rd of May.", "May", "3rd of May"),
        ("Room 12 March street.", "street", "street"),
        ("It cost 1.20 March wrote.", "March", "March"),
    ],
)
def test_a_month_has_its_day(text: str, found: str, words: str) -> None:
    assert shown(text, found) == words
