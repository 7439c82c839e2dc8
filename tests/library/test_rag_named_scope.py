"""Questions that name the articles they are asked of, and many that only look so."""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from index.store.library import Moment
from rag import EVERYTHING, Article, Assistant, Hit, Scope, Settings, TextDelta
from rag.named_scope import read_named
from rag.question import Question, may_name_articles, read_question
from rag.testing import HashEmbedder, ScriptedAnswerer, ScriptedModel, open_assistant
from rag.types import Draft

Opened = Callable[..., Assistant]
_FILE = Path(__file__).parents[1] / "data" / "named_scopes.toml"
_TABLE: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _written(folder: Path) -> None:
    for article in _TABLE["article"]:
        path = folder / article["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"title: {article['title']!r}\ntags: {article['tags']}\n"
        head += f"date: {article['published']}\n" if article["published"] else ""
        texts = {
            ".md": f"---\n{head}---\n\nThe text of {path.stem}.\n",
            ".txt": f"{article['title']}\n\nThe text of {path.stem}.\n",
            ".eml": f"From: a@town.example\nSubject: {article['title']}\n\nThe text of it.\n",
            ".csv": "item,amount\nroads,12\n",
        }
        path.write_text(texts[path.suffix], encoding="utf-8")


@pytest.fixture(scope="module")
def moment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moment]:
    folder = tmp_path_factory.mktemp("named")
    _written(folder / "articles")
    settings = Settings(library=folder / "library", seeds=False)
    with open_assistant(settings, embedder=HashEmbedder()) as assistant:
        assistant.library.add(folder / "articles")
        with assistant._stored.moment() as opened:
            yield opened


def _named(question: str, moment: Moment) -> str:
    found = read_named(read_question(question), moment) if may_name_articles(question) else None
    return found.scope.words.removeprefix("document ") if found else ""


@pytest.mark.parametrize("question", _TABLE["names"])
def test_a_question_names_its_articles(moment: Moment, question: str) -> None:
    assert _named(question, moment) == _TABLE["names"][question]


@pytest.mark.parametrize("question", _TABLE["plain"]["questions"])
def test_a_question_that_only_looks_so_is_asked_of_all(moment: Moment, question: str) -> None:
    assert not _named(question, moment)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("According to the Elbe article, how many homes lost power?", "How many homes lost power?"),
        (
            "What does the Hill report say about breakfast?",
            "What does the article say about breakfast?",
        ),
        ("Who, according to the Elbe article, repaired the lines?", "Who repaired the lines?"),
    ],
)
def test_the_rest_is_asked_of_them(moment: Moment, question: str, asked: str) -> None:
    found = read_named(read_question(question), moment)
    assert found
    assert found.question.text == asked


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Open two articles as often as wanted, each time with another answerer or model."""
    folder = tmp_path_factory.mktemp("asked")
    with ExitStack() as stack:

        def opened(**named: Any) -> Assistant:  # as open_assistant takes them
            settings = Settings(library=folder / "library", seeds=False)
            assistant = stack.enter_context(open_assistant(settings, **named))
            assistant.library.add_articles(
                [
                    Article(source="elbe", title="Elbe flood", text="In Wehlau 400 homes burnt."),
                    Article(source="rhine", title="Rhine storm", text="In Bonn 900 homes burnt."),
                ]
            )
            return assistant

        yield opened


class _Knows(ScriptedAnswerer):
    """Answers from one article alone."""

    def __init__(self, title: str) -> None:
        super().__init__("It is said.")
        self._title = title

    def draft(self, question: Question, hits: Sequence[Hit]) -> Draft:
        return super().draft(question, [hit for hit in hits if hit.card.title == self._title])


_ELBE = "According to the Elbe article, how many homes burnt?"


def test_the_named_article_alone_is_asked_and_the_answer_says_so(asked: Opened) -> None:
    answer = asked(answerer=_Knows("Elbe flood")).ask(_ELBE)
    assert (answer.scope, answer.scope_named) == (Scope(documents=("Elbe flood",)), True)
    assert (answer.question, answer.searched) == (_ELBE, _ELBE)
    assert {hit.card.title for hit in answer.hits} == {"Elbe flood"}


def test_where_it_gives_no_answer_all_are_asked_and_that_is_said(asked: Opened) -> None:
    answer = asked(answerer=_Knows("Rhine storm")).ask(_ELBE)
    assert (answer.status, answer.scope, answer.scope_named) == ("answered", EVERYTHING, False)
    assert answer.scope_note == (
        "The question names document Elbe flood, which gave no answer: all were asked."
    )
    assert answer.searched == _ELBE


def test_where_nothing_is_what_it_names_all_are_asked(asked: Opened) -> None:
    answer = asked(answerer=_Knows("Elbe flood")).ask("In 2019's articles, how many homes burnt?")
    assert answer.status == "answered"
    assert answer.scope_note.startswith(
        "There is nothing of what the question names (dated 2019): "
    )


def test_everything_given_as_the_scope_asks_all(asked: Opened) -> None:
    answer = asked(answerer=_Knows("Rhine storm")).ask(_ELBE, scope=EVERYTHING)
    assert (answer.status, answer.scope_note) == ("answered", "")


def test_a_stream_takes_back_no_word_of_an_abstention(asked: Opened) -> None:
    *events, last = asked(answerer=_Knows("Rhine storm")).stream(_ELBE)
    texts = [event.text for event in events if isinstance(event, TextDelta)]
    assert texts == ["It is said. [1]"] == [last.text]


def test_what_both_ways_take_of_a_language_model_is_counted(asked: Opened) -> None:
    model = ScriptedModel("No answer.", "In Bonn 900 homes burnt. [1]")
    answer = asked(model=model, answerer=_Knows("Rhine storm")).ask(_ELBE)
    assert len(model.asked) == answer.usage.requests == 2
    assert answer.scope_note
