"""The command cite and the option --cite print bibliographies of documents and of an answer."""

import json
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.cli.main import main

_ARTICLE = """---
title: The moon & the dogs
author: Jane Doe
date: 2024-03-01
---
Dogs bark at the full moon. The full moon rises over the harbour of Lindvik in March.
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cited")
    (folder / "dogs.md").write_text(_ARTICLE, encoding="utf-8")
    with Assistant.open(Settings.load(library=folder / "library", seeds=False)) as assistant:
        assistant.library.add(folder / "dogs.md")
    return folder / "library"


@pytest.fixture
def document(library: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(library))
    monkeypatch.setenv("FOOTNOTE_SEEDS", "false")
    with Assistant.open(Settings.load(library=library)) as assistant:
        return assistant.library.documents()[0].id


def test_a_document_is_cited_by_the_beginning_of_its_id(
    document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cite", document[:4], document, "--format", "bibtex"]) == 0
    assert capsys.readouterr().out == (
        f"@misc{{doe2024-{document[:6]},\n"
        "  author = {Doe, Jane},\n  title = {{The moon \\& the dogs}},\n"
        "  year = {2024},\n  month = mar,\n  day = {1},\n}\n"
    )
    assert main(["cite", document, "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)
    assert item["issued"] == {"date-parts": [[2024, 3, 1]]}


def test_an_answer_is_printed_as_the_bibliography_of_what_it_cites(
    document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "What do dogs bark at?", "--cite", "markdown"]) == 0
    cited = "- Jane Doe: *The moon \\& the dogs*. 1 March 2024. (dogs.md)\n"
    assert capsys.readouterr().out == cited


def test_an_abstention_cites_nothing_and_says_why_beside_the_output(
    document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", "Who won the chess cup?", "--cite", "csl"]) == 0
    printed, said = capsys.readouterr()
    assert (printed, bool(said)) == ("[]\n", True)


def test_two_outputs_at_once_are_refused(document: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite", document, "--json", "--format", "bibtex"]) == 2
    assert main(["ask", "Who?", "--json", "--cite", "csl"]) == 2
    assert capsys.readouterr().err.count("leave one of them out") == 2
