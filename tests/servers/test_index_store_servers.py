"""What is only of servers: addresses, servers that are away, credentials, a poisoned collection."""

import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import httpx
import psycopg
import pytest
import servers
from searching import search

from index.errors import (
    LibraryError,
    LibraryMismatchError,
    LibraryUnreachableError,
    MisuseError,
    SettingsError,
)
from index.store.folder_backend import open_pair
from index.store.library import Library, open_library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.sync.watch import Folders
from index.upkeep.doctor import check
from index.upkeep.repair import repair
from index.upkeep.transfer import export_library, import_library
from rag import Assistant, Settings
from rag.library import OpenLibrary
from rag.testing import HashEmbedder

Make = Callable[..., Library]
ARTICLE = Article(source="a", title="a", text="Cats sleep all day.")


def library_at(place: str, vectors: str, embedder: HashEmbedder) -> Library:
    return open_library(place, vectors=vectors, model=embedder.name, load=lambda: embedder)


def test_the_settings_choose_the_servers(
    database: str, chroma_server: str, monkeypatch: pytest.MonkeyPatch, embedder: HashEmbedder
) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", database)
    monkeypatch.setenv("FOOTNOTE_VECTORS", chroma_server)
    settings = Settings.load(seeds=False)
    with Assistant.open(settings, embedder=embedder) as assistant:
        assistant.library.add_articles([ARTICLE])
        assert assistant.search("Do cats sleep?")[0].passage.text == "Cats sleep all day."
    assert "cr@et" not in f"{settings!r} {settings}"
    assert "cr%40et" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("place", "vectors", "message"),
    [
        ("postgresql://h/d", None, "set FOOTNOTE_VECTORS=http://HOST:PORT"),
        ("postgresql://u:hunter%zz@h/d", "http://h:8000", "cannot be read: write postgresql://"),
        ("postgresql://h/d", "http://u:hunter@h:port", "cannot be read: write http://HOST:PORT"),
        ("postgresql://h/d", "h:8000", "cannot be read: write http://HOST:PORT"),
    ],
)
def test_addresses_that_cannot_be_used_are_refused(
    place: str, vectors: str | None, message: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)) as caught:
        open_pair(place, vectors)
    assert "hunter" not in str(caught.value)


def test_a_wrong_password_is_said_without_showing_it(
    database: str, chroma_server: str, embedder: HashEmbedder
) -> None:
    wrong = database.replace("se%3Acr%40et%25", "hush-hush")
    library = library_at(wrong, chroma_server, embedder)
    with pytest.raises(LibraryError, match="refuses the credentials for library") as caught:
        library.summaries()
    assert "hush-hush" not in f"{caught.value} {library.catalog.name} {library.catalog!r}"


def test_tables_that_are_lost_are_told_and_made_anew(
    make_server_library: Make, database: str
) -> None:
    library = make_server_library()
    ingest.add(library, read_articles([ARTICLE]))
    library.tag([library.summaries()[0].id], add=["pets"])
    with psycopg.connect(database, autocommit=True) as owner:
        for table in ("introductions", "document_tags", "folders"):
            owner.execute(f"DROP TABLE footnote.{table}")
    found = str(check(library).findings)
    assert found.count(" is missing") == 3
    assert "its table introductions is missing" in found
    with pytest.raises(LibraryError, match=r"is damaged .*: run `footnote doctor --repair`"):
        Folders(library, on_progress=lambda done, total: None).all()
    assert repair(library, on_progress=lambda done, total: None).findings == ()
    opened = OpenLibrary(library, seeds=False, on_progress=lambda done, total: None)
    opened.introduce({known: ["Do cats sleep?"] for known in opened.not_introduced()})
    assert [*opened.introductions(*(one.id for one in library.summaries())).values()]
    assert (opened.tags(), opened.folders.all()) == ({"pets": 1}, ())
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("UPDATE footnote.introductions SET overview = '[[0'")
    assert "cannot be read" in str(check(library).findings)
    assert repair(library, on_progress=lambda done, total: None).findings == ()


def test_a_missing_database_is_named(
    database: str, chroma_server: str, embedder: HashEmbedder
) -> None:
    library = library_at(f"{database}x", chroma_server, embedder)
    with pytest.raises(LibraryError, match="has no database of this name"):
        library.summaries()


def test_a_database_server_that_is_away_is_named(
    chroma_server: str, embedder: HashEmbedder
) -> None:
    away = f"postgresql://owner:hush@127.0.0.1:{servers.free_port()}/d"
    with pytest.raises(LibraryUnreachableError, match=r"PostgreSQL of library .* cannot be") as e:
        library_at(away, chroma_server, embedder).summaries()
    assert "hush" not in str(e.value)


def test_questions_go_on_when_the_database_has_dropped_its_connections(
    make_server_library: Make, database: str
) -> None:
    library = make_server_library()
    ingest.add(library, read_articles([ARTICLE]))
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
    assert len(search(library, "cats", k=1)) == 1


def test_a_chroma_server_that_is_away_is_named_and_used_again_when_it_is_back(
    database: str, tmp_path: Path, embedder: HashEmbedder
) -> None:
    port = servers.free_port()
    library = library_at(database, f"http://127.0.0.1:{port}", embedder)
    with pytest.raises(LibraryUnreachableError, match=r"Chroma server at .* cannot be reached"):
        ingest.add(library, read_articles([ARTICLE]))
    assert library.summaries() == ()
    with servers.chroma(tmp_path, port):
        ingest.add(library, read_articles([ARTICLE]))
        assert len(search(library, "cats", k=1)) == 1
    with pytest.raises(LibraryUnreachableError, match="start it with `chroma run"):
        search(library, "cats", k=1)
    with servers.chroma(tmp_path, port):
        assert len(search(library, "cats", k=1)) == 1
    library.close()


def test_a_collection_with_a_foreign_embedding_function_is_not_opened(
    make_server_library: Make, chroma_server: str
) -> None:
    foreign = {"type": "known", "name": "sentence_transformer", "config": {"model_name": "x"}}
    httpx.post(
        f"{chroma_server}/api/v2/tenants/default_tenant/databases/default_database/collections",
        json={
            "name": "footnote-bad-000001",
            "configuration": {"hnsw": {}, "embedding_function": foreign},
        },
    ).raise_for_status()
    with pytest.raises(LibraryError, match="'sentence_transformer', which could run code"):
        make_server_library().vectors.hashes("bad-000001.000000")


def test_what_works_on_a_folder_says_so(make_server_library: Make) -> None:
    with pytest.raises(MisuseError, match="is on servers, and this works on a folder"):
        _ = make_server_library().folder


def test_a_catalog_of_another_format_says_how_to_move_it_and_that_works(
    make_server_library: Make, make_library: Make, tmp_path: Path
) -> None:
    library = make_server_library()
    ingest.add(library, read_articles([ARTICLE]))
    with library.catalog.writing() as db:
        db.execute("UPDATE meta SET value = '0' WHERE name = 'format'")
    way = (
        "has format '0', this Footnote reads '1': run `footnote export FILE`, then `footnote import"
    )
    (finding,) = check(library).findings
    assert way in finding.problem
    assert not finding.repairable
    with pytest.raises(LibraryMismatchError, match=re.escape(way)):
        repair(library, on_progress=lambda done, total: None)
    export_library(library, tmp_path / "moved.zip")
    other = make_library()
    import_library(other, tmp_path / "moved.zip", on_progress=lambda done, total: None)
    assert search(other, "cats", k=1)[0].passage.text == ARTICLE.text


def test_both_schemas_have_the_same_tables_and_columns() -> None:
    def tables(name: str) -> dict[str, set[str]]:
        text = files("index").joinpath(f"data/{name}").read_text(encoding="utf-8")
        found = re.findall(r"CREATE TABLE (\w+) \((.*?)\)(?:;| WITHOUT)", text, re.DOTALL)
        return {
            table: set(
                re.findall(
                    r"(?:^|,\s|\n\s*)\"?(\w+)\"? (?:text|bigint|integer|bytea|blob)",
                    body.strip(),
                    re.IGNORECASE,
                )
            )
            for table, body in found
        }

    ours, theirs = tables("catalog.sql"), tables("postgres.sql")
    assert {"meta", "documents", "vectors", "passages", "sentences"} == ours.keys()
    assert {table: theirs[table] for table in ours} == ours
