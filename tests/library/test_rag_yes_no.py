"""Yes and no: said only where a sentence plainly says or denies what is asked."""

from collections.abc import Iterator

import pytest

from rag import Article, Assistant, Settings
from rag.question import read_question
from rag.verification.answers import decide

TEXT = (
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


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(library=tmp_path_factory.mktemp("library"), seeds=False)
    with Assistant.open(settings) as assistant:
        assistant.library.add_articles([Article(source="pool", title="Pool", text=TEXT)])
        yield assistant


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Did the council vote to close the pool?", "Yes."),
        ("Was the pool built by Paul Renner?", "Yes."),
        ("Will the library stay open on Sundays?", "Yes."),
        ("Did the school board reject the merger with Henley?", "Yes."),
        ("Did the council approve the plan for a new stadium?", "No."),
        ("Did the school board accept the merger with Henley?", "No."),
        ("Is the bridge safe for trucks?", "No."),
    ],
)
def test_what_is_said_or_denied_is_answered_in_a_word_with_its_sentence(
    assistant: Assistant, question: str, word: str
) -> None:
    answer = assistant.ask(question)
    said, quoted = answer.sentences
    assert said.text == word
    assert quoted.text == answer.citations[0].quote
    assert said.citations == quoted.citations == (1,)


@pytest.mark.parametrize(
    "question",
    [
        "Was the pool built in 1980?",
        "Was the pool built by Dana Ortiz?",
        "Will the library stay open on Mondays?",
        "Did the council vote to close the library?",
        "Will the ferry be sold to a company from Oslo?",
        "May the ferry be sold to a company from Oslo?",
        "Is the bridge safe or not?",
        "Did Henley reject the merger?",
        "Have ferry fares fallen?",
        "Is Marlow the town above Henley in the county?",
        "Is it?",
        "Which street is the pool at?",
    ],
)
def test_nothing_is_decided_where_the_text_is_not_plain(
    assistant: Assistant, question: str
) -> None:
    assert decide(read_question(question), assistant.search(question)) is None


def test_nothing_is_decided_without_passages() -> None:
    assert decide(read_question("Was the pool built in 1974?"), []) is None
