"""Tags by Python and by the commands: who names what, what is said, and what a pipe hands over."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag import Article, Assistant, MisuseError, UnknownDocumentError
from rag.cli.main import main
from ui.api import Endpoints


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setenv("FOOTNOTE_SEEDS", "false")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ids(assistant: Assistant) -> list[str]:
    with assistant:
        assistant.library.add_articles(
            Article(source=s, title=s, text=f"The {s} runs again.") for s in ("ferry", "tram")
        )
        documents = sorted(assistant.library.documents(), key=lambda d: d.card.title)
        return [d.id for d in documents]


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(arguments) == code
    printed, said = capsys.readouterr()
    assert said.count("\n") == (1 if code else 0)
    return said if code else printed


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "'' shows nothing"),
        (" \u200b ", "shows nothing"),
        ("a,b", "'a,b' has a comma"),
        ("a\tb", "has a control character"),
        ("a\nb", "has a control character"),
        ("x" * 61, "has 61 characters"),
    ],
)
def test_what_is_no_tag_is_one_sentence_and_changes_nothing(
    assistant: Assistant, ids: list[str], name: str, why: str
) -> None:
    told = rf"^tag .*{why}: give it a name of 1 to 60 characters on one line, without commas$"
    with pytest.raises(MisuseError, match=told):
        assistant.library.tag(ids, add=["good", name])
    assert assistant.library.tags() == {}


def test_a_tag_is_trimmed_and_may_have_60_characters_of_any_script(
    assistant: Assistant, ids: list[str]
) -> None:
    names = [" sea  side ", "x" * 60, "é\u0301конόмика", "👩\u200d🚀"]
    (card,) = (d.card for d in assistant.library.tag(ids[:1], add=names))
    assert card.tags == ("sea side", "x" * 60, "é\u0301конόмика", "👩\u200d🚀")
    assert assistant.library.tag(ids[0], remove="SEA SIDE")[0].card.tags == card.tags[1:]


def test_a_call_that_names_nothing_or_both_is_refused(assistant: Assistant, ids: list[str]) -> None:
    for call, told in (
        ({"document_ids": ids}, "no tag is named"),
        ({"document_ids": [], "add": ["a"]}, "no document is named"),
        ({"document_ids": ids, "add": ["Sea"], "remove": ["sea"]}, "'sea' is to be given and"),
        ({"document_ids": ids, "add": [3]}, "a tag cannot be 3"),
        ({"document_ids": 3, "add": ["a"]}, "ids of documents cannot be 3"),
    ):
        with pytest.raises(MisuseError, match=told):
            assistant.library.tag(**call)  # type: ignore[arg-type]
    with pytest.raises(UnknownDocumentError):
        assistant.library.tag([*ids, "nope"], add=["a"])
    assert assistant.library.tags() == {}


def test_the_commands_give_take_list_and_count_tags(
    capsys: pytest.CaptureFixture[str], ids: list[str]
) -> None:
    said = run(capsys, "tags")
    assert said == "No document has a tag: give one with `footnote tag add NAME ID`.\n"
    printed = run(capsys, "tag", "add", "Boats", ids[0][:6], ids[1])
    assert printed.splitlines() == [f"{ids[0]}  ferry: #Boats", f"{ids[1]}  tram: #Boats"]
    assert run(capsys, "tag", "remove", "boats", ids[1]) == f"{ids[1]}  tram: no tags\n"
    assert run(capsys, "tags") == "1  Boats\n"
    assert json.loads(run(capsys, "tags", "--json")) == {"Boats": 1}
    assert "  ferry  #Boats\n" in run(capsys, "list")
    assert "#Boats" in run(capsys, "show", ids[0]).splitlines()[1]


def test_to_take_a_tag_from_what_has_it_not_is_told(
    capsys: pytest.CaptureFixture[str], ids: list[str]
) -> None:
    assert "no article has the tag 'boat'" in run(capsys, "tag", "remove", "boat", *ids, code=2)
    run(capsys, "tag", "add", "Boats", ids[0])
    assert "(the nearest is 'Boats')" in run(capsys, "tag", "remove", "boat", *ids, code=2)
    main(["tag", "remove", "boats", *ids])
    assert capsys.readouterr().err == f"footnote: {ids[1]} did not have the tag 'boats'\n"


def test_ids_are_read_from_standard_input(
    capsys: pytest.CaptureFixture[str], ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def piped(data: bytes) -> None:
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))

    piped("\n".join(ids).encode())
    assert run(capsys, "tag", "add", "x", "-").count("#x") == 2
    piped(b" \n")
    assert "no id came on standard input" in run(capsys, "tag", "add", "x", "-", code=2)
    piped(b"\xff\xfe")
    assert "no document '" in run(capsys, "tag", "add", "x", "-", code=2)
    piped(ids[0].encode())
    assert run(capsys, "remove", "-").startswith(f"removed  {ids[0]}")


def test_programs_are_told_the_tags_and_find_by_them(assistant: Assistant, ids: list[str]) -> None:
    with assistant:
        assistant.library.tag(ids[:1], add=["Boats"])
        (found,) = Endpoints(assistant).documents("boats ferry")
        assert (found["title"], found["tags"]) == ("ferry", ["Boats"])
        assert Endpoints(assistant).documents("none") == []


def test_files_are_added_with_a_tag_those_that_did_not_change_too(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("---\nkeywords: sea\n---\nThe ferry runs.", encoding="utf-8")
    run(capsys, "add", "notes")
    (folder / "b.md").write_text("The tram runs.", encoding="utf-8")
    run(capsys, "add", "notes", "--tag", "city", "--tag", "2024")
    assert run(capsys, "tags").splitlines() == ["2  2024", "2  city", "1  sea"]
    assert "--tag tags the documents of a PATH" in run(capsys, "add", "--tag", "x", code=2)
    assert "has a comma" in run(capsys, "add", "notes", "--tag", "a,b", code=2)
