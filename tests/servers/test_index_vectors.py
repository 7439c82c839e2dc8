"""What an index of vectors promises: Chroma in a folder, Chroma on a server, and one in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.errors import LibraryError
from index.store.chroma_server import ServerVectors
from index.store.folder_backend import FolderVectors
from index.store.library import Library
from index.store.protocols import NextGeneration, VectorIndex
from index.store.queries import text_hash
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.sync.prepare import HASH_LENGTH
from rag.testing import HashEmbedder, MemoryVectors, open_library

TEXTS = ("Cats sleep.", "Dogs bark.", "Fish swim.", "Hens lay.", "Owls see.")
HASHES = [text_hash(text)[:HASH_LENGTH] for text in TEXTS]


@pytest.fixture(params=["folder", "server", "memory"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], VectorIndex]]:
    """Make the same index as often as wanted, as other processes do; that in memory is one."""
    if request.param == "server":
        address = request.getfixturevalue("chroma_server")
    memory = MemoryVectors()
    made: list[VectorIndex] = []

    def again() -> VectorIndex:
        fresh: dict[str, Callable[[], VectorIndex]] = {
            "folder": lambda: FolderVectors(tmp_path / "library"),
            "server": lambda: ServerVectors(address),
            "memory": lambda: memory,
        }
        made.append(fresh[request.param]())
        return made[-1]

    yield again
    for vectors in made:
        vectors.close()


@pytest.fixture
def vectors(make: Callable[[], VectorIndex]) -> VectorIndex:
    return make()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Fill a catalog with the sentences; the vectors of its own are not looked at."""
    library = open_library(tmp_path / "library")
    ingest.add(library, read_articles(Article(source=t, title=t, text=t) for t in TEXTS))
    return library


def matrix(*places: int) -> NDArray[np.float32]:
    return HashEmbedder().embed([TEXTS[n] for n in places])


def build(vectors: VectorIndex, *places: int, after: str = "", remove: tuple[int, ...] = ()) -> str:
    return vectors.build(
        NextGeneration(
            after=after,
            copy=bool(after),
            remove=[HASHES[n] for n in remove],
            slices=iter([([HASHES[n] for n in places], matrix(*places))]),
            total=len(TEXTS),
        ),
        on_step=lambda step: None,
    )


def nearest(library: Library, vectors: VectorIndex, name: str, place: int, *, k: int) -> list[int]:
    with library.reading() as db, vectors.reading(name, db) as asked:
        return [HASHES.index(digest) for digest in asked(matrix(place)[0], k)]


def test_the_nearest_come_first_and_never_more_than_asked_for(
    vectors: VectorIndex, library: Library
) -> None:
    name = build(vectors, 0, 1, 2, 3)
    for place in range(4):
        first, *_ = found = nearest(library, vectors, name, place, k=3)
        assert first == place
        assert len(found) == 3
    assert len(nearest(library, vectors, name, 0, k=9)) == 4


def test_every_vector_that_was_written_can_be_read_back(vectors: VectorIndex) -> None:
    assert vectors.hashes(build(vectors, 0, 1, 2)) == set(HASHES[:3])


def test_another_process_reads_what_one_has_written(
    make: Callable[[], VectorIndex], library: Library
) -> None:
    name = build(make(), 0, 1)
    assert nearest(library, make(), name, 1, k=1) == [1]


def test_a_copy_has_what_was_before_less_some_and_more(
    vectors: VectorIndex, library: Library
) -> None:
    first = build(vectors, 0, 1, 2)
    second = build(vectors, 3, after=first, remove=(0,))
    vectors.clean(before=first, current=second, gone=[HASHES[0]])
    assert second != first
    assert vectors.hashes(second) == {HASHES[1], HASHES[2], HASHES[3]}
    assert 0 not in nearest(library, vectors, second, 0, k=9)


def test_a_generation_that_starts_from_none_has_nothing_of_the_one_before(
    vectors: VectorIndex,
) -> None:
    first = build(vectors, 0, 1)
    second = vectors.build(
        NextGeneration(
            after=first,
            copy=False,
            remove=[],
            slices=iter([([HASHES[4]], matrix(4))]),
            total=len(TEXTS),
        ),
        on_step=lambda step: None,
    )
    assert vectors.hashes(second) == {HASHES[4]}
    assert vectors.hashes(first) == {HASHES[0], HASHES[1]}


def test_a_generation_before_the_current_one_can_still_be_read_after_cleaning(
    vectors: VectorIndex, library: Library
) -> None:
    first = build(vectors, 0, 1)
    second = build(vectors, 2, after=first)
    vectors.clean(before=first, current=second, gone=[])
    assert nearest(library, vectors, first, 1, k=1) == [1]


def test_a_reader_keeps_what_it_has_open_while_others_publish(
    make: Callable[[], VectorIndex], library: Library
) -> None:
    reader, writer = make(), make()
    first = build(writer, 0, 1)
    with library.reading() as db, reader.reading(first, db) as asked:
        assert asked(matrix(1)[0], 1) == [HASHES[1]]
        second = build(writer, 2, after=first)
        writer.clean(before=first, current=second, gone=[])
        assert asked(matrix(0)[0], 1) == [HASHES[0]]


def test_nothing_is_left_of_a_writer_that_stops_half_way(
    vectors: VectorIndex, library: Library
) -> None:
    def stop(step: str) -> None:
        if step == "add":
            raise KeyboardInterrupt

    first = build(vectors, 0, 1)
    with pytest.raises(KeyboardInterrupt):
        vectors.build(
            NextGeneration(
                after=first,
                copy=True,
                remove=[],
                slices=iter([([HASHES[2]], matrix(2))]),
                total=len(TEXTS),
            ),
            on_step=stop,
        )
    assert vectors.hashes(build(vectors, 3, after=first)) == {HASHES[0], HASHES[1], HASHES[3]}


def test_a_generation_that_is_not_there_is_one_sentence_that_names_the_way_out(
    vectors: VectorIndex, library: Library
) -> None:
    name = build(vectors, 0)
    missing = name.replace("00001", "00009")
    with (
        pytest.raises(LibraryError, match="run `footnote doctor --repair` to build"),
        library.reading() as db,
        vectors.reading(missing, db) as asked,
    ):
        asked(matrix(0)[0], 1)
    with pytest.raises(LibraryError, match="run `footnote doctor --repair` to build"):
        vectors.hashes(missing)


def test_what_was_closed_is_opened_again_when_it_is_asked(
    vectors: VectorIndex, library: Library
) -> None:
    name = build(vectors, 0, 1)
    vectors.close()
    assert nearest(library, vectors, name, 1, k=1) == [1]
