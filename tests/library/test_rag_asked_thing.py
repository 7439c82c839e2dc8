"""The answer is of the thing and of the side that is asked of, or there is none."""

from collections.abc import Iterator

import pytest

from rag import Article, Assistant, Settings

TEXT = """A nesting box for every owl in Brevik
The forestry office of Brevik has put up 80 nesting boxes for owls in the last ten years. This \
spring 61 of the boxes were occupied, four more than in 2024.
The work costs 24,000 euros a year. The region pays half, the town a third and the rest comes \
from the hunters' club.
The old patrol boat, the Havbris, was sold in 2019. Her captain was Olav Moe. The new boat, the \
Solvind, takes visitors to the islands. She carries 40 passengers and does nine knots.
"""

MUSEUM = """The salt works of Orrest
Jonas Hove leads the museum. The former director, Alf Brenne, left in March after a quarrel.
Adults pay 90 crowns, children up to twelve get in free. The museum is open from Tuesday to \
Sunday, from ten to five.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings.load(library=tmp_path_factory.mktemp("library"), seeds=False)
    with Assistant.open(settings) as opened:
        opened.library.add_articles([Article(source="owls", title="Owls in Brevik", text=TEXT)])
        opened.library.add_articles([Article(source="salt", title="Salt", text=MUSEUM)])
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "How many boxes were empty?",
        "Who is the captain of the Solvind?",
        "How many passengers does the Havbris carry?",
    ],
)
def test_what_is_said_of_the_opposite_or_of_another_is_no_answer(
    assistant: Assistant, question: str
) -> None:
    assert assistant.ask(question).status == "abstained"


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("How many boxes were occupied?", "61"),
        ("Who was the captain of the Havbris?", "Olav Moe"),
        ("How many passengers does the Solvind carry?", "40"),
    ],
)
def test_of_itself_it_is(assistant: Assistant, question: str, short: str) -> None:
    assert assistant.ask(question).short == short


def test_of_several_who_pay_none_is_left_out(assistant: Assistant) -> None:
    shares = "The region pays half, the town a third and the rest comes from the hunters' club"
    assert assistant.ask("Who pays for the boxes?").short == shares
    of_parts = assistant.ask("How much do the boxes cost a year and who pays for it?").parts
    assert [part.text for part in of_parts] == ["24,000 euros", shares]


def test_no_yes_rests_on_other_days_nor_a_price_on_other_people(assistant: Assistant) -> None:
    assert assistant.ask("Is the museum open on Mondays?").short != "Yes"
    assert assistant.ask("How much do children pay at the museum?").short != "90 crowns"


def test_who_leads_it_now_is_not_who_led_it(assistant: Assistant) -> None:
    answer = assistant.ask("Who is the director of the museum?")
    assert "Brenne" not in (answer.short or "")
    assert answer.sentences[0].text == "Jonas Hove leads the museum."
