"""A question is of one moment: one snapshot, one search, and all that was found in it stays."""

from collections.abc import Callable

import pytest

from index.search import search
from index.store import catalog
from index.store.library import Library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.terms import Query

Make = Callable[..., Library]


def add(library: Library, **texts: str) -> None:
    ingest.add(library, read_articles(Article(source=s, title=s, text=t) for s, t in texts.items()))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Count the connections to catalogs, and how often it is looked whether there is one."""
    counted: list[str] = []
    real_connect, real_look = catalog._connected, catalog.is_there

    def connected(place, *, uri):
        counted.append("connection")
        return real_connect(place, uri=uri)

    def is_there(library):
        counted.append("look")
        return real_look(library)

    monkeypatch.setattr(catalog, "_connected", connected)
    monkeypatch.setattr(catalog, "is_there", is_there)
    return counted


def test_a_question_opens_one_connection_and_looks_once(
    make_library: Make, opened: list[str]
) -> None:
    library = make_library()
    add(library, a="Cats sleep all day.", b="Dogs bark.")
    opened.clear()
    with library.moment() as moment:
        found = search(Query.of("Who barks?"), moment, k=2)
        again = search(Query.of("Who sleeps?"), moment, k=2)
    assert (found.hits[0].card.title, again.hits[0].card.title) == ("b", "a")
    assert sorted(opened) == ["connection", "look"]


def test_a_library_that_is_not_there_gives_an_empty_moment_and_loads_no_model(
    make_library: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    monkeypatch.setattr(library, "_load", lambda: pytest.fail("the model was loaded"))
    with library.moment() as moment:
        assert moment.is_new
        assert search(Query.of("Who barks?"), moment, k=2).hits == ()


def test_a_query_without_words_finds_nothing(make_library: Make) -> None:
    library = make_library()
    add(library, a="Cats sleep.")
    with library.moment() as moment:
        assert search(Query.of("?!"), moment, k=2).hits == ()


def test_what_was_found_is_compared_and_read_after_its_documents_are_gone(
    make_library: Make,
) -> None:
    library = make_library()
    add(library, a="Cats sleep all day. Dogs bark.")
    with library.moment() as moment:
        found = search(Query.of("Who barks?"), moment, k=1)
    library.remove([found.hits[0].passage.document_id])
    sentences = [scored.sentence for scored in found.hits[0].sentences]
    assert found.texts[found.hits[0].card.sha256] == "Cats sleep all day. Dogs bark."
    cosines = found.similarity("Dogs bark.", [*sentences, sentences[1]])
    assert cosines[1:] == pytest.approx([1.0, 1.0])
    assert cosines[0] < 0.9
    assert found.similarity("Dogs bark.", []).shape == (0,)


def test_hits_of_two_searches_are_joined_each_once(make_library: Make) -> None:
    library = make_library()
    add(library, a="Cats sleep.", b="Dogs bark.")
    with library.moment() as moment:
        one = search(Query.of("Who barks?"), moment, k=1)
        both = one.joined(search(Query.of("Who sleeps?"), moment, k=2))
    assert [hit.card.title for hit in both.hits] == ["b", "a"]
    assert set(both.texts.values()) == {"Cats sleep.", "Dogs bark."}
    assert len(both.similarity("Cats sleep.", [h.sentences[0].sentence for h in both.hits])) == 2
