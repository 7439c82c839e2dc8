"""Libraries with a name: `footnote libraries`, and `--library NAME` wherever a library is named."""

import json
import stat
from pathlib import Path

import pytest

from rag import Article, Assistant, OperationError, Settings, SettingsError
from rag.cli.libraries import library_status
from rag.cli.main import main
from rag.named_libraries import add_name, named_libraries, names_file, remove_name
from rag.setting_values import SecretStr, data_folder
from rag.testing import HashEmbedder


def test_a_name_chooses_its_library_by_argument_and_by_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert add_name("work").place == data_folder() / "libraries" / "work"
    add_name("old", str(tmp_path / "old"))
    assert Settings.load(library="WORK").library == data_folder() / "libraries" / "work"
    assert Settings.load(library="default").library == Settings.load().library
    monkeypatch.setenv("FOOTNOTE_LIBRARY", "old")
    assert Settings.load().library == tmp_path / "old"
    assert not (tmp_path / "old").exists()


def test_a_name_comes_before_a_folder_here_and_the_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work").mkdir()
    assert Settings.load(library="work").library == Path("work")
    place = add_name("work").place
    assert Settings.load(library="work").library == place
    assert Settings.load(library="./work").library == Path("work")
    assert main(["folders", "--library", "work"]) == 0
    assert capsys.readouterr().err == (
        f"footnote: 'work' is the library of that name, {place}; write ./work for the folder here\n"
    )


def test_an_unknown_name_is_refused_with_the_nearest_once_libraries_have_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.load(library="wrok").library == Path("wrok")
    add_name("work")
    add_name("garden")
    assert main(["list", "--library", "wrok"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("footnote: no library is called 'wrok' and no folder of that name is")
    assert "did you mean 'work'? write ./wrok for a new folder" in told
    assert not (tmp_path / "wrok").exists()


@pytest.mark.parametrize(
    "words", [["ask", "Why?"], ["list"], ["watch", ".", "--unregister"], ["ui"], ["serve"], ["mcp"]]
)
def test_a_word_that_names_no_library_is_refused_where_one_is_only_asked(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--library", "wrok"]) == 2
    assert capsys.readouterr().err == (
        "footnote: no library is called 'wrok' and no folder of that name is here: there is "
        "'default' alone, which is asked without --library; `footnote add FILE --library wrok` "
        "makes a new one\n"
    )
    assert not (tmp_path / "wrok").exists()


def test_a_library_that_an_addition_makes_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("Cats sleep.", encoding="utf-8")
    assert main(["add", "a.txt", "--library", "notes"]) == 0
    told = "footnote: no library is called 'notes': a new one is made in that folder here\n"
    assert capsys.readouterr().err == told
    assert main(["list", "--library", "notes"]) == 0
    assert capsys.readouterr().err == ""


def test_a_forgotten_name_leaves_its_library_as_it_was(tmp_path: Path) -> None:
    add_name("work", str(tmp_path / "articles"))
    with Assistant.open(Settings.load(library="work"), embedder=HashEmbedder()) as assistant:
        assistant.library.add_articles([Article(source="a", title="A", text="Cats sleep.")])
    status = library_status(remove_name("work"), Settings())
    assert (status.documents, status.problem) == (1, "")
    assert status.bytes is not None
    assert status.bytes > 10_000
    assert status.changed_at[:2] == "20"
    assert [one.name for one in named_libraries()] == ["default"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["add", "../x"], "a library cannot be called '../x': write letters, digits"),
        (["add", "default"], "'default' is the library that no name chooses: take another name"),
        (["add", "WORK"], "a library is called 'work' already"),
        (["remove", "wrk"], "no library is called 'wrk': did you mean 'work'?"),
        (["remove", "default"], "'default' is the library that no name chooses"),
        (["add", "x", "mysql://u:sesame@h/db"], "a library cannot lie at that address"),
        (["drop", "x"], "'drop x' cannot be done: write `footnote libraries`"),
        (["--vectors", "http://h"], "--vectors goes with `footnote libraries add NAME"),
    ],
)
def test_what_is_asked_wrongly_is_one_sentence(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add_name("work")
    assert main(["libraries", *words]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert (said.count("\n"), "sesame" in said) == (1, False)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("Postgresql://ann:sesame@127.0.0.1:1/notes", "postgresql://ann@127.0.0.1:1/notes"),
        ("postgres://127.0.0.1:1/notes?password=sesame", "postgresql://127.0.0.1:1/notes"),
        ("postgresql://ann:ses%2Fame%40@127.0.0.1:1", "postgresql://ann@127.0.0.1:1"),
    ],
)
def test_a_password_is_kept_for_its_owner_alone_and_never_printed(
    address: str, shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["libraries", "add", "pg", address, "--vectors", "http://127.0.0.1:1"]) == 0
    assert main(["libraries", "--json"]) == 0
    assert main(["libraries"]) == 0
    printed = capsys.readouterr().out
    assert shown in printed
    assert "ame" not in printed.replace('"name"', "")
    assert stat.S_IMODE(names_file().stat().st_mode) == 0o600
    settings = Settings.load(library="pg")
    assert isinstance(settings.library, SecretStr)
    assert settings.library.get_secret_value() == f"postgresql://{address.partition('://')[2]}"
    assert settings.vectors == SecretStr("http://127.0.0.1:1")
    assert not [path for path in tmp_path.rglob("*") if "ostgres" in path.name]


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"{",
            b"\xff",
            b"7",
            b'{"work": "x"}',
            b'{"work": {"place": 7}}',
            b'{"a/b": {"place": "/x"}}',
        ),
        *(b'{"work": {"place": "/\\u0000"}}', b'{"work": {"place": "/\\ud83d"}}'),
    ],
)
def test_a_damaged_file_of_names_is_one_sentence_and_stops_no_folder(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names_file().parent.mkdir(parents=True)
    names_file().write_bytes(content)
    with pytest.raises(OperationError, match=r"libraries\.json' is damaged: mend it, or remove it"):
        Settings.load(library="work")
    assert main(["libraries", "add", "work"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert names_file().read_bytes() == content
    assert Settings.load(library=str(tmp_path / "x")).library == tmp_path / "x"


def test_a_failed_write_leaves_the_names_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    add_name("work")
    before = names_file().read_bytes()

    def full(self: Path, *rest: object, **named: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OperationError, match="No space left on device"):
        add_name("garden")
    assert names_file().read_bytes() == before
    assert [name for name in json.loads(before)] == ["work"]


def test_an_unknown_place_is_misuse_for_programs_too() -> None:
    add_name("work")
    with pytest.raises(SettingsError, match="did you mean 'work'"):
        Settings.load(library="worx")
