"""Reads what `footnote eval init-ci` writes as strictly as GitHub and GitLab do, and runs it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import jsonschema
import yaml

DATA = Path(__file__).parents[1] / "data"
ROOT = Path(__file__).parents[2]

_ANYWHERE = {"github", "inputs", "vars"}
_OF_JOB = _ANYWHERE | {"needs", "strategy", "matrix", "secrets"}
_OF_STEP = _OF_JOB | {"job", "runner", "env", "steps"}
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_CONTEXT = re.compile(r"(?<![\w.'])([a-z]+)\.")


class Strings(yaml.SafeLoader):
    """Reads `on` as a string, as GitHub does, and refuses a key that is there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [key.value for key, _ in node.value]
        assert len(set(keys)) == len(keys), f"a key is there twice: {keys}"
        found = super().construct_mapping(node, deep=deep)
        return {"on" if key is True else key: value for key, value in found.items()}


def github(text: str) -> dict:
    """Return a workflow, after checking its form and where it uses which context.

    The second is GitHub's table "Context availability"; a context where there is none fails a
    workflow before it starts.
    """
    content = yaml.load(text, Loader=Strings)
    _validate(content, "github_workflow")
    outer = {name: part for name, part in content.items() if name != "jobs"}
    _contexts(outer, _ANYWHERE, functions=set())
    for job in content["jobs"].values():
        _contexts({n: part for n, part in job.items() if n != "steps"}, _OF_JOB, functions=set())
        for step in job["steps"]:
            plain = {name: part for name, part in step.items() if name != "if"}
            _contexts(plain, _OF_STEP, functions={"hashFiles"})
            _condition(step.get("if", ""))
    return content


def gitlab(text: str) -> dict:
    """Return the job of a GitLab file, after checking its form."""
    content = yaml.load(text, Loader=Strings)
    _validate(content, "gitlab_ci")
    return content["footnote"]


def run(
    script: str, folder: Path, *, tools: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a step's script as a GitHub runner does: `bash -e FILE`, with what it sets around it."""
    file = tools / "step.sh"
    file.write_text(script)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", file],
        cwd=folder,
        env={**os.environ, **environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )


def install_commands(tools: Path) -> None:
    """Put `footnote` into a folder of tools: this checkout's."""
    tools.mkdir(exist_ok=True)
    command = tools / "footnote"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m rag.cli "$@"\n')
    command.chmod(0o755)


def _validate(content: object, name: str) -> None:
    schema = json.loads((DATA / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(content, schema, cls=jsonschema.Draft7Validator)


def _contexts(part: object, allowed: set[str], *, functions: set[str]) -> None:
    for text in _texts(part):
        for expression in _EXPRESSION.findall(text):
            _check(expression, allowed, functions)


def _condition(condition: str) -> None:
    """Check an `if`, which is an expression also without its brackets and has no secrets."""
    inner = _EXPRESSION.search(condition)
    _check(
        inner[1] if inner else condition,
        _OF_STEP - {"secrets"},
        {"cancelled", "always", "failure", "success", "hashFiles"},
    )


def _check(expression: str, allowed: set[str], functions: set[str]) -> None:
    bare = re.sub("'(?:[^']|'')*'", "''", expression)
    for context in _CONTEXT.findall(bare):
        assert context in allowed, f"{context} is not available in {expression!r}"
    for function in re.findall(r"(\w+)\(", bare):
        assert function in functions, f"{function} is not available in {expression!r}"


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for one in part.values():
            yield from _texts(one)
    elif isinstance(part, list):
        for one in part:
            yield from _texts(one)
