"""Questions and sentences with a "not": what is denied of something is not its answer."""

from collections.abc import Iterator

import pytest

from rag import Answer, Article, Assistant, Settings

TEXTS = {
    "The huts of Arnfell": (
        "The lower hut is heated with wood. The upper hut has no stove. "
        "Guests may light a fire, but children may not light one. "
        "Ada Holm keeps the keys. Peter Lund does not keep keys but sweeps the path. "
        "The boat may be used by all guests except children. "
        "The shop sells bread from Tuesday to Saturday, not on Monday. "
        "Dogs may not enter the kitchen."
    ),
    "The Holm mill": "The Holm mill was sold in May 1990. It has two wheels.",
    "The Tarn mill": "The Tarn mill was sold in June 2001. It has one wheel.",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("library")
    with Assistant.open(Settings.load(library=folder, seeds=False, threshold=0.0)) as assistant:
        articles = [Article(source=title, title=title, text=text) for title, text in TEXTS.items()]
        assistant.library.add_articles(articles)
        yield assistant


def first(answer: Answer) -> str:
    return answer.sentences[0].text


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("Who does not keep keys?", "Peter Lund", "Ada Holm"),
        ("Who keeps the keys?", "Ada Holm", "Peter Lund"),
        ("Which hut is not heated?", "The upper hut", "The lower hut"),
        ("Which mill was not sold in 1990?", "The Tarn mill", "The Holm mill"),
        ("Which mill was sold in 1990?", "The Holm mill", "The Tarn mill"),
    ],
)
def test_who_or_what_is_asked_for_with_a_not_or_without(
    assistant: Assistant, question: str, right: str, wrong: str
) -> None:
    said = first(assistant.ask(question))
    assert right in said
    assert wrong not in said


@pytest.mark.parametrize(
    ("question", "never"),
    [
        ("Who may enter the kitchen?", "Dogs"),
        ("Who may light a fire?", "children"),
        ("Who may not light a fire?", "Guests"),
        ("Who may not use the boat?", "all guests except children"),
        ("When does the shop not sell bread?", "from Tuesday to Saturday, not on Monday"),
    ],
)
def test_words_that_leave_a_not_out_are_not_shown_without_their_sentence(
    assistant: Assistant, question: str, never: str
) -> None:
    said = first(assistant.ask(question))
    assert said.strip(" .") != never
    assert never not in said or said.endswith(".")
