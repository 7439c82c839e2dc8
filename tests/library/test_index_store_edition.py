"""The edition of a library: it differs once documents changed, and only then."""

from collections.abc import Callable

from index.store.library import Library
from index.sync import ingest
from index.sync.intake import Article, read_articles

Make = Callable[..., Library]


def add(library: Library, source: str, title: str, text: str) -> str:
    ingest.add(library, read_articles([Article(source=source, title=title, text=text)]))
    return library.edition()


def test_a_library_that_is_not_there_has_an_empty_edition(make_library: Make) -> None:
    assert make_library().edition() == ""


def test_each_change_gives_another_edition(make_library: Make) -> None:
    library = make_library()
    seen = [
        add(library, "a", "A", "Cats sleep."),
        add(library, "b", "A twin", "Cats sleep."),
        add(library, "a", "Another title", "Cats sleep."),
    ]
    library.remove([library.summaries()[0].id])
    assert len({*seen, library.edition()}) == 4


def test_a_question_or_the_same_article_again_leaves_it(make_library: Make) -> None:
    library = make_library()
    first = add(library, "a", "A", "Cats sleep.")
    assert add(make_library(), "a", "A", "Cats sleep.") == first


def test_another_process_sees_the_same_edition(make_library: Make) -> None:
    first = add(make_library(), "a", "A", "Cats sleep.")
    assert make_library().edition() == first
