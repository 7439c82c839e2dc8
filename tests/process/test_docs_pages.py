"""What the pages of the documentation show runs: commands in their order, snippets, and output."""

import re
import shlex
import shutil
import tomllib
from contextlib import chdir
from pathlib import Path

import pytest
import yaml

from eval.suites.files import load_suite
from rag.cli.main import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
RUN = ("index", "articles", "scope", "conversations", "verify", "evaluation")
"""Pages whose commands run, each page's in a folder and a home of their own."""
NOT_RUN = {
    "footnote watch": "goes on until Ctrl-C; tests/process/test_rag_cli_watch.py",
    "footnote chat": "waits for questions; tests/process",
    "footnote ui": "goes on until Ctrl-C; tests/page",
    "footnote models": "looks for servers on this machine",
    "footnote serve": "goes on until Ctrl-C; tests/process/test_ui_serve.py",
    "footnote add https": "fetches from the internet",
    "python -m venv": "makes the environment that the tests run in",
    "pip install": "installs what the tests run on; .ci/run does it",
    "docker compose": "needs Docker; the steps of the Dockerfile are checked below",
    "chroma run": "goes on until Ctrl-C; tests/servers",
}
"""How a command begins that no test runs as it stands, and why; at most ten."""


def blocks(page: str) -> list[tuple[str, str]]:
    return BLOCK.findall((DOCS / f"{page}.md").read_text(encoding="utf-8"))


def commands(page: str) -> list[str]:
    return [line for kind, body in blocks(page) if not kind for line in body.splitlines()]


def is_not_run(line: str) -> bool:
    return any(line.startswith(begin) for begin in NOT_RUN)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "examples", tmp_path / "clone" / "examples")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("FOOTNOTE_LIBRARY", raising=False)
    with chdir(tmp_path / "clone"):
        yield tmp_path / "clone"


def ids_now(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return the id of each article by what the pages call it."""
    main(["list", "--json"])
    listed = yaml.safe_load(capsys.readouterr().out)
    files = {"3b8cf": "ferry.md", "f680": "minutes-february.md", "071ae": "minutes-march.md"}
    return {
        shown: next((one["id"] for one in listed if one["source"].endswith(name)), shown)
        for shown, name in files.items()
    }


@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_run_and_print_what_it_shows(page, clone, capsys):
    ids: dict[str, str] = {}
    for (kind, body), after in zip(found := blocks(page), [*found[1:], ("", "")], strict=True):
        if kind:
            continue
        for line in body.splitlines():
            if is_not_run(line):
                continue
            command, _, into = line.partition(" > ")
            words = [ids.get(word, word) for word in shlex.split(command, comments=True)]
            assert words[0] == "footnote", line
            code = main(words[1:])
            shown = capsys.readouterr()
            if into:
                Path(into).write_text(shown.out, encoding="utf-8")
            assert code == 0, (line, shown.out, shown.err)
            ids = ids or (words[1] == "add" and ids_now(capsys)) or {}
        if after[0] == "text":
            assert shown.out == after[1]


def test_what_is_not_run_is_said_and_known_to_the_commands_help(capsys):
    assert len(NOT_RUN) <= 10
    pages = [page.stem for page in DOCS.glob("*.md")]
    left = [(page, line) for page in pages for line in commands(page) if page not in RUN]
    for page, line in left:
        if is_other_page(page):
            continue
        for part in line.split("&&"):
            words = shlex.split(part, comments=True)
            if words and words[0] == "footnote":
                with pytest.raises(SystemExit) as ended:
                    main([words[1], "--help"])
                assert ended.value.code == 0
                told = capsys.readouterr().out
                assert all(word in told for word in words if word.startswith("--")), line


def is_other_page(page: str) -> bool:
    """Say whether a page has tests of its own: tests/process/test_docs_other_programs.py."""
    return page == "other-programs"


@pytest.mark.parametrize(
    ("snippet", "printed"),
    [
        (body, after)
        for (kind, body), (_, after) in zip(
            blocks("python"), [*blocks("python")[1:], ("", "")], strict=True
        )
        if kind == "python"
    ],
)
def test_a_python_snippet_prints_what_the_page_shows(snippet, printed, clone, capsys):
    exec(compile(snippet, "docs/python.md", "exec"), {"__name__": "docs"})
    assert capsys.readouterr().out == printed


def test_the_gold_and_the_thresholds_that_are_shown_are_read(clone, tmp_path):
    shown = dict(blocks("evaluation"))
    gold = tmp_path / "gold.jsonl"
    gold.write_text(" ".join(shown["json"].split("\n")) + "\n", encoding="utf-8")
    (case,) = load_suite(gold).cases
    assert case.answers == ("9.4 million euros",)
    assert case.critical
    assert tomllib.loads(shown["toml"])["gold"]["passed"] == 0.7


def test_each_setting_stands_in_the_table():
    import importlib.util
    from dataclasses import fields

    from rag import Settings

    spec = importlib.util.spec_from_file_location("settings_table", DOCS / "settings_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table = module.table()
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert module.on_page_markdown(page).count("| `FOOTNOTE_") == len(fields(Settings))
    assert "| `FOOTNOTE_K` | Passages retrieved for a question, 1 to 100. | `8` |" in table


def test_each_page_is_in_the_navigation_and_each_ending_that_is_read_on_its_page():
    from index.reading.sniff import _EXTENSIONS, _OF_BYTES

    class Plain(yaml.SafeLoader):
        pass

    Plain.add_multi_constructor("", lambda *_: None)
    nav = str(yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Plain)["nav"])
    assert all(page.name in nav for page in DOCS.glob("*.md"))
    told = (DOCS / "formats.md").read_text(encoding="utf-8")
    assert not [ending for ending in (*_EXTENSIONS, *_OF_BYTES) if f"`{ending}`" not in told]


def test_the_image_is_built_of_what_there_is_and_starts_commands_that_there_are(capsys):
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        word
        for line in recipe.splitlines()
        if line.startswith("COPY")
        for word in line.split()[1:-1]
    ]
    assert all((ROOT / word).exists() for word in copied)
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert all(f"!{word}" in allowed for word in copied)
    pinned = re.search(r"^torch==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)[1]
    assert f'"torch=={pinned}"' in recipe
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for command in [service["command"] for service in services.values() if "command" in service]:
        with pytest.raises(SystemExit) as ended:
            main([*command, "--help"])
        assert ended.value.code == 0
        capsys.readouterr()
