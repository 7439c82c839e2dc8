"""The command `footnote` at a folder of its own, for tests of bad input and a bad world."""

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import forks
import pytest

import rag
from rag import Article, Assistant
from rag.cli.main import main

SOUND = 0
FAILURE = 1
MISUSE = 2
CATS = "Cats sleep all day. Dogs bark at night."
QUESTION = "When do dogs bark?"
ANSWER = "“Dogs bark at night.”"


def ordinary_user() -> None:
    """Take from a child the privilege of root to read and write what file modes forbid."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        _LIBC.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; a user who is not root has none


def small_files() -> None:
    """Let a child write no file beyond 400 kB, as on a full disk or over a quota."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))


_LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    printed: str
    said: str
    """On stderr, without the name in front."""


@dataclass(frozen=True)
class Desk:
    """A folder with a library of one document, and the command at it."""

    folder: Path

    @property
    def library(self) -> Path:
        return self.folder / "library"

    def command(self, *arguments: str | Path) -> list[str]:
        library = [] if "--library" in arguments else ["--library", str(self.library)]
        named = library if arguments and not str(arguments[0]).startswith("-") else []
        return [sys.executable, "-m", "rag.cli", *map(str, arguments), *named]

    def environment(self, **extra: str) -> dict[str, str]:
        code = {"PYTHONPATH": str(Path(rag.__file__).parents[1])}
        return dict(os.environ) | {"HOME": str(self.folder)} | code | extra

    def run(
        self,
        *arguments: str | Path,
        before: Callable[[], None] | None = None,
        stdout: int = subprocess.PIPE,
        **extra: str,
    ) -> Done:
        command, environment = self.command(*arguments), self.environment(**extra)
        if (
            before is None
            and stdout == subprocess.PIPE
            and all(n[:9] == "FOOTNOTE_" for n in extra)
        ):
            ended = forks.footnote(*command[3:], environment=environment, folder=self.folder)
            return _done(ended.code, ended.printed, ended.said)
        done = subprocess.run(
            command,
            stdout=stdout, stderr=subprocess.PIPE, encoding="utf-8", timeout=120, check=False,
            env=environment, cwd=self.folder, preexec_fn=before,
        )  # fmt: skip
        return _done(done.returncode, done.stdout or "", done.stderr)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command and return once it holds the writer's lock."""
        process = subprocess.Popen(
            self.command(*arguments),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
            env=self.environment(), cwd=self.folder,
        )  # fmt: skip
        holder = self.library / "writer.pid"
        deadline = time.monotonic() + 60
        while holder.read_text(encoding="ascii") != str(process.pid):
            assert process.poll() is None
            assert time.monotonic() < deadline
        return process

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    def titles(self) -> list[str]:
        with Assistant.open(library=self.library) as assistant:
            return [c.card.title for c in assistant.library.documents()]


def _done(code: int, printed: str, stderr: str) -> Done:
    said = stderr.removeprefix("footnote: ").removesuffix("\n")
    assert (stderr == "") == (said == "")
    assert "\n" not in said
    assert "internal error" not in said
    return Done(code=code, printed=printed, said=said)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with Assistant.open(library=folder / "library") as assistant:
        assistant.library.add_articles([Article(source="cats", title="Cats", text=CATS)])
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    shutil.copytree(made / "library", tmp_path / "desk" / "library")
    return Desk(tmp_path / "desk")


@pytest.fixture
def here(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Done]:
    """Run the command at the desk in this process: the same code, a second less of imports."""
    monkeypatch.chdir(desk.folder)

    def run(*arguments: str | Path) -> Done:
        code = main(desk.command(*arguments)[3:])
        captured = capsys.readouterr()
        said = captured.err.removeprefix("footnote: ").removesuffix("\n")
        assert "\n" not in said
        assert "internal error" not in said
        return Done(code=code, printed=captured.out, said=said)

    return run


Here = Callable[..., Done]
