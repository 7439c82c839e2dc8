"""The commands compact, export, import and evidence, as a user runs them."""

import json
from pathlib import Path

import pytest

from rag.cli.main import main


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets.txt").write_text("Dogs bark at the full moon.", encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(arguments) == code
    printed, said = capsys.readouterr()
    return said if code and said else printed


def test_a_library_is_exported_and_imported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, "add", "pets.txt")
    assert run(capsys, "export", "moved.zip").startswith("1 document, ")
    again = run(capsys, "export", "moved.zip", code=1)
    assert again == "footnote: 'moved.zip' is there already: name another file\n"
    elsewhere = ("--library", "elsewhere")
    assert run(capsys, "import", "moved.zip", *elsewhere).startswith("added ")
    assert "pets.txt" in run(capsys, "list", *elsewhere)


def test_a_broken_archive_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    said = run(capsys, "import", "broken.zip", code=1)
    assert said.startswith("footnote: archive 'broken.zip' was not imported, for it is damaged")
    assert said.count("\n") == 1
    assert not (tmp_path / "library" / "catalog.db").exists()


def test_a_removed_document_is_compacted_away(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, "add", "pets.txt")
    (card,) = json.loads(run(capsys, "list", "--json"))
    run(capsys, "remove", card["id"])
    assert run(capsys, "compact").endswith(" now.\n")
    files = [path for path in (tmp_path / "library").rglob("*") if path.is_file()]
    assert [path for path in files if b"moon" in path.read_bytes()] == []


def test_evidence_is_written_and_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, "add", "pets.txt")
    answer = run(capsys, "ask", "--json", "When do dogs bark?")
    (tmp_path / "answer.json").write_text(answer, encoding="utf-8")
    assert run(capsys, "evidence", "answer.json") == "written: answer.html\n"
    checked = run(capsys, "evidence", "--check", "answer.html", "pets.txt")
    assert checked.endswith("1 of 1 quote stands in the originals.\n")
    (tmp_path / "pets.txt").write_text("Cats sleep.", encoding="utf-8")
    missing = run(capsys, "evidence", "--check", "answer.html", "pets.txt", code=1)
    assert missing.startswith("MISSING  quote-1: “Dogs bark at the full moon.”")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["answer.json"], "there is no file 'answer.json': name the output of `footnote ask"),
        (["--check", "a.html", "pets.txt"], "there is no file 'a.html': name a page that"),
        (["pets.txt"], "this is no answer"),
        (["pets.txt", "other.txt"], "originals are for --check"),
        (["--check", "pets.txt"], "nothing to check against"),
        (["--check", "pets.txt", "pets.txt"], "the file has no quotes to check"),
    ],
)
def test_misuse_of_evidence_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    shown = run(capsys, "evidence", *arguments, code=2)
    assert shown.startswith(f"footnote: {said}")
    assert shown.count("\n") == 1


def test_an_existing_page_is_only_overwritten_when_it_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, "add", "pets.txt")
    (tmp_path / "a.json").write_text(run(capsys, "ask", "--json", "When do dogs bark?"), "utf-8")
    (tmp_path / "a.html").write_text("mine", encoding="utf-8")
    assert "name it, or another, with --output" in run(capsys, "evidence", "a.json", code=2)
    run(capsys, "evidence", "a.json", "--output", "a.html")
    assert "<mark>Dogs bark" in (tmp_path / "a.html").read_text("utf-8")


def test_an_original_is_written_to_a_new_file_that_only_its_owner_reads(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, "add", "pets.txt")
    (card,) = json.loads(run(capsys, "list", "--json"))
    written = json.loads(run(capsys, "show", card["id"], "--original", "out.txt", "--json"))
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "Dogs bark at the full moon."
    assert (tmp_path / "out.txt").stat().st_mode & 0o777 == 0o600
    assert (written["file"], written["bytes"]) == ("out.txt", 27)
    (tmp_path / "link.txt").symlink_to("nowhere.txt")
    for name in ("out.txt", "link.txt"):
        said = run(capsys, "show", card["id"], "--original", name, code=2)
        assert said == f"footnote: '{name}' is there already: name another file\n"
    assert not (tmp_path / "nowhere.txt").exists()
    said = run(capsys, "show", card["id"], "--original", "no/where.txt", code=1)
    assert "'no/where.txt' cannot be written (No such file or directory)" in said
    both = run(capsys, "show", card["id"], "--original", "o.txt", "--png", "p.png", code=2)
    assert "ask for a page or a picture by a command of its own" in both
    assert not (tmp_path / "o.txt").exists()
    (tmp_path / "pets.txt").write_text("Dogs sleep.", encoding="utf-8")
    said = run(capsys, "show", card["id"], "--original", "again.txt", code=1)
    assert said.endswith("pets.txt' was edited since it was read: add it again\n")
    assert not (tmp_path / "again.txt").exists()
