"""The first question of a process, which is answered without Chroma."""

import shutil
from collections.abc import Callable

import numpy as np
import pytest

from index.store import generation_files, queries, vector_search
from index.store.library import Library
from index.sync import ingest
from index.sync.intake import Article, read_articles

Make = Callable[..., Library]


@pytest.fixture
def make_library(make_folder_library: Make) -> Make:
    """Open the same library as often as wanted, its vectors in Chroma: they matter."""
    return make_folder_library


def add(library: Library, **texts: str) -> None:
    ingest.add(library, read_articles(Article(source=s, title=s, text=t) for s, t in texts.items()))


def asked(library: Library, question: str, *, k: int) -> list[str]:
    """Return the hashes that the library's vectors propose, by signs if it was not asked yet."""
    vector = library.embedder().embed_question(question)
    with library.moment() as moment:
        return moment.nearest(vector, k)


def exact(library: Library, question: str, *, k: int) -> list[str]:
    """Return the hashes of the k nearest of all stored vectors."""
    with library.catalog.snapshot() as db:
        return vector_search.nearest(db, library.embedder().embed_question(question), k)


def test_of_many_sentences_the_nearest_are_found_by_their_signs(make_library: Make) -> None:
    words = "cat dog hen owl fox bee ant elk yak emu cod eel".split()  # noqa: SIM905
    dice = np.random.default_rng(0)
    lines = [" ".join(dice.choice(words, 6)) for _ in range(1200)]
    add(
        make_library(), a="\n\n".join(f"The {line} met number {n}." for n, line in enumerate(lines))
    )
    library = make_library()
    wanted = exact(library, "The cat dog hen owl fox bee met number 7.", k=8)
    found = asked(library, "The cat dog hen owl fox bee met number 7.", k=64)
    assert set(wanted) <= set(found)
    assert len(set(found)) == 64


def test_all_of_few_sentences_are_compared_exactly(make_library: Make) -> None:
    add(make_library(), a="Cats sleep all day. Dogs bark. Birds sing at dawn.")
    library = make_library()
    first = asked(library, "Who barks?", k=2)
    assert first == asked(library, "Who barks?", k=2) == exact(library, "Who barks?", k=2)


def test_signs_are_read_once_and_added_up_in_blocks_as_at_once(
    make_library: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = make_library()
    add(library, a=" ".join(f"Number {n} met the cat." for n in range(40)))
    folder = library.folder / "vectors" / "000001"
    vector = library.embedder().embed_question("Whom did number 7 meet?")
    monkeypatch.setattr(vector_search, "_BEST", 5)
    with library.catalog.snapshot() as db:
        at_once = vector_search.Signs(folder).nearest(db, vector, 5)
        monkeypatch.setattr(vector_search, "_BLOCK", 16)
        signs = vector_search.Signs(folder)
        assert signs.nearest(db, vector, 5) == at_once
        shutil.rmtree(folder / "signs")
        assert signs.nearest(db, vector, 5) == at_once
    assert len(at_once) == 5


def test_only_documents_that_are_shown_are_known_by_their_signs(make_library: Make) -> None:
    library = make_library()
    add(library, a="Cats sleep. Birds sing.", b="Dogs bark. Birds sing.", c="Fish swim.")
    signs = vector_search.Signs(library.folder / "vectors" / "000001")
    vector = library.embedder().embed_question("Who barks?")
    with library.catalog.snapshot() as db:
        every = signs.nearest(db, vector, 9)
        (key,) = queries.document_keys(db, [library.summaries()[0].id]).values()
        db.narrow([key])
        shown = signs.nearest(db, vector, 9)
        assert signs.nearest(db, vector, 9) == shown == vector_search.nearest(db, vector, 9)
    assert (len(every), len(shown)) == (4, library.summaries()[0].sentences)


def test_what_was_removed_changed_or_added_later_is_known_by_its_signs(make_library: Make) -> None:
    writer = make_library()
    add(
        writer,
        a="Cats sleep all day.",
        b="Dogs bark.",
        c="Fish swim.",
        d="Hens lay.",
        e="Bees hum.",
    )
    add(writer, b="Wolves howl.", f="Owls hoot.")
    writer.remove([c.id for c in writer.summaries() if c.card.source == "a"])
    library = make_library()
    assert sorted(asked(library, "Dogs bark.", k=9)) == sorted(exact(library, "Dogs bark.", k=9))
    assert len(asked(library, "Dogs bark.", k=9)) == 5


def test_damaged_signs_are_built_anew(make_library: Make) -> None:
    add(make_library(), a="Cats sleep all day.", b="Dogs bark.")
    (file,) = make_library().folder.glob("vectors/*/signs/signs.bin")
    file.write_bytes(b"")
    library = make_library()
    assert asked(library, "Dogs bark.", k=2) == exact(library, "Dogs bark.", k=2)
    assert not file.read_bytes()
    assert len(list(library.folder.glob("vectors/000002/signs/*.bin"))) == 2


def test_vectors_without_signs_are_asked_and_get_them_with_the_next_change(
    make_library: Make,
) -> None:
    library = make_library()
    add(library, a="Cats sleep all day.", b="Dogs bark.")
    (folder,) = library.folder.glob("vectors/*")
    shutil.rmtree(folder / "signs")
    generation_files.seal(folder)
    assert asked(make_library(), "Dogs bark.", k=2) == exact(library, "Dogs bark.", k=2)
    add(library, c="Fish swim.")
    assert vector_search.has_signs(library.folder / "vectors" / "000002")
    assert len(asked(make_library(), "Dogs bark.", k=9)) == 3
