"""Nothing leaves the machine: no look-up and no connection in add, ask, search or eval."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rag

_AUDITED = """
import json, sys

EVENTS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
          "socket.sendmsg", "socket.gethostbyaddr", "urllib.Request", "http.client.connect")
seen = []
sys.addaudithook(lambda event, args: seen.append([event, repr(args)]) if event in EVENTS else None)

from rag.cli.main import main
codes = [main(arguments) for arguments in json.loads(sys.argv[1])]
if "control" in sys.argv:
    import socket
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9))
print("SEEN", codes, seen)
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "cats.txt").write_text("Cats sleep all day. Dogs bark.", encoding="utf-8")
    return tmp_path


def environment(desk: Path) -> dict[str, str]:
    return dict(os.environ) | {
        "PYTHONPATH": str(Path(rag.__file__).parents[1]),
        "HOME": str(desk / "home"),
        "FOOTNOTE_LIBRARY": str(desk / "library"),
    }


def audited(desk: Path, commands: list[list[str]], *control: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _AUDITED, json.dumps(commands), *control],
        capture_output=True, encoding="utf-8", check=True, timeout=300,
        env=environment(desk), cwd=desk,
    )  # fmt: skip
    return done.stdout.rpartition("SEEN ")[2].strip()


def test_case_24_add_ask_search_and_eval_open_no_connection(desk: Path) -> None:
    commands = [["add", "cats.txt"], ["ask", "When do cats sleep?"], ["search", "dogs"]]
    assert audited(desk, commands) == "[0, 0, 0] []"


def test_eval_opens_no_connection(desk: Path) -> None:
    # Three questions may miss a threshold of the whole suite (1); misuse would be 2.
    assert audited(desk, [["eval", "--limit", "3", "--json"]]) in ("[0] []", "[1] []")


def test_the_audit_sees_a_connection(desk: Path) -> None:
    assert "socket.connect" in audited(desk, [], "control")


needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is missing: apt-get install strace"
)


def traced(desk: Path, *command: str) -> list[str]:
    """Return the network calls of a command and all its threads and children, native code too."""
    log = desk / "strace.log"
    calls = "trace=connect,sendto,sendmsg,sendmmsg"
    subprocess.run(
        ["strace", "-f", "-e", calls, "-o", str(log), sys.executable, *command],
        capture_output=True, check=True, timeout=300, env=environment(desk), cwd=desk,
    )  # fmt: skip
    assert "+++ exited with 0 +++" in log.read_text(encoding="utf-8")
    return re.findall(r".*\bAF_INET6?\b.*", log.read_text(encoding="utf-8"))


@needs_strace
def test_case_24_native_code_opens_no_connection_either_and_leaves_no_device_id(desk: Path) -> None:
    assert traced(desk, "-m", "rag.cli", "add", "cats.txt") == []
    assert traced(desk, "-m", "rag.cli", "ask", "When do cats sleep?") == []
    assert not (desk / "home" / ".cache").exists()


@needs_strace
def test_the_trace_sees_a_connection(desk: Path) -> None:
    code = "import socket; socket.socket(2, 2).connect(('127.0.0.1', 9))"
    assert len(traced(desk, "-c", code)) == 1
