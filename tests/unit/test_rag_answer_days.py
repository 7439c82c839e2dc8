import pytest

from rag.answer.days import is_of_other_days

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
