"""A question for several things names them all, each with its footnote, and each once."""

from collections.abc import Iterator

import pytest

from rag import Answer, Article, Assistant, Settings

_EXERCISE = (
    "Exercise Northern Shield began on Monday near the town of Ostmark. Soldiers from Ruvia, "
    "Calden and Thessaly take part. Two soldiers, Jan Weiss and Tomas Krol, were injured when a "
    "truck overturned. It ends on 28 May."
)
_BAKERY = (
    "The Hillside bakery opens at seven. Our ovens burn beech and oak. The first prize of the "
    "bakery was the Golden Loaf. Cakes are ordered two days before. The second prize of the bakery "
    "was the County Shield."
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(library=tmp_path_factory.mktemp("library"), seeds=False)
    with Assistant.open(settings) as assistant:
        assistant.library.add_articles(
            [
                Article(source="exercise", title="Northern Shield begins", text=_EXERCISE),
                Article(source="bakery", title="The Hillside bakery", text=_BAKERY),
            ]
        )
        yield assistant


def items(answer: Answer) -> list[str]:
    assert all(part.asked == "" and part.citations for part in answer.parts)
    return [part.text for part in answer.parts]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Which countries take part in Northern Shield?", ["Ruvia", "Calden", "Thessaly"]),
        ("Which soldiers were injured?", ["Jan Weiss", "Tomas Krol"]),
        ("What kinds of wood do the ovens burn?", ["beech", "oak"]),
    ],
)
def test_a_list_in_a_sentence_is_split_into_its_items(
    assistant: Assistant, question: str, named: list[str]
) -> None:
    answer = assistant.ask(question)
    assert items(answer) == named
    assert answer.short == f"{', '.join(named[:-1])} and {named[-1]}"


def test_items_are_named_from_several_sentences_each_with_its_own(assistant: Assistant) -> None:
    answer = assistant.ask("What were the prizes of the bakery?")
    assert {part.text for part in answer.parts} == {"Golden Loaf", "County Shield"}
    assert [part.citations for part in answer.parts] == [(1,), (2,)]


def test_a_question_for_one_thing_has_no_items(assistant: Assistant) -> None:
    assert assistant.ask("When does the exercise end?").parts == ()
