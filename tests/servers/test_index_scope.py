"""What a scope promises over both pairs of stores: its articles alone, as if they were all."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from index.errors import ScopeError
from index.full_text import read_contents
from index.scope import Scope
from index.search import search
from index.store import narrowed, queries, vector_search
from index.store.library import Library, open_library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.terms import Query
from rag import testing
from rag.named_scope import read_named
from rag.question import read_question
from rag.testing import HashEmbedder

_KINDS = ("harbour", "orchard", "castle", "market", "railway", "museum")
_THINGS = ("gate", "wall", "tower", "roof", "door", "lamp", "clock", "bell")
_QUESTIONS = (
    "Which clock of the harbour is red?",
    "What of the bell and the tower?",
    "Who painted the castle's roof in 1907?",
    "Are the orchard's lamps for sale?",
)
_RIGHTS = "All rights are reserved."
_TWO = Scope(places=("notes/harbour", "notes/castle"))


def articles() -> list[Article]:
    """Return 24 articles in six folders; the last words of all are the same."""
    return [
        Article(
            source=f"notes/{kind}/{n}{'.md' if n else '.txt'}",
            title=f"The {kind} {n}",
            text="\n\n".join(
                f"The {thing} of the {kind} was painted red in {1900 + n + at}. Its "
                f"{_THINGS[(n + 3 * at) % 8]} number {n} is old."
                for at, thing in enumerate(_THINGS[n : n + 4])
            )
            + f"\n\nThe clock is not for sale. {_RIGHTS}",
        )
        for kind in _KINDS
        for n in range(4)
    ]


def filled(library: Library, wanted: list[Article]) -> Library:
    """Add articles; those of the castle have a tag, and three of the museum a date."""
    ingest.add(library, read_articles(wanted))
    castle = [card.id for card in library.summaries() if "/castle/" in card.card.source]
    library.tag(castle, add=["Old Stones"])
    with library.catalog.writing() as db:
        query = "UPDATE documents SET published = ? WHERE source = ?"
        dates = {
            "notes/museum/1.md": "2024-03-01",
            "notes/museum/2.md": "2023-12-31",
            "notes/museum/3.md": "2022-05",
        }
        db.executemany(query, [(day, source) for source, day in dates.items()])
    return library


@pytest.fixture(scope="module")
def embedder() -> HashEmbedder:
    return HashEmbedder()


@pytest.fixture(scope="module", params=["folder", "servers"])
def whole(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    embedder: HashEmbedder,
) -> Iterator[Library]:
    place, vectors = str(tmp_path_factory.mktemp("whole")), None
    if request.param == "servers":
        server, vectors = map(request.getfixturevalue, ("postgres_server", "chroma_server"))
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(server, autocommit=True) as owner:
            owner.execute(f"CREATE DATABASE {name}")
        place = f"{server.rpartition('/')[0]}/{name}"
    library = open_library(place, vectors=vectors, model=embedder.name, load=lambda: embedder)
    yield filled(library, articles())
    library.close()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, embedder: HashEmbedder) -> Library:
    """Open a library of the harbour's and the castle's articles alone."""
    library = testing.open_library(tmp_path_factory.mktemp("two"), embedder=embedder)
    fit = [one for one in articles() if "/harbour/" in one.source or "/castle/" in one.source]
    return filled(library, fit)


def first(library: Library, question: str, scope: Scope = Scope()) -> list[tuple[str, float]]:  # noqa: B008
    with library.moment(scope) as moment:
        hits = search(Query.of(question), moment, k=5).hits
    return [(hit.passage.id, round(hit.score, 6)) for hit in hits]


def sources(library: Library, scope: Scope) -> set[str]:
    with library.moment(scope) as moment:
        return {card.card.source.removeprefix("notes/") for card in queries.summaries(moment.db)}


@pytest.mark.parametrize("question", _QUESTIONS)
def test_a_scope_gives_what_a_library_of_just_its_articles_gives(
    whole: Library, two: Library, question: str
) -> None:
    assert first(whole, question, _TWO) == first(two, question)


@pytest.mark.parametrize("question", _QUESTIONS)
def test_so_does_a_scope_of_too_many_sentences_to_read_them_all(
    whole: Library, two: Library, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowed, "_SMALL", 0)
    asked = first(whole, question, _TWO)
    assert [one for one, _ in asked] == [one for one, _ in first(two, question)]


def test_the_nearest_sentences_of_a_large_scope_are_its_nearest(
    whole: Library, monkeypatch: pytest.MonkeyPatch, embedder: HashEmbedder
) -> None:
    monkeypatch.setattr(narrowed, "_SMALL", 0)
    vector = embedder.embed_question("The gate of the railway was painted red in 1900.")
    for _ in range(2):  # the first question is answered by other means than the next ones
        with whole.moment(_TWO) as moment:
            assert moment.nearest(vector, 9) == vector_search.nearest(moment.db, vector, 9)
            assert len(moment.nearest(vector, 200)) == 32


@pytest.mark.parametrize("small", [5_000, 0])
def test_words_are_counted_in_the_scope_alone(
    whole: Library, two: Library, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowed, "_SMALL", small)
    words = ["clock", "orchard", "castl", "1906", "nothing"]
    with whole.moment(_TWO) as within, two.moment() as alone:
        assert within.db.passage_total() == alone.db.passage_total() == 8
        assert within.db.passage_counts(words) == alone.db.passage_counts(words)
        assert "orchard" not in within.db.passage_counts(words)


def test_nothing_else_of_the_library_can_be_read(whole: Library) -> None:
    (outside,) = (c.id for c in whole.summaries() if c.card.source == "notes/orchard/1.md")
    with whole.moment(_TWO) as moment:
        assert read_contents(moment.db, [outside]) == ()
        assert queries.document(moment.db, outside) is None
        assert queries.ids_like(moment.db, outside) == ()
    with whole.moment() as moment:
        assert len(read_contents(moment.db, [outside])) == 1


def test_a_sentence_that_ends_every_article_is_found_in_the_last_one(whole: Library) -> None:
    last = max(whole.summaries(), key=lambda card: card.card.source)
    asked = first(whole, _RIGHTS, Scope(documents=(last.id,)))
    assert [passage for passage, _ in asked] == [f"{last.id}:0"]


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (Scope(tags=("old stones",), not_types=("txt",)),
         {"castle/1.md", "castle/2.md", "castle/3.md"}),
        (Scope(places=("notes/museum/",), types=("txt",)), {"museum/0.txt"}),
        (Scope(places=("railway/*.txt", "market/3*")), {"railway/0.txt", "market/3.md"}),
        (Scope(places=("castle",), not_types=(".MD",)), {"castle/0.txt"}),
        (Scope(documents=("the  MARKET 2", "the railway 1")), {"market/2.md", "railway/1.md"}),
        (Scope(since="2024"), {"museum/1.md"}),
        (Scope(until="2023-12"), {"museum/2.md", "museum/3.md"}),
        (Scope(since="2022-05", until="2022-05"), {"museum/3.md"}),
        (Scope(since="2022-05-31", until="2023"), {"museum/2.md", "museum/3.md"}),
        (Scope(since="2022-06", until="2023"), {"museum/2.md"}),
        (Scope(since="2023-12-31", until="2024-03-01"), {"museum/1.md", "museum/2.md"}),
        (Scope(not_tags=("OLD STONES",), not_places=("*/[hmo]*",), not_documents=("The railway 1",)
               ), {"railway/0.txt", "railway/2.md", "railway/3.md"}),
    ],
)  # fmt: skip
def test_each_condition_holds_for_what_is_found(
    whole: Library, scope: Scope, wanted: set[str]
) -> None:
    assert sources(whole, scope) == wanted


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (Scope(tags=("old stone",)), r"the tag 'old stone' \(the nearest is 'Old Stones'\): `foot"),
        (Scope(not_places=("harbor",)), r"lies in 'harbor' \(the nearest is 'notes/harbour'\): na"),
        (Scope(documents=("The musem 1",)), r"\(the nearest is 'The museum 1'\): `footnote list`"),
        (Scope(documents=("The mus",)), "'The mus' is the beginning of 4 articles"),
        (Scope(types=("pdf",)), "no article is of type 'pdf': the library has md, txt$"),
        (Scope(types=("text/x",)), "no article is of type 'text/x'.*: the library has text/plain$"),
        (Scope(tags=("old stones",), since="2024"),
         "of 4 articles that fit tag old stones, none fits since 2024 .4 of them without a date."),
        (Scope(since="2025"), "none fits since 2025"),
    ],
)  # fmt: skip
def test_what_the_library_has_nothing_of_is_told(whole: Library, scope: Scope, said: str) -> None:
    with pytest.raises(ScopeError, match=said), whole.moment(scope):
        pass


def test_a_dated_scope_counts_the_articles_without_a_date(whole: Library) -> None:
    with whole.moment(Scope(places=("museum",), since="2024")) as moment:
        assert (len(moment.inside.keys), moment.inside.undated) == (1, 1)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("According to the harbour 2 article, what is red?", ""),
        ('According to "The harbour 2", what is painted red?', "document The harbour 2"),
        ("In 2.md, what is painted red?", ""),
        ("In the old stones articles, what is painted red?", "tag Old Stones"),
        ("In articles from March 2024, what is painted red?", "dated 2024-03"),
    ],
)
def test_a_question_names_the_same_articles(whole: Library, question: str, words: str) -> None:
    with whole.moment() as moment:
        found = read_named(read_question(question), moment)
    assert (found.scope.words if found else "") == words
