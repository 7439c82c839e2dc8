"""What the pages of the documentation show runs: commands in their order, snippets, and output."""

import importlib.util
import os
import re
import shlex
import shutil
import tomllib
from contextlib import chdir
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from wire_asking import KEY
from wire_formats import FORMATS
from wire_server import WireServer

from eval.suites.files import load_suite
from rag import Settings
from rag.cli.main import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(?<!`)`(footnote [^`]+)`(?!`)")
PAGES = {"README": ROOT / "README.md", **{page.stem: page for page in sorted(DOCS.glob("*.md"))}}
RUN = (
    "README",
    "index",
    "articles",
    "scope",
    "conversations",
    "verify",
    "evaluation",
    "language-models",
)
"""Pages whose commands run, each page's in a folder and a home of their own."""
OWN_TESTS = {
    "README": ("python", "text"),  # tests/process/test_readme.py
    "python": ("python", "text"),
    "evaluation": ("json", "toml"),
    "other-programs": ("", "python", "text", "yaml", "json"),  # test_docs_other_programs.py
}
"""Kinds of blocks on a page that a test reads, beside the commands of those that run."""
NOT_RUN = {
    "footnote watch": "goes on until Ctrl-C; tests/process/test_rag_cli_watch.py",
    "footnote chat": "waits for questions; tests/process",
    "footnote ui": "goes on until Ctrl-C; tests/page",
    "footnote models": "looks for servers on this machine; tests/process/test_rag_cli_models.py",
    "footnote serve": "goes on until Ctrl-C; tests/process/test_ui_serve.py",
    "python -m venv": "makes the environment that the tests run in",
    "pip install": "installs what the tests run on; .ci/run does it",
    "docker compose": "needs Docker; the steps of the Dockerfile are checked below",
    "chroma run": "goes on until Ctrl-C; tests/servers",
    "openssl rand": "makes a secret of its own each time",
}
"""How a line begins that no test runs as it stands, and why; at most ten."""

PINNED = re.search(r"^torch==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)[1]
CPU_TORCH = (
    f'pip install --no-deps "torch=={PINNED}" --index-url https://download.pytorch.org/whl/cpu'
)
"""Another version than that of the constraints would be taken out again for the build with CUDA."""


def blocks(page: str) -> list[tuple[str, str]]:
    return BLOCK.findall(PAGES[page].read_text(encoding="utf-8"))


def lines(page: str) -> list[str]:
    """Return the command lines of a page; a line that goes on with a backslash is one."""
    found = "".join(body for kind, body in blocks(page) if not kind)
    return found.replace("\\\n", "").splitlines()


def is_not_run(line: str) -> bool:
    return any(line.startswith(begin) for begin in NOT_RUN)


def footnote_parts(line: str) -> list[list[str]]:
    """Return the words of each command of ours in a line that may name several."""
    parts = [shlex.split(part, comments=True) for part in line.split("&&")]
    return [words for words in parts if words and words[0] == "footnote"]


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "examples", tmp_path / "clone" / "examples")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("FOOTNOTE_LIBRARY", raising=False)
    own = ("clone/notes.txt", "articles/a.txt", "clone/clippings/a.html")  # what README.md adds
    for name in own:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("The bridge opens on 3 May.", encoding="utf-8")
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
def test_the_commands_of_a_page_run_and_print_what_it_shows(page, clone, capsys, monkeypatch):
    ids: dict[str, str] = {}
    with WireServer(FORMATS["openai"].stream(["It opens late. [1]"])) as model:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("FOOTNOTE_LLM_BASE_URL", model.url)
        for (kind, body), after in zip(found := blocks(page), [*found[1:], ("", "")], strict=True):
            if kind:
                continue
            for line in body.splitlines():
                command, _, into = line.partition(" > ")
                assert is_not_run(line) or footnote_parts(line), line
                for said in footnote_parts(command):
                    if is_not_run(shlex.join(said)):
                        continue
                    words = [ids.get(word, os.path.expanduser(word)) for word in said]
                    code = main(words[1:])
                    shown = capsys.readouterr()
                    if into:
                        Path(into).write_text(shown.out, encoding="utf-8")
                    assert code == 0, (line, shown.out, shown.err)
                    ids = ids or (words[1] == "add" and ids_now(capsys)) or {}
            if after[0] == "text":
                assert shown.out == after[1]


def test_each_line_and_block_of_the_pages_is_run_or_listed():
    assert len(NOT_RUN) <= 10
    known = {
        page: {*OWN_TESTS.get(page, ()), *(("", "text") if page in RUN else ())} for page in PAGES
    }
    left = [line for page in PAGES if "" not in known[page] for line in lines(page)]
    assert [line for line in left if not is_not_run(line) and not is_export(line)] == []
    kinds = [(page, kind) for page in PAGES for kind, _ in blocks(page) if kind not in known[page]]
    assert [(page, kind) for page, kind in kinds if kind] == []
    every = [line for page in PAGES for line in lines(page)]
    assert [begin for begin in NOT_RUN if not any(line.startswith(begin) for line in every)] == []


def is_export(line: str) -> bool:
    """Say whether a line sets settings that there are, or what compose.yaml asks for."""
    words = shlex.split(line)
    composed = re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    known = {f"FOOTNOTE_{field.name.upper()}" for field in fields(Settings)} | {*composed}
    return words[0] == "export" and {word.partition("=")[0] for word in words[1:]} <= known


@pytest.mark.parametrize("page", sorted(PAGES))
def test_the_commands_that_a_page_names_are_known_with_their_options(page, capsys):
    text = PAGES[page].read_text(encoding="utf-8")
    assert not re.search(r"^\n    \S", text, re.MULTILINE), "code stands between ```"
    inline = [found.replace("\n", " ") for found in INLINE.findall(text)]
    for words in [words for line in [*lines(page), *inline] for words in footnote_parts(line)]:
        if words[1].startswith("-") or not words[1].islower():
            continue
        with pytest.raises(SystemExit) as ended:
            main([*words[1:2], "--help"])
        told = capsys.readouterr().out
        options = [word.partition("=")[0] for word in words if word.startswith("--")]
        assert ended.value.code == 0
        assert [option for option in options if option not in told] == [], words


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


def hook(name: str) -> ModuleType:
    """Return a hook of the site, read as MkDocs reads it."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_setting_stands_in_the_table():
    module = hook("settings_table")
    table = module.table()
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert module.on_page_markdown(page).count("| `FOOTNOTE_") == len(fields(Settings))
    assert "| `FOOTNOTE_K` | Passages retrieved for a question, 1 to 100. | `8` |" in table


def test_links_to_the_changelog_lead_to_its_page_on_the_site():
    module = hook("changelog_page")
    shown = module.on_page_markdown("[new](../CHANGELOG.md), [old](../CHANGELOG.md#010)")
    assert shown == "[new](changelog.md), [old](changelog.md#010)"
    faq = (DOCS / "faq.md").read_text(encoding="utf-8")
    assert "(changelog.md)" in module.on_page_markdown(faq)
    assert f": {module.PAGE}\n" in (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert module.SOURCE == ROOT / "CHANGELOG.md"


def test_each_page_is_in_the_navigation_and_each_ending_that_is_read_on_its_page():
    from index.reading.sniff import _EXTENSIONS, _OF_BYTES

    class Plain(yaml.SafeLoader):
        pass

    Plain.add_multi_constructor("", lambda *_: None)
    nav = str(yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Plain)["nav"])
    assert all(page.name in nav for page in DOCS.glob("*.md"))
    told = (DOCS / "formats.md").read_text(encoding="utf-8")
    assert not [ending for ending in (*_EXTENSIONS, *_OF_BYTES) if f"`{ending}`" not in told]


@pytest.mark.parametrize(
    "page", ["README.md", "docs/index.md", "CONTRIBUTING.md", "SECURITY.md", "Dockerfile"]
)
def test_torch_for_the_processor_is_installed_before_what_would_bring_cuda(page):
    text = (ROOT / page).read_text(encoding="utf-8").replace("--no-compile ", "")
    plain = re.search(r"pip install[^\n]*(constraints\.txt|cpu\.lock)", text)
    assert 0 < text.index(CPU_TORCH) < plain.start()


def test_the_image_is_built_of_what_there_is_and_starts_commands_that_there_are(capsys):
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        word
        for line in recipe.splitlines()
        if line.startswith("COPY") and "--from=" not in line
        for word in line.split()[1:-1]
    ]
    assert all((ROOT / word).exists() for word in copied)
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert all(f"!{word}" in allowed for word in copied)
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    ours = [service for service in services.values() if service["image"] == "footnote"]
    assert [one["read_only"] and one["tmpfs"] == ["/tmp"] for one in ours] == [True] * 4
    assert all(f"{name}=/data/" in recipe for name in ("XDG_CONFIG_HOME", "FOOTNOTE_LIBRARY"))
    for command in [service["command"] for service in services.values() if "command" in service]:
        with pytest.raises(SystemExit) as ended:
            main([*command, "--help"])
        assert ended.value.code == 0
        capsys.readouterr()
