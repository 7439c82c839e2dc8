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

_CENTRE = (
    "Oakham centre opens\n"
    "The Oakham centre opens on 4 May. Two rooms are for rent. The Blue Room seats forty. "
    "It has a stage. The Garden Room seats twelve.\n\n"
    "Every visitor gets a map of the park. The first fifty also receive a free lunch. The centre "
    "cost 3 million crowns.\n\n"
    "Members will be able to:\n"
    "- borrow garden tools\n"
    "- book the tennis court by telephone\n"
    "- vote on the programme\n\n"
    "The council agreed to the centre in March. The Farmers' Party and the Greens voted against "
    "the centre. The Liberals abstained.\n\n"
    "The branches at Mill Lane and Fenwick Road will be closed."
)
_RANGE = (
    "Weapons on show at Lisna\n"
    "A Spike missile missed its target because of fog. The army shot down a drone with an AIM-120 "
    "missile. The Kestrel anti-tank missile was not fired. Dogs are welcome on a lead."
)
_FEN = (
    "Hollow Fen: a visitor's guide\n\n"
    "Birds\n"
    "Bitterns have bred in the reeds since 1998. Avocets nest on the islands. Teal rest on the "
    "water in winter.\n\n"
    "Tickets\n"
    "A ticket to the fen costs 6 pounds. Children pay half.\n\n"
    "Hides\n"
    "- The Heron Hide stands on stilts.\n"
    "- The Low Hide is for children.\n\n"
    "The fen was drained in 1820 and flooded again in 1996."
)
_BATHS = (
    "Dale baths open again\n"
    "The repair of the Dale baths cost 11 million pounds. Several things drove up the bill of the "
    "Dale baths. Asbestos was found behind the tiles. The price of larch doubled. A well lay under "
    "the boiler house.\n\n"
    "The café opens in May."
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(library=tmp_path_factory.mktemp("library"), seeds=False)
    with Assistant.open(settings) as assistant:
        assistant.library.add_articles(
            [
                Article(source="exercise", title="Northern Shield begins", text=_EXERCISE),
                Article(source="bakery", title="The Hillside bakery", text=_BAKERY),
                Article(source="centre", title="Oakham centre opens", text=_CENTRE),
                Article(source="range", title="Weapons on show at Lisna", text=_RANGE),
            ]
        )
        yield assistant


@pytest.fixture(scope="module")
def guides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(library=tmp_path_factory.mktemp("guides"), seeds=False)
    with Assistant.open(settings) as assistant:
        assistant.library.add_articles(
            [
                Article(source="fen", title="Hollow Fen", text=_FEN),
                Article(source="baths", title="Dale baths open again", text=_BATHS),
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


def test_the_lines_behind_a_colon_are_the_items_and_their_lead_is_shown(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("What will members of the centre be able to do?")
    assert items(answer) == [
        "borrow garden tools",
        "book the tennis court by telephone",
        "vote on the programme",
    ]
    assert [part.citations for part in answer.parts] == [(1,), (2,), (3,)]
    assert answer.sentences[0].context == "Members will be able to:"


def test_a_sentence_that_counts_things_is_followed_by_them(assistant: Assistant) -> None:
    answer = assistant.ask("Which rooms are for rent in the Oakham centre?")
    assert [sentence.text for sentence in answer.sentences] == [
        "Two rooms are for rent.",
        "The Blue Room seats forty.",
        "The Garden Room seats twelve.",
    ]
    assert answer.short is None


def test_a_sentence_that_adds_to_the_one_before_is_shown_too(assistant: Assistant) -> None:
    answer = assistant.ask("What do visitors of the Oakham centre get?")
    assert sorted(items(answer)) == ["free lunch", "map of the park"]


def test_all_that_are_mentioned_are_named_whatever_is_said_of_them(assistant: Assistant) -> None:
    answer = assistant.ask("What missiles are mentioned?")
    assert sorted(items(answer)) == ["AIM-120", "Kestrel", "Spike"]
    assert sorted(n for part in answer.parts for n in part.citations) == [1, 2, 3]


def test_who_abstained_was_not_against_it(assistant: Assistant) -> None:
    answer = assistant.ask("Who voted against the Oakham centre?")
    assert items(answer) == ["Farmers' Party", "Greens"]
    assert "abstained" not in answer.text


def test_the_names_behind_the_noun_of_the_question_are_the_items(assistant: Assistant) -> None:
    assert items(assistant.ask("Which branches will be closed?")) == ["Mill Lane", "Fenwick Road"]


def test_who_asks_to_bring_a_dog_is_shown_that_dogs_are_welcome(assistant: Assistant) -> None:
    assert assistant.ask("May I bring my dog?").text == "Dogs are welcome on a lead. [1]"
    assert assistant.ask("May I bring my cat?").status == "abstained"


def test_what_stands_under_the_heading_that_is_asked_for_is_told_whole(
    guides: Assistant,
) -> None:
    answer = guides.ask("Which birds live in Hollow Fen?")
    for bird in ("Bitterns", "Avocets", "Teal"):
        assert bird in answer.text
    assert "pounds" not in answer.text
    assert len(answer.citations) == 3


def test_several_things_are_those_that_follow_in_the_paragraph(guides: Assistant) -> None:
    answer = guides.ask("What were the things that drove up the bill of the Dale baths?")
    for thing in ("Asbestos", "larch", "well"):
        assert thing in answer.text
    assert "café" not in answer.text


def test_a_list_under_a_heading_ends_with_its_marks(guides: Assistant) -> None:
    answer = guides.ask("Which hides are there at the fen?")
    assert [part.text for part in answer.parts] == [
        "The Heron Hide stands on stilts",
        "The Low Hide is for children",
    ]
