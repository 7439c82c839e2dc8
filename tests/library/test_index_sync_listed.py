"""The files that a list of references links are added with what the list says of them."""

from pathlib import Path

import pytest

from rag import Assistant
from rag.types import AddReport

_LIST = """
@article{doe2020Moon, title = {The Moon of Lindvik}, author = {Doe, Jane}, date = {2020-05},
  journaltitle = {Sky}, keywords = {moon},
  file = {PDF:files/1/moon.txt:text/plain;Snapshot:files/2/page.html:text/html}}
@misc{lost, title = {Lost}, file = {PDF:C\\:\\\\Users\\\\me\\\\lost.pdf:application/pdf}}
@misc{bare, title = {Bare}}
@misc{broken, title = {
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("files/1", "files/2", ".ssh"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "files/1/moon.txt").write_text("Dogs bark at the full moon.", encoding="utf-8")
    page = "<title>Snap</title><p>The moon rose over the harbour.</p>"
    (tmp_path / "files/2/page.html").write_text(page, encoding="utf-8")
    (tmp_path / ".ssh/key.txt").write_text("A secret key.", encoding="utf-8")
    (tmp_path / "list.bib").write_text(_LIST, encoding="utf-8")
    return tmp_path


def told(report: AddReport) -> list[str]:
    return [f"{c.kind} {Path(c.source).name}: {c.reason.partition(';')[0]}" for c in report.changes]


def test_linked_files_are_added_and_what_links_none_is_told(
    folder: Path, assistant: Assistant
) -> None:
    report = assistant.library.add(folder / "list.bib")
    assert told(report) == [
        "added moon.txt: ",
        "added page.html: ",
        "skipped C:\\Users\\me\\lost.pdf: list.bib links it, and no such file is there: export the "
        "references with their files, or mend the link",
        "skipped list.bib: entries that have no file: 1 of 4",
        "skipped list.bib: entries that are damaged: 1 of 4",
    ]
    cards = [document.card for document in assistant.library.documents()]
    assert {(c.title, c.author, c.published, c.tags) for c in cards} == {
        ("The Moon of Lindvik", "Jane Doe", "2020-05", ("moon",))
    }


def test_what_a_list_says_stays_when_a_file_is_edited_and_follows_the_list(
    folder: Path, assistant: Assistant
) -> None:
    assistant.library.add(folder / "list.bib")
    (folder / "files/1/moon.txt").write_text("Dogs bark at the new moon.", encoding="utf-8")
    assert [c.kind for c in assistant.library.add(folder / "files").changes] == [
        "changed", "unchanged",
    ]  # fmt: skip
    assert {d.card.title for d in assistant.library.documents()} == {"The Moon of Lindvik"}
    (folder / "list.bib").write_text(_LIST.replace("Lindvik", "Oslo"), encoding="utf-8")
    assert [c.kind for c in assistant.library.add(folder / "list.bib").changes][:2] == [
        "changed", "changed",
    ]  # fmt: skip
    assert {d.card.title for d in assistant.library.documents()} == {"The Moon of Oslo"}
    assert not assistant.library.add(folder / "list.bib").embedded


def test_a_works_files_are_one_entry_of_a_bibliography_with_its_own_key(
    folder: Path, assistant: Assistant
) -> None:
    assistant.library.add(folder / "list.bib")
    ids = [document.id for document in assistant.library.documents()]
    text = assistant.library.cite(*ids, format="bibtex")
    assert text.startswith("@article{doe2020Moon,\n")
    assert (text.count("@"), "journal = {Sky}" in text) == (1, True)


def test_a_record_goes_along_in_an_archive(folder: Path, assistant: Assistant) -> None:
    assistant.library.add(folder / "list.bib")
    assistant.library.export_to(folder / "moved.zip")
    assistant.library.remove(*(document.id for document in assistant.library.documents()))
    assistant.library.import_from(folder / "moved.zip")
    records = [document.card.record for document in assistant.library.documents()]
    assert ['"container-title":"Sky"' in record for record in records] == [True, True]


def test_a_list_takes_no_file_of_a_hidden_folder(folder: Path, assistant: Assistant) -> None:
    listed = "@misc{a, title={A}, file={.ssh/key.txt;files/1/moon.txt}}"
    (folder / "list.bib").write_text(listed, encoding="utf-8")
    assert told(assistant.library.add(folder / "list.bib")) == [
        "added moon.txt: ",
        "skipped key.txt: list.bib links it, and it is in a hidden folder: name it by its path to "
        "add it",
    ]


def test_a_list_without_links_and_other_json_are_read_as_texts(
    folder: Path, assistant: Assistant
) -> None:
    (folder / "bare.bib").write_text("@misc{a, title={The Bare Moon}}", encoding="utf-8")
    (folder / "data.json").write_text('{"moon": "full"}', encoding="utf-8")
    report = assistant.library.add(folder / "bare.bib", folder / "data.json")
    assert told(report) == ["added bare.bib: ", "added data.json: "]
