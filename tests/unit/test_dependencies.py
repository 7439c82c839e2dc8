"""The lock of all that an installation brings: it fits, and what does not fit is told."""

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
_SPEC = spec_from_file_location("dependencies", ROOT / ".ci" / "dependencies.py")
assert _SPEC is not None
assert _SPEC.loader is not None
dependencies = sys.modules["dependencies"] = module_from_spec(_SPEC)
_SPEC.loader.exec_module(dependencies)

HASH = f"--hash=sha256:{'0' * 64}"
IDNA = f"idna==3.20 {HASH}"


def told(lock, constraints="idna==3.20", wanted=()):
    needs = [("footnote", Requirement(each)) for each in wanted]
    return dependencies.faults(dependencies.locked(lock), constraints=constraints, wanted=needs)


def test_the_lock_fits_what_an_installation_needs(capsys):
    dependencies.check()
    assert capsys.readouterr().out.startswith("requirements.lock fits: ")


@pytest.mark.parametrize(
    ("lock", "wanted", "said"),
    [
        (IDNA, ["h11"], "footnote needs h11, it has none"),
        (IDNA, ["Idna>=4"], "footnote needs Idna>=4, it has 3.20"),
        (f"idna==3.19 {HASH}", [], "idna is 3.19, in constraints.txt 3.20"),
        (f"{IDNA}\nh11==0.16.0 {HASH}", [], "h11 is not in constraints.txt"),
        ("idna==3.20 --hash=md5:0", [], "idna has no hash"),
    ],
)
def test_what_does_not_fit_is_told(lock, wanted, said):
    assert told(lock, wanted=wanted) == [said]


def test_what_other_systems_need_is_pinned_in_the_lock_alone():
    assert told(f"{IDNA}\nnvidia-nvtx==13.0.85 ; sys_platform == 'linux' {HASH}") == []


@pytest.mark.parametrize("line", ["idna==3.20", "idna", f"idna>=3 {HASH}"])
def test_a_line_without_a_version_or_a_hash_is_refused(line):
    with pytest.raises(SystemExit, match="a line that pins nothing"):
        dependencies.locked(line)


def test_each_package_has_a_licence_that_is_told(capsys):
    dependencies.licences()
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()[2:]]
    assert len(rows) > 100
    assert [row[0] for row in rows if "not stated" in row[2] or len(row) != 3] == []


@pytest.mark.parametrize(
    ("packages", "said"),
    [
        ([{"name": "a", "vulns": []}], "1 packages looked up, 0 known faults\n"),
        (
            [{"name": "a", "skip_reason": "not found"}, {"name": "b", "vulns": []}],
            "no advisories were read: 1 of 2 packages were not found where pip-audit looks\n",
        ),
    ],
)
def test_an_audit_without_data_is_no_clean_one(packages, said, capsys, monkeypatch):
    found = CompletedProcess([], 0, stdout=json.dumps({"dependencies": packages}), stderr="")
    monkeypatch.setattr(dependencies.subprocess, "run", lambda *_, **__: found)
    dependencies.advisories()
    assert capsys.readouterr().out == said


def test_a_known_fault_ends_with_1(capsys, monkeypatch):
    packages = [{"name": "a", "vulns": [{"id": "CVE-2026-1"}]}]
    found = CompletedProcess([], 1, stdout=json.dumps({"dependencies": packages}), stderr="")
    monkeypatch.setattr(dependencies.subprocess, "run", lambda *_, **__: found)
    with pytest.raises(SystemExit) as ended:
        dependencies.advisories()
    assert ended.value.code == 1
    assert capsys.readouterr().out.startswith("a: CVE-2026-1\n")


def test_an_audit_that_did_not_run_is_told(monkeypatch):
    found = CompletedProcess([], 1, stdout="", stderr="x\nNo module named pip_audit\n")
    monkeypatch.setattr(dependencies.subprocess, "run", lambda *_, **__: found)
    with pytest.raises(SystemExit, match="no advisories were read: No module named pip_audit"):
        dependencies.advisories()
