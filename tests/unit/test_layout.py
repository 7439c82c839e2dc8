"""The tree keeps its promises: names are ours, eval is never shadowed, packages are typed."""

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("index", "prompts", "rag", "eval", "ui")
_SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
SOURCES = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


@pytest.mark.parametrize("name", [*PACKAGES, "seeds"])
def test_no_other_distribution_owns_our_names(name: str) -> None:
    assert set(packages_distributions().get(name, ["footnote"])) == {"footnote"}


def test_the_builtin_eval_is_never_shadowed() -> None:
    everywhere = [*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]
    guilty = [
        p.name for p in everywhere if re.search(r"^\s*import eval\b", p.read_text("utf-8"), re.M)
    ]
    assert guilty == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_every_file_that_security_names_is_there() -> None:
    named = re.findall(r"`((?:tests|benchmarks)/[\w/]+\.py|[A-Z]+\.md|\w+\.txt)`", _SECURITY)
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_an_extra_is_installed_from_the_folder_for_no_registry_has_footnote() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *SOURCES]
    wrong = re.compile(r"pip install[^`\n]*[\"' ]footnote\[")
    assert wrong.search('pip install "footnote[mcp]"')
    assert [page.name for page in pages if wrong.search(page.read_text("utf-8"))] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extra = re.compile(r'-c constraints\.txt (?:-e )?"\.\[([\w,]+)\]"')
    named = {name for page in pages for names in extra.findall(page.read_text("utf-8"))
             for name in names.split(",")}  # fmt: skip
    assert {"docs", "mcp", "test"} < named <= set(project["optional-dependencies"])
