"""Values of a wrong type: each public call says in one sentence what it cannot take."""

import asyncio
from collections.abc import Callable

import pytest

from rag import Article, Assistant, FootnoteError, MisuseError, load_model, verify
from rag.internal import keep_setting

_WRONG = [None, 3, ["a"], [["a"]], b"a", True, 1.5]
_ARTICLE = Article(source="pets", title="Pets", text="Cats sleep all day.")


def _article(**given: object) -> Article:
    return Article(**{"source": "x", "title": "x", "text": "x"} | given)  # type: ignore[arg-type]


_CALLS: dict[str, Callable[[Assistant, object], object]] = {
    "add": lambda a, given: a.library.add(given),
    "add of several": lambda a, given: a.library.add("note.txt", given),
    "watch": lambda a, given: a.library.watch(given),
    "watch every": lambda a, given: a.library.watch(".", every=[given]),
    "add_articles": lambda a, given: a.library.add_articles(given),
    "add_articles of one": lambda a, given: a.library.add_articles([given]),
    "a source": lambda a, given: a.library.add_articles([_article(source=given)]),
    "a title": lambda a, given: a.library.add_articles([_article(title=given)]),
    "a text": lambda a, given: a.library.add_articles([_article(text=given)]),
    "add_files": lambda a, given: a.library.add_files(given),
    "add_files' paths": lambda a, given: a.library.add_files({"x": given}),
    "remove": lambda a, given: a.library.remove(given),
    "document": lambda a, given: a.library.document(given),
    "text": lambda a, given: a.library.text(given),
    "search": lambda a, given: a.search(given),
    "search k": lambda a, given: a.search("cats", k=[given]),
    "ask": lambda a, given: a.ask(given),
    "ask k": lambda a, given: a.ask("cats", k=[given]),
    "ask history": lambda a, given: a.ask("cats", history=given),
    "ask history of one": lambda a, given: a.ask("cats", history=[given]),
    "aask": lambda a, given: asyncio.run(a.aask(given)),
    "stream": lambda a, given: list(a.stream(given)),
    "a retriever": lambda a, given: a.as_retriever(k=[given]).retrieve("cats"),
    "a query engine": lambda a, given: a.as_query_engine(k=[given]).query("cats"),
    "Assistant.verify": lambda a, given: a.verify(given),
    "verify": lambda a, given: verify(given, assistant=a),
    "verify's assistant": lambda a, given: verify("Cats sleep.", assistant=[given]),
    "verify k": lambda a, given: verify("Cats sleep.", assistant=a, k=[given]),
    "export_to": lambda a, given: a.library.export_to(given),
    "import_from": lambda a, given: a.library.import_from(given),
    "open": lambda a, given: Assistant.open([given]),
    "open library": lambda a, given: Assistant.open(library=[given]),
    "load_model": lambda a, given: load_model([given], a.settings),
    "keep_setting": lambda a, given: keep_setting("log", given),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    from rag import Settings
    from rag.testing import open_assistant

    settings = Settings(library=tmp_path_factory.mktemp("library"), seeds=False)
    assistant = open_assistant(settings)
    assistant.library.add_articles([_ARTICLE])
    return assistant


@pytest.mark.parametrize("call", _CALLS)
def test_a_value_of_a_wrong_type_is_refused_in_one_sentence(filled: Assistant, call: str) -> None:
    for given in _WRONG:
        with pytest.raises(FootnoteError) as caught:
            _CALLS[call](filled, given)
        assert isinstance(caught.value, MisuseError), given
        assert "\n" not in str(caught.value)
    assert [c.card.source for c in filled.library.documents()] == ["pets"]


def test_a_list_of_sources_is_told_how_to_be_given(filled: Assistant) -> None:
    with pytest.raises(MisuseError, match=r"cannot be \['a', 'b'\]: hand its items over as add"):
        filled.library.add(["a", "b"])  # type: ignore[arg-type]


def test_what_was_given_is_shown_short_and_with_its_type(filled: Assistant) -> None:
    with pytest.raises(MisuseError, match=r"question cannot be b'a{1,20}\.\.\..* of type bytes"):
        filled.ask(b"a" * 5000)  # type: ignore[arg-type]
