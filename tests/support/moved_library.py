"""A library that goes out into an archive, and archives that somebody changed."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from index.card import Card
from index.errors import ArchiveError
from index.store.library import Library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from index.sync.prepare import Incoming
from index.types import AddReport, Extract
from index.upkeep.transfer import import_library

Make = Callable[..., Library]


def filled(library: Library) -> Library:
    """Return a library with eight notes and a paper, whose card says all that a card can."""
    texts = {f"doc{n}": f"Report {n} is about topic{n}. Ümläute and 漢字 too." for n in range(8)}
    ingest.add(
        library, read_articles(Article(source=s, title=s, text=text) for s, text in texts.items())
    )
    extract = Extract(
        card=Card(
            title="A paper",
            media_type="application/pdf",
            published="2024-05-01",
            author="A. Writer",
            tags=("one", "two"),
            language="en",
            left_out=("a.png: no text",),
        ),
        text="One page. Next page.",
        page_starts=(0, 10),
        section_starts=(10,),
    )
    ingest.add(library, [Incoming(source="/a/paper.pdf", extract=extract, file_sha256="ab" * 32)])
    return library


def moved(library: Library, file: Path) -> AddReport:
    return import_library(library, file, on_progress=lambda done, total: None)


def rewrite(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Change an archive's members as someone would who has a zip program."""
    with zipfile.ZipFile(file) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members.items():
            new.writestr(name, data)
    return file


def refused(library: Library, file: Path) -> str:
    with pytest.raises(ArchiveError) as caught:
        moved(library, file)
    assert library.summaries() == ()
    assert "\n" not in str(caught.value)
    return str(caught.value)
