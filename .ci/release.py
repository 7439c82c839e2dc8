"""Builds what a release is made of, wheel and sdist, and says what is wrong with them.

    python .ci/release.py FOLDER        both are written there; twine looks at their descriptions

Inside stands what runs and what explains it: nothing that trains, measures or tests, no key, and
nothing compiled. The trained model is the checkout's, the version the newest of CHANGELOG.md.
"""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODEL = "rag/data/reader.safetensors"
_PACKAGES = frozenset({"index", "prompts", "rag", "eval", "ui", "seeds"})
_BESIDE = frozenset({"docs", "examples"})
_NEEDED = (MODEL, "eval/gold/claims.jsonl", "prompts/answer.md", "ui/data/page.css")
_NEVER = re.compile(r"\.(pem|key|pyc|gz|npz|pt|db|log)$|(^|/)(\.env|__pycache__|\.footnote)")
_MOST_BYTES = 16_000_000


def faults(names: Iterable[str], *, folders: Iterable[str], needed: Iterable[str]) -> list[str]:
    """Return what is wrong with the files of a wheel or sdist, the files of its top left aside.

    Args:
        names: Of all files, as they lie in the project.
        folders: Where files may lie.
        needed: Files that have to be there.
    """
    found = list(names)
    allowed = set(folders)
    strange = sorted({name.partition("/")[0] for name in found if "/" in name} - allowed)
    told = [f"{folder}/ does not belong into it" for folder in strange]
    told += [f"{name} must not be in it" for name in found if _NEVER.search(name)]
    return told + [f"{name} is not in it" for name in needed if name not in found]


def newest(changelog: str) -> str:
    """Return the version on top of a changelog; empty where there is none."""
    found = re.search(r"^## (\d+\.\d+\.\d+)\b", changelog, re.MULTILINE)
    return found[1] if found else ""


def _built(folder: Path) -> tuple[Path, Path]:
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def _contents(wheel: Path, sdist: Path) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    """Return the files of both by their names, as they lie in the project."""
    with zipfile.ZipFile(wheel) as packed:
        ours = {name: packed.read(name) for name in packed.namelist() if ".dist-info/" not in name}
    with tarfile.open(sdist) as tape:
        files = [(one.name.partition("/")[2], tape.extractfile(one)) for one in tape.getmembers()]
        source = {name: data.read() for name, data in files if data is not None}
    return ours, source


def main(folder: Path) -> None:
    """Build both into a folder, print what they are, and exit with 1 where something is wrong."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    wheel, sdist = _built(folder)
    ours, source = _contents(wheel, sdist)
    told = faults(ours, folders=_PACKAGES, needed=_NEEDED)
    told += faults(source, folders=_PACKAGES | _BESIDE, needed=(*_NEEDED, "constraints.txt"))
    model = sha256((ROOT / MODEL).read_bytes()).hexdigest()
    told += [
        f"the model in {path.name} is another"
        for path, files in ((wheel, ours), (sdist, source))
        if sha256(files.get(MODEL, b"")).hexdigest() != model
    ]
    if newest((ROOT / "CHANGELOG.md").read_text("utf-8")) != version:
        told.append(f"CHANGELOG.md does not begin with {version}")
    for path in (wheel, sdist):
        size = path.stat().st_size
        sys.stdout.write(f"{path.name}: {size / 1e6:.1f} MB, reader {model[:12]}\n")
        told += [f"{path.name} has over {_MOST_BYTES} bytes"] if size > _MOST_BYTES else []
    if told:
        raise SystemExit("\n".join(told))
    checked = [sys.executable, "-m", "twine", "check", "--strict", str(wheel), str(sdist)]
    sys.exit(subprocess.run(checked, check=False).returncode)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit((__doc__ or "").split("\n\n")[1])
    main(Path(sys.argv[1]))
