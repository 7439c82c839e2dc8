"""What a release may hold: files of the product, its documents, and no others."""

import re
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

import rag
from index.card import old_names
from index.types import DocumentSummary, Hit
from rag.library import _MOVED
from rag.types import Citation

ROOT = Path(__file__).parents[2]
_SPEC = spec_from_file_location("release", ROOT / ".ci" / "release.py")
assert _SPEC is not None
assert _SPEC.loader is not None
release = module_from_spec(_SPEC)
_SPEC.loader.exec_module(release)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("training/rows.py", "training/ does not belong into it"),
        ("benchmarks/lists.toml", "benchmarks/ does not belong into it"),
        ("rag/data/pages.example.pem", "rag/data/pages.example.pem must not be in it"),
        ("rag/__pycache__/a.txt", "rag/__pycache__/a.txt must not be in it"),
        ("rag/.env", "rag/.env must not be in it"),
        ("rag/data/rows.jsonl.gz", "rag/data/rows.jsonl.gz must not be in it"),
    ],
)
def test_what_a_release_must_not_hold_is_told(name, said):
    assert release.faults(["README.md", "rag/a.py"], folders=["rag"], needed=["rag/a.py"]) == []
    assert release.faults([name], folders=["rag"], needed=[]) == [said]


def test_what_is_missing_is_told():
    assert release.faults([], folders=["rag"], needed=["rag/a.py"]) == ["rag/a.py is not in it"]


def test_the_changelog_begins_with_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert release.newest((ROOT / "CHANGELOG.md").read_text("utf-8")) == version
    assert release.newest("# Changelog\n\n## Not yet\n") == ""


def test_each_old_name_that_still_works_is_listed_as_deprecated():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    told = text.partition("### Deprecated\n")[2].partition("\n### ")[0]
    names = [*_MOVED.split(), *" ".join(rag._MOVED.values()).split()]
    names += [old for kind in (Citation, DocumentSummary, Hit) for old in old_names(kind)]
    left = [name for name in names if not re.search(rf"`(Assistant\.)?{name}`", told)]
    assert left == []
    assert len(names) > 50
