"""Looks after `requirements.lock`: what a plain installation is made of, each file by its hash.

    python .ci/dependencies.py lock            make it anew (needs uv, and the package index)
    python .ci/dependencies.py check           does it fit pyproject.toml and constraints.txt?
    python .ci/dependencies.py licences        print the licence of each package, as installed here
    python .ci/dependencies.py advisories      ask pip-audit for known faults; says so if it cannot

A line is a package, so `grep -v` leaves some out. `check` asks nothing of the network; a test runs
it, and CI installs by its hashes all but torch, whose build for the CPU the index does not have.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK, CONSTRAINTS = ROOT / "requirements.lock", ROOT / "constraints.txt"
_HEAD = """\
# All that `pip install .` brings, each file by its hash, for Python 3.11 and later on Linux, macOS
# and Windows. Made by `python .ci/dependencies.py lock` from pyproject.toml and constraints.txt.
"""
_UV = ("uv", "pip", "compile", "pyproject.toml", "-c", "constraints.txt", "--universal")
_SO = ("--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--quiet")
_ENTRY = re.compile(r"(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+?))? --hash=.+")
_DATA = "no advisories were read: {} of {} packages were not found where pip-audit looks"


Wanted = tuple[str, Requirement]
"""What is needed, behind the name of what needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the lock."""

    name: str
    version: str
    hashes: int
    line: str


def locked(text: str) -> tuple[Entry, ...]:
    """Return the entries of a lock; none of an empty one.

    Raises:
        SystemExit: A line pins nothing by a hash.
    """
    entries = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        found = _ENTRY.fullmatch(line)
        if found is None:
            raise SystemExit(f"requirements.lock has a line that pins nothing: {line[:80]!r}")
        name = canonicalize_name(found["name"])
        hashes = len(re.findall(r" --hash=sha256:[0-9a-f]{64}(?= |$)", line))
        entries.append(Entry(name=name, version=found["version"], hashes=hashes, line=line))
    return tuple(entries)


def faults(entries: Iterable[Entry], *, constraints: str, wanted: Iterable[Wanted]) -> list[str]:
    """Return in what a lock disagrees with the constraints, and with what it has to hold.

    Args:
        entries: Of the lock.
        constraints: The text of constraints.txt.
        wanted: What it has to hold.
    """
    pinned = dict(line.split("==") for line in constraints.split())
    pinned = {canonicalize_name(name): version for name, version in pinned.items()}
    has = {entry.name: entry for entry in entries}
    told = []
    for why, need in wanted:
        version = has[named(need)].version if named(need) in has else ""
        if not version or not need.specifier.contains(version, prereleases=True):
            told.append(f"{why} needs {need}, it has {version or 'none'}")
    for entry in has.values():
        if entry.version != pinned.get(entry.name, entry.version):
            told.append(f"{entry.name} is {entry.version}, in constraints.txt {pinned[entry.name]}")
        if entry.name not in pinned and not _optional(entry):
            told.append(f"{entry.name} is not in constraints.txt")
        if not entry.hashes:
            told.append(f"{entry.name} has no hash")
    return told


def _optional(entry: Entry) -> bool:
    """Say whether a package is for other systems or for CUDA alone; those are not pinned here."""
    return " ; " in entry.line


def needed() -> tuple[Wanted, ...]:
    """Return what `pip install .` needs on this machine, each with what needs it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    left = [("footnote", Requirement(each)) for each in project["dependencies"]]
    found: dict[str, Wanted] = {}
    while left:
        why, need = left.pop()
        if str(need) not in found:
            found[str(need)] = (why, need)
            left += [(named(need), inner) for inner in _needs(need)]
    return tuple(found.values())


def _needs(need: Requirement) -> Iterator[Requirement]:
    """Yield what a package needs here, with the extras that are asked of it; without a marker."""
    for text in _installed(named(need)).requires or ():
        inner = Requirement(text)
        marker, inner.marker = inner.marker, None
        if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *need.extras)):
            yield inner


def named(need: Requirement) -> str:
    """Return a package's name as all names are compared."""
    return canonicalize_name(need.name)


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise SystemExit(
            f"{name} is not installed: run `pip install -c constraints.txt .`"
        ) from None


def check() -> None:
    """Say in what the lock is wrong, and exit with 1; or how much it holds."""
    entries = locked(LOCK.read_text("utf-8"))
    told = faults(entries, constraints=CONSTRAINTS.read_text("utf-8"), wanted=needed())
    if told:
        again = "run `python .ci/dependencies.py lock`"
        raise SystemExit("\n".join(["requirements.lock does not fit:", *told, again]))
    sys.stdout.write(f"requirements.lock fits: {len(entries)} packages\n")


def lock() -> None:
    """Make the lock anew."""
    done = subprocess.run([*_UV, *_SO], cwd=ROOT, check=True, capture_output=True, text=True)
    LOCK.write_text(_HEAD + re.sub(r" \\\n +", " ", done.stdout), encoding="utf-8")
    check()


def licences() -> None:
    """Print a table in Markdown: each package that is installed here, its version and licence."""
    sys.stdout.write("| Package | Version | Licence |\n|---|---|---|\n")
    for name in sorted({named(need) for _, need in needed()}):
        package = _installed(name)
        sys.stdout.write(f"| {name} | {package.version} | {licence_of(package)} |\n")


def licence_of(package: Distribution) -> str:
    """Return what a package says of its licence: an expression, classifiers, or words."""
    said = package.metadata
    classified = [
        each.split(" :: ")[-1]
        for each in said.get_all("Classifier", ())
        if each.startswith("License ::")
    ]
    words = (said.get("License") or "").strip().partition("\n")[0][:60]
    return (
        said.get("License-Expression")
        or ", ".join(classified)
        or words
        or "not stated: see its files"
    )


def advisories() -> None:
    """Print the known faults of the locked versions, and exit with 1 where there are any."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--require-hashes"]
    done = subprocess.run(
        [*command, "--format=json", "--progress-spinner=off", "-r", str(LOCK)],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = done.stderr.strip().rpartition("\n")[2] or "it printed nothing"
        raise SystemExit(f"no advisories were read: {said}") from None
    known = [(p["name"], fault["id"]) for p in packages for fault in p.get("vulns", ())]
    unseen = sum("skip_reason" in package for package in packages)
    for name, fault in known:
        sys.stdout.write(f"{name}: {fault}\n")
    if unseen:
        sys.stdout.write(_DATA.format(unseen, len(packages)) + "\n")
    else:
        sys.stdout.write(f"{len(packages)} packages looked up, {len(known)} known faults\n")
    if known:
        raise SystemExit(1)


COMMANDS: Mapping[str, Callable[[], None]] = {
    "lock": lock, "check": check, "licences": licences, "advisories": advisories,
}  # fmt: skip

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        raise SystemExit(f"say one of {', '.join(COMMANDS)}")
    COMMANDS[sys.argv[1]]()
