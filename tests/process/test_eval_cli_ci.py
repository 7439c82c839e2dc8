"""What `footnote eval init-ci` writes for GitHub and GitLab: checked, and its commands run."""

import argparse
import json
from pathlib import Path

import ci_files
import jsonschema
import pytest
import yaml

from eval.cli.arguments import register_eval
from eval.cli.ci import GITHUB, GITLAB, GITLAB_ROOT, Plan, write_pipeline, write_workflow
from eval.reports.platforms import MARKER
from rag import MisuseError

SPEC = "footnote @ git+https://h/r"
NOT_RUN = ("Install Footnote",)
"""Steps whose commands no test runs: they would download packages."""
WRONG = {"id": "bark", "question": "When do dogs bark?", "answers": ["in the morning"]}
RIGHT = WRONG | {"answers": ["at night"]}


def plan(folder, **changes):
    plain = {"suites": ["my gold.jsonl"], "articles": ["notes"], "install": SPEC}
    return Plan(folder=folder, **(plain | changes))


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    (folder / "notes").mkdir(parents=True)
    (folder / "notes" / "pets.txt").write_text("Cats sleep all day. Dogs bark at night.")
    (folder / "my gold.jsonl").write_text("\n" + json.dumps(WRONG))
    return folder


def workflow(folder, **changes):
    write_workflow(plan(folder, replace=True, **changes))
    return ci_files.github((folder / GITHUB).read_text())


def steps(content):
    return content["jobs"]["evaluate"]["steps"]


def script(content, name):
    (step,) = [step for step in steps(content) if step.get("name") == name]
    return step["run"]


def test_the_workflow_is_one_that_github_takes(repository):
    for changes in ({}, {"comment": True}, {"suites": [], "articles": []}, {"install": "."}):
        workflow(repository, **changes)


def test_it_runs_where_what_it_asks_of_changed(repository):
    content = workflow(repository, articles=["notes", "notes/pets.txt"])
    paths = [
        "notes/**",
        "notes/pets.txt",
        "my gold.jsonl",
        "baselines/my gold.json",
        "thresholds.toml",
        ".github/workflows/footnote.yml",
    ]
    assert content["on"]["push"] == {"branches": ["main", "master"], "paths": paths}
    assert content["on"]["pull_request"]["paths"] == paths


def test_where_footnote_is_in_the_repository_itself_any_change_counts(repository):
    (repository / "pyproject.toml").write_text('[project]\nname = "footnote"\n')
    content = workflow(repository, install=None)
    assert content["on"]["push"] == {"branches": ["main", "master"]}
    assert "pip install .\n" in script(content, "Install Footnote")


def test_it_follows_the_branch_that_the_origin_shows(repository):
    head = repository / ".git" / "refs" / "remotes" / "origin" / "HEAD"
    head.parent.mkdir(parents=True)
    head.write_text("ref: refs/remotes/origin/release/now\n")
    assert workflow(repository)["on"]["push"]["branches"] == ["release/now"]


def test_pytorch_comes_without_cuda_before_what_needs_it(repository):
    install = script(workflow(repository), "Install Footnote").splitlines()
    assert install == [
        "python -m pip install torch --index-url https://download.pytorch.org/whl/cpu",
        "python -m pip install 'footnote @ git+https://h/r'",
    ]


def test_the_library_is_kept_by_what_is_in_it(repository):
    (repository / "it's #1 [a]").mkdir()
    find, add, keep = steps(workflow(repository, articles=["it's #1 [a]"]))[3:6]
    here = "hashFiles('.github/workflows/footnote.yml')"
    assert find["with"]["key"] == (
        f"footnote-library-${{{{ runner.os }}}}-${{{{ {here} }}}}-"
        "${{ hashFiles('it''s #1 \\[a\\]/**') }}"
    )
    assert find["with"]["key"].startswith(find["with"]["restore-keys"])
    assert add["run"] == """footnote add --prune 'it'"'"'s #1 [a]'\n"""
    assert keep["if"] == "steps.library.outputs.cache-hit != 'true'"
    assert {find["with"]["path"], keep["with"]["path"], add["env"]["FOOTNOTE_LIBRARY"]} == {
        "${{ runner.temp }}/footnote-library"
    }


def test_only_a_comment_needs_the_permission_to_write(repository):
    assert workflow(repository)["permissions"] == {"contents": "read"}
    content = workflow(repository, comment=True)
    assert content["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "head.repo.full_name == github.repository" in steps(content)[-1]["if"]
    assert "--comment footnote-reports/comment.md" in script(content, "Evaluate")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("HF_HUB_OFFLINE: ", "X: ${{ runner.temp }}/x\n      HF_HUB_OFFLINE: "),
        ("checkout@v6", "checkout@v4"),
        ("restore-keys", "restore-key"),
        ("timeout-minutes: 30", "timeout-minutes: soon"),
        ("group: ${{ github.workflow }}", "group: ${{ steps.x.outputs.y }}"),
        ("if: ${{ !cancelled()", "if: ${{ canceled()"),
        ("  workflow_dispatch:\n", "  workflow_dispatch:\n  push:\n"),
        ("hashFiles('.github", "hashFile('.github"),
    ],
)
def test_a_fault_in_the_workflow_would_be_seen(repository, before, after):
    workflow(repository)
    text = (repository / GITHUB).read_text()
    assert before in text
    with pytest.raises((AssertionError, jsonschema.ValidationError)):
        ci_files.github(text.replace(before, after))


def run_workflow(content, folder, tmp_path):
    """Run a workflow's commands as a runner does; give the output of each and the first failure."""
    tools = tmp_path / "tools"
    ci_files.install_commands(tools)
    around = {
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        **content["jobs"]["evaluate"]["env"],
    }
    output = ""
    for step in steps(content):
        if "run" not in step or step["name"] in NOT_RUN:
            continue
        own = {k: v.replace("${{ runner.temp }}", str(tmp_path)) for k, v in step["env"].items()}
        done = ci_files.run(step["run"], folder, tools=tools, environment=around | own)
        output += done.stdout
        if done.returncode:
            return output, done.returncode
    return output, 0


def test_a_wrong_answer_makes_the_workflow_red_and_a_mended_one_green(repository, tmp_path):
    content = workflow(repository)
    output, code = run_workflow(content, repository, tmp_path)
    wrong = "::error file=my gold.jsonl,line=2,title=Wrong%3A bark::“When do dogs bark?”: expected"
    assert (code, wrong in output) == (1, True)
    assert "When do dogs bark?" in (tmp_path / "summary.md").read_text()
    assert "<failure" in (repository / "footnote-reports" / "junit.xml").read_text()

    (repository / "my gold.jsonl").write_text(json.dumps(RIGHT))
    output, code = run_workflow(content, repository, tmp_path)
    assert (code, "::error" in output) == (0, False)


@pytest.fixture
def pull_request(repository, tmp_path):
    """Run the step that comments, with a stand-in for GitHub's command; give what it was asked."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (repository / "footnote-reports").mkdir()
    (repository / "footnote-reports" / "comment.md").write_text(MARKER)
    content = workflow(repository, comment=True)

    def run(answer):
        (tools / "gh").write_text(f'#!/bin/sh\necho "$@" >> asked\n{answer}\n')
        (tools / "gh").chmod(0o755)
        named = {"GITHUB_REPOSITORY": "we/it", "NUMBER": "7", "GH_TOKEN": "t"}
        text = script(content, "Comment on the pull request")
        done = ci_files.run(text, repository, tools=tools, environment=named)
        asked = repository / "asked"
        return done, asked.read_text() if asked.exists() else ""

    return run


def test_the_first_run_on_a_pull_request_writes_a_comment(pull_request):
    done, asked = pull_request("exit 0")
    assert f'startswith("{MARKER}")' in asked
    assert "api --paginate repos/we/it/issues/7/comments --jq" in asked
    written = "api --silent repos/we/it/issues/7/comments --field body=@footnote-reports/comment.md"
    assert asked.endswith(f"{written}\n")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_later_run_replaces_its_own_comment(pull_request):
    done, asked = pull_request('[ "$2" = --paginate ] && echo 41 && echo 42 || true')
    assert "api --silent --method PATCH repos/we/it/issues/comments/41 --field" in asked
    assert "repos/we/it/issues/7/comments --field" not in asked
    assert done.returncode == 0


@pytest.mark.parametrize("answer", ["exit 1", '[ "$2" = --paginate ]'])
def test_without_the_permission_to_comment_the_run_goes_on(pull_request, answer):
    done, _ = pull_request(answer)
    assert done.returncode == 0
    assert done.stdout.startswith("::warning title=Footnote::no comment could be written")


def test_where_nothing_was_asked_there_is_nothing_to_comment(pull_request, repository):
    (repository / "footnote-reports" / "comment.md").unlink()
    done, asked = pull_request("exit 1")
    assert (done.returncode, done.stdout, asked) == (0, "", "")


def test_the_job_is_one_that_gitlab_takes_and_new_pipelines_include_it(repository):
    told = write_pipeline(plan(repository))
    job = ci_files.gitlab((repository / GITLAB).read_text())
    assert job["rules"][0]["changes"] == job["rules"][1]["changes"]
    assert job["artifacts"]["reports"]["codequality"] == "footnote-reports/code-quality.json"
    root = yaml.safe_load((repository / GITLAB_ROOT).read_text())
    assert root == {"include": [{"local": ".gitlab/footnote.yml"}]}
    assert f"with {GITLAB_ROOT}, which includes it" in told
    write_pipeline(plan(repository, suites=[], articles=[], replace=True))
    ci_files.gitlab((repository / GITLAB).read_text())


def test_a_pipeline_that_is_there_stays_and_is_told_what_to_add(repository):
    (repository / GITLAB_ROOT).write_text("test:\n  script: [make]\n")
    told = write_pipeline(plan(repository))
    assert told.endswith("include:\n  - local: .gitlab/footnote.yml")
    assert (repository / GITLAB_ROOT).read_text() == "test:\n  script: [make]\n"


def test_the_jobs_commands_run_and_say_what_is_wrong(repository, tmp_path):
    write_pipeline(plan(repository))
    job = ci_files.gitlab((repository / GITLAB).read_text())
    ci_files.install_commands(tmp_path / "tools")
    named = {"CI_PROJECT_DIR": str(repository), "FOOTNOTE_LIBRARY": str(tmp_path / "library")}
    lines = "\n".join(job["script"])
    done = ci_files.run(lines, repository, tools=tmp_path / "tools", environment=named)
    assert done.returncode == 1
    issues = json.loads((repository / "footnote-reports" / "code-quality.json").read_text())
    assert issues[-1]["location"] == {"path": "my gold.jsonl", "lines": {"begin": 2}}
    assert (repository / "footnote-reports" / "junit.xml").exists()


def test_what_is_there_is_replaced_only_on_demand(repository):
    for write in (write_workflow, write_pipeline):
        write(plan(repository))
        with pytest.raises(MisuseError, match="--force replaces it"):
            write(plan(repository))
        write(plan(repository, replace=True))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"suites": ["absent.jsonl"]}, "is not in this repository"),
        ({"suites": ["/etc/passwd"]}, "is not in this repository"),
        ({"suites": ["../repository/../x"]}, "is not in this repository"),
        ({"articles": []}, "name them with --articles"),
        ({"suites": []}, "asks of no other articles"),
        ({"install": None}, "say what pip installs"),
        ({"install": "x\n- run: y"}, "cannot stand in a workflow"),
        ({"install": "${{ secrets.X }}"}, "cannot stand in a workflow"),
    ],
)
def test_what_ci_could_not_run_is_misuse(repository, changes, words):
    for write, target in ((write_workflow, GITHUB), (write_pipeline, GITLAB)):
        with pytest.raises(MisuseError, match=words):
            write(plan(repository, **changes))
        assert not (repository / target).exists()


def test_an_absolute_path_is_written_as_ci_sees_it(repository):
    content = workflow(repository, suites=[str(repository / "my gold.jsonl")])
    assert "footnote eval 'my gold.jsonl' --html" in script(content, "Evaluate")


def init_ci(*arguments):
    parser = argparse.ArgumentParser(prog="footnote")
    register_eval(parser.add_subparsers())
    args = parser.parse_args(["eval", "init-ci", *arguments])
    return args.run(args)


def test_the_command_writes_either_and_says_what_is_next(repository, monkeypatch, capsys):
    monkeypatch.chdir(repository)
    words = ["my gold.jsonl", "--articles", "notes", "--install", SPEC]
    assert init_ci(*words, "--comment") == 0
    assert "in a comment" in capsys.readouterr().out
    assert init_ci(*words, "--gitlab") == 0
    assert "commit it to switch it on" in capsys.readouterr().out
    assert (Path(GITHUB).exists(), Path(GITLAB).exists()) == (True, True)
    with pytest.raises(MisuseError, match="--comment is for GitHub"):
        init_ci(*words, "--gitlab", "--comment")
