"""A comparison cites both places; what they say of each other is said where it is certain."""

from collections.abc import Iterator

import pytest

from rag import Article, Assistant, Settings

_ARTICLES = {
    "karsund": "The Karsund bridge was opened in 1932. It is 640 metres long and has two lanes.",
    "lune": "The Lune bridge was opened by the mayor in 1958. It is 412 metres long.",
    "notebook": "Nelly Quispe kept a notebook of all ships. She was a crane driver then.",
    "shift": "Nelly Quispe now heads the night shift of the port. It has 40 people.",
    "tern": "The Tern bridge was opened in June. It is about 300 metres long.",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(library=tmp_path_factory.mktemp("library"), seeds=False)
    with Assistant.open(settings) as assistant:
        for name, text in _ARTICLES.items():
            title = f"The {name.title()} bridge"
            assistant.library.add_articles([Article(source=name, title=title, text=text)])
        yield assistant


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Which is longer, the Karsund bridge or the Lune bridge?", "the Karsund bridge"),
        ("Is the Lune bridge longer than the Karsund bridge?", "No"),
        ("How much longer is the Karsund bridge than the Lune bridge?", "228 metres"),
        ("Which bridge is older, the Karsund bridge or the Lune bridge?", "the Karsund bridge"),
    ],
)
def test_both_articles_are_cited_and_the_relation_is_said(
    assistant: Assistant, question: str, short: str
) -> None:
    answer = assistant.ask(question)
    assert answer.short == short
    assert {citation.card.source for citation in answer.citations} == {"karsund", "lune"}
    assert all(part.citations for part in answer.parts)


def test_a_vague_figure_is_set_beside_the_other(assistant: Assistant) -> None:
    answer = assistant.ask("How much longer is the Karsund bridge than the Tern bridge?")
    assert {citation.card.source for citation in answer.citations} == {"karsund", "tern"}
    assert answer.short is None


def test_which_of_the_two_sets_two_articles_beside_each_other(assistant: Assistant) -> None:
    answer = assistant.ask("Which of the two bridges is longer?")
    assert {citation.card.source for citation in answer.citations} >= {"karsund", "lune"}
    assert answer.short is None


def test_a_side_that_no_article_has_is_told_so(assistant: Assistant) -> None:
    answer = assistant.ask("Which is longer, the Karsund bridge or the Forth bridge?")
    assert [bool(part.text) for part in answer.parts] == [True, False]
    assert answer.text.endswith("No answer found: How long is the Forth bridge?")
    assert answer.short is None


def test_an_article_that_fills_in_who_is_meant_is_cited_too(assistant: Assistant) -> None:
    answer = assistant.ask(
        "Which shift of the port does the woman head who kept a notebook of all ships?"
    )
    assert {citation.card.source for citation in answer.citations} == {"notebook", "shift"}
