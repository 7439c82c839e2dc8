"""Adding what is there already costs next to nothing."""

import sys
import time
from pathlib import Path

import pytest

from rag import AddReport, Assistant

_SUBJECTS = ("The mayor", "A teacher", "The council", "One farmer", "The museum", "Our team")
_VERBS = ("opened", "praised", "closed", "moved", "repaired", "painted", "measured")
_OBJECTS = ("the old bridge", "a small library", "the harbour", "two schools", "the mill")


def write(folder: Path, *, files: int) -> None:
    """Write files of eight short sentences each, no two alike."""
    for n in range(files):
        lines = [
            f"{_SUBJECTS[(n + m) % 6]} {_VERBS[(n * 3 + m) % 7]} {_OBJECTS[(n + m * 2) % 5]} "
            f"on day {n} of week {m}."
            for m in range(8)
        ]
        (folder / f"note{n:03}.txt").write_text(" ".join(lines), encoding="utf-8")


def timed(assistant: Assistant, folder: Path) -> tuple[AddReport, float]:
    """Return the report and the processor time: other work on the machine must not count."""
    started = time.process_time()
    report = assistant.library.add(folder)
    return report, time.process_time() - started


def test_adding_300_files_again_embeds_nothing_and_takes_under_a_thirtieth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes").mkdir()
    write(tmp_path / "notes", files=300)
    with Assistant.open(library=tmp_path / "library") as assistant:
        first, slow = timed(assistant, tmp_path / "notes")
        again, fast = min(
            (timed(assistant, tmp_path / "notes") for _ in range(3)), key=lambda t: t[1]
        )
    with capsys.disabled():
        sys.stdout.write(
            f"\nadding 300 files: {slow:.2f} s, again: {fast * 1000:.1f} ms, "
            f"{slow / fast:.0f} times faster\n"
        )
    assert (len(first.of("added")), first.embedded) == (300, 2400)
    assert (len(again.of("unchanged")), again.embedded) == (300, 0)
    assert fast < slow / 30
