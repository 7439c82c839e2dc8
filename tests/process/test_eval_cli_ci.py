"""The workflow that `footnote eval init-ci` writes."""

import subprocess

import pytest
import yaml

from eval.cli.ci import WORKFLOW, write_workflow
from rag import MisuseError


def write(folder, **changes):
    plain = {
        "suites": ["my gold.jsonl"],
        "articles": ["notes"],
        "install": "footnote @ git+https://h/r",
    }
    return write_workflow(folder, **({**plain, "replace": False} | changes))


@pytest.fixture
def repository(tmp_path):
    (tmp_path / "my gold.jsonl").write_text("")
    (tmp_path / "notes").mkdir()
    return tmp_path


def steps(folder):
    content = yaml.safe_load((folder / WORKFLOW).read_text())
    return content["jobs"]["evaluate"]["steps"]


def test_it_installs_runs_and_keeps_the_reports(repository):
    told = write(repository)
    runs = [step["run"] for step in steps(repository) if "run" in step]
    assert runs[0] == "pip install 'footnote @ git+https://h/r'\n"
    assert runs[1].splitlines()[1] == "footnote add notes"
    assert runs[1].splitlines()[2].startswith("footnote eval 'my gold.jsonl' --html")
    assert steps(repository)[-1]["with"]["path"] == "footnote-reports"
    assert "commit it" in told


def test_its_commands_are_sound_shell_and_write_where_the_reports_are_kept(repository):
    write(repository)
    script = next(step["run"] for step in steps(repository) if step.get("name") == "Evaluate")
    shown = (
        f'footnote() {{ printf "%s|" "$@"; echo; }}; set -eu; GITHUB_STEP_SUMMARY=s.md\n{script}'
    )
    done = subprocess.run(["bash", "-c", shown], cwd=repository, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "add|notes|",
        "eval|my gold.jsonl|--html|footnote-reports/report.html|--junit|"
        "footnote-reports/junit.xml|--markdown|s.md|",
    ]
    assert (repository / "footnote-reports").is_dir()


def test_a_workflow_that_is_there_is_replaced_only_on_demand(repository):
    write(repository)
    with pytest.raises(MisuseError, match="--force replaces it"):
        write(repository)
    write(repository, suites=[], articles=[], replace=True)
    assert "footnote eval --html" in (repository / WORKFLOW).read_text()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"suites": ["absent.jsonl"]}, "is not in this repository"),
        ({"suites": ["/etc/passwd"]}, "is not in this repository"),
        ({"articles": []}, "name them with --articles"),
        ({"install": None}, "say what pip installs"),
    ],
)
def test_what_ci_could_not_run_is_misuse(repository, monkeypatch, changes, words):
    with pytest.raises(MisuseError, match=words):
        write(repository, **changes)
    assert not (repository / WORKFLOW).exists()


def test_in_its_own_repository_it_installs_that(repository):
    (repository / "pyproject.toml").write_text('[project]\nname = "footnote"\n')
    write(repository, install=None)
    assert "pip install ." in (repository / WORKFLOW).read_text()
