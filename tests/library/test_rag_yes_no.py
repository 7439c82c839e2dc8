"""Yes and no: said only where a passage plainly says or denies what is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Article, Assistant, Settings

POOL = (
    "The council of Marlow voted on Tuesday to close the old pool at Elm Street. "
    "Mayor Dana Ortiz said the repairs would cost 4.2 million dollars. "
    "The council did not approve the plan for a new stadium. "
    "The pool was built in 1974 by the architect Paul Renner. "
    "The library on Main Street will stay open on Sundays. "
    "The school board rejected the merger with Henley. "
    "The bridge is not safe for trucks, engineers said. "
    "The ferry may be sold to a company from Oslo. "
    "There has been no fall in ferry fares, but a 6% drop in guests. "
    "Henley is the second town of the county; Marlow is the fourth."
)
CAMP = (
    "The pool is shut on Tuesdays; the sauna beside it can be used every day. "
    "Bicycles cost two euros, while children go free of charge. "
    "Smoking is banned in the hall and permitted in the yard. "
    "Caravans must stay on the meadow, but tents are welcome under the trees. "
    "The kiosk sells bread, although the bakery closed in 2021. "
    "The old pier is not safe, so boats land at the new one. "
    "Gas may be used by all guests except children. "
    "Music is not allowed before nine. "
    "The owner intends to sell the meadow. "
    "The council rejected the plan for a second gate."
)
TEXTS = {"Marlow": POOL, "Rules of the camp": CAMP}


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Assistant]]:
    opened = {title: _library(tmp_path_factory.mktemp("library"), title) for title in TEXTS}
    yield opened
    for assistant in opened.values():
        assistant.close()


def _library(folder: Path, title: str) -> Assistant:
    assistant = Assistant.open(Settings.load(library=folder, seeds=False, threshold=0.0))
    assistant.library.add_articles([Article(source=title, title=title, text=TEXTS[title])])
    return assistant


def word(assistant: Assistant, question: str) -> str:
    """Return the yes or no that is said, empty where none is."""
    short = assistant.ask(question).short
    return short if short in ("Yes", "No") else ""


PLAIN = [
    ("Was the pool built by Paul Renner?", "Yes"),
    ("Will the library stay open on Sundays?", "Yes"),
    ("Did the school board reject the merger with Henley?", "Yes"),
    ("Did the council approve the plan for a new stadium?", "No"),
    ("Was the pool built in 1980?", "No"),
    ("Is the bridge safe for trucks?", "No"),
]


def test_of_plain_questions_some_are_answered_in_a_word_and_none_in_the_wrong_one(
    libraries: dict[str, Assistant],
) -> None:
    said = {question: word(libraries["Marlow"], question) for question, _ in PLAIN}
    assert all(said[question] in ("", right) for question, right in PLAIN)
    assert sum(bool(found) for found in said.values()) >= 2


def test_a_word_stands_with_the_sentence_that_says_so(libraries: dict[str, Assistant]) -> None:
    answer = libraries["Marlow"].ask("Was the pool built by Paul Renner?")
    assert answer.short == "Yes"
    (quoted,) = answer.sentences
    assert quoted.text == "The pool was built in 1974 by the architect Paul Renner."
    assert quoted.citations == (1,)


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("Is the pool open on Tuesdays?", "Yes"),
        ("Do children have to pay?", "Yes"),
        ("Is smoking permitted in the hall?", "Yes"),
        ("Is smoking permitted in the yard?", "No"),
        ("Are caravans welcome under the trees?", "Yes"),
        ("Does the camp have a bakery?", "Yes"),
        ("Is the old pier safe?", "Yes"),
        ("May children use gas?", "Yes"),
        ("Is music allowed after nine?", "No"),
        ("Will the owner sell the meadow?", "Yes"),
        ("Is there a second gate?", "Yes"),
    ],
)
def test_a_sentence_in_two_parts_says_no_word_of_the_other_part(
    libraries: dict[str, Assistant], question: str, wrong: str
) -> None:
    assert word(libraries["Rules of the camp"], question) != wrong


@pytest.mark.parametrize(
    "question",
    [
        "Did the mayor swim in the pool?",
        "Will the ferry be sold to a company from Oslo?",
        "Is the bridge old or new?",
        "Is it?",
        "Which street is the pool at?",
    ],
)
def test_no_word_is_said_where_the_text_leaves_it_open(
    libraries: dict[str, Assistant], question: str
) -> None:
    assert word(libraries["Marlow"], question) == ""
