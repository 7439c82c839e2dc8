"""What a release may hold: files of the product, its documents, and no others."""

import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

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
