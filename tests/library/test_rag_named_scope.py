"""Questions that name the articles they are asked of, and many that only look so."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.store.library import Moment
from rag import Settings
from rag.named_scope import read_named
from rag.question import read_question
from rag.testing import HashEmbedder, open_assistant

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
    found = read_named(read_question(question), moment)
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
