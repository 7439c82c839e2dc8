"""One bad file stops nothing else, whatever its reader raises: in `add`, `watch`, `add_files`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.reading import registry
from index.reading.plain import PlainReader
from rag import Assistant, Change


class PanicException(BaseException):  # pyo3 raises one of this name, which is no Exception
    pass


RAISED: dict[str, Callable[[], BaseException]] = {
    "value": lambda: ValueError("\x00"),
    "key": lambda: KeyError("a"),
    "index": lambda: IndexError("list index out of range"),
    "attribute": lambda: AttributeError("no attribute"),
    "unicode": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
    "disk": lambda: OSError(5, "Input/output error"),
    "memory": lambda: MemoryError(),
    "recursion": lambda: RecursionError("maximum recursion depth exceeded"),
    "stop": lambda: StopIteration(),
    "exit": lambda: SystemExit(3),
    "panic": lambda: PanicException("index out of bounds"),
    "assertion": lambda: AssertionError(),
}
GOOD = "Cats sleep all day."


class Raising:
    """Reads tables, but for those whose name says what they shall raise."""

    def read(self, data: bytes, *, name: str):
        if raised := RAISED.get(name.removesuffix(".csv")):
            raise raised()
        return PlainReader().read(data, name=name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write one good file among files of which each raises something else when it is read."""
    monkeypatch.setattr(
        registry, "_own", lambda kind: Raising() if "csv" in kind else PlainReader()
    )
    notes = tmp_path / "notes"
    notes.mkdir()
    for name in RAISED:
        (notes / f"{name}.csv").write_text("a,b\nc,d\n", encoding="utf-8")
    (notes / "good.txt").write_text(GOOD, encoding="utf-8")
    return notes


def told(changes: list[Change]) -> dict[str, str]:
    return {Path(change.source).stem: change.kind for change in changes}


WANTED = {"good": "added"} | dict.fromkeys(RAISED, "skipped")


def test_add_skips_each_with_a_sentence_and_adds_the_rest(
    assistant: Assistant, folder: Path
) -> None:
    report = assistant.library.add(folder)
    assert told(list(report.changes)) == WANTED
    reasons = {Path(c.source).stem: c.reason for c in report.of("skipped")}
    assert reasons["memory"] == "it takes more memory than one file may; save its text as .txt"
    assert reasons["recursion"] == "its parts are nested too deep; save its text as .txt"
    assert reasons["panic"] == (
        "it is damaged, or no file of its kind (PanicException); save it anew"
    )
    assert all(reason and "\n" not in reason for reason in reasons.values())
    assert assistant.search("Who sleeps?")[0].passage.text == GOOD


def test_an_upload_skips_each_and_adds_the_rest(assistant: Assistant, folder: Path) -> None:
    files = {f"uploads/{path.name}": path for path in sorted(folder.iterdir())}
    assert told(list(assistant.library.add_files(files).changes)) == WANTED


def test_a_watched_folder_goes_on_after_all_of_them(assistant: Assistant, folder: Path) -> None:
    news = assistant.library.watch(folder, every=0.01)
    first = [event for _, event in zip(WANTED, news, strict=False)]
    assert told([event for event in first if isinstance(event, Change)]) == WANTED
    (folder / "later.txt").write_text("Dogs bark.", encoding="utf-8")
    event = next(news)
    assert isinstance(event, Change)
    assert (event.kind, Path(event.source).name) == ("added", "later.txt")


def test_ctrl_c_while_a_file_is_read_is_heard(
    assistant: Assistant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RAISED, "value", KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        assistant.library.add(folder)
    assert assistant.library.documents() == ()


def test_a_table_of_empty_cells_stops_nothing(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text(",,,\n,,,\n,,,\n", encoding="utf-8")
    (tmp_path / "good.txt").write_text(GOOD, encoding="utf-8")
    report = assistant.library.add(tmp_path / "empty.csv", tmp_path / "good.txt")
    assert [change.kind for change in report.changes] == ["skipped", "added"]
    assert "nothing to quote" in report.changes[0].reason
