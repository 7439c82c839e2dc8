"""Real servers for tests: a PostgreSQL cluster in a temporary folder, and `chroma run`."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgres() -> Iterator[str]:
    """Run a cluster on a free port; give the address of its superuser, with a password."""
    programs = _postgres_programs()
    # Not under pytest's folder, which only its owner may enter: root may not run PostgreSQL.
    folder = Path(tempfile.mkdtemp(prefix="footnote-postgres-"))
    user = "postgres" if os.getuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    (folder / "password").write_text("se:cr@et%", encoding="ascii")
    (folder / "password").chmod(0o644)
    port = free_port()

    def run(*command: str) -> None:
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    cluster = str(folder / "data")
    run(
        str(programs / "initdb"),
        *("-D", cluster, "-U", "owner", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C"),
        *("--pwfile", str(folder / "password"), "--no-sync"),
    )
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -F"
    control = str(programs / "pg_ctl")
    run(control, "-D", cluster, "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield f"postgresql://owner:se%3Acr%40et%25@127.0.0.1:{port}/postgres"
    finally:
        run(control, "-D", cluster, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _postgres_programs() -> Path:
    found = shutil.which("pg_ctl")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return Path(found).parent if found else debian[-1]


@contextmanager
def chroma(folder: Path, port: int | None = None) -> Iterator[str]:
    """Run a Chroma server over a folder; give its address."""
    port = port or free_port()
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--host", "127.0.0.1"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--path", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _answers(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def _answers(port: int) -> bool:
    with urlopen(f"http://127.0.0.1:{port}/api/v2/heartbeat") as reply:
        return bool(reply.read())


def wait_for(ready: Callable[[], bool]) -> None:
    """Return once something is ready; an `OSError` means not yet."""
    for _ in range(_SECONDS * 20):
        with suppress(OSError):
            if ready():
                return
        time.sleep(0.05)
    raise TimeoutError("a server did not come up")
