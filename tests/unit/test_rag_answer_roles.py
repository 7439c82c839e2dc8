import pytest

from rag.answer.roles import is_of_other_role


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
