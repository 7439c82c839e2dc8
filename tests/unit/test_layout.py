"""The house as its papers draw it: what they name is there, and no import goes in a circle."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("index", "prompts", "rag", "eval", "ui")
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
"""The files of the product, by the name under which each is imported."""
PAPERS = ("ARCHITECTURE", "CONTRIBUTING", "SECURITY", "README")
OF_THE_EXAMPLE = {
    "index/reading/proverbs.py",
    "tests/unit/test_index_reading_proverbs.py",
    "rag/llm/providers/NAME.py",
}
"""Files that CONTRIBUTING.md adds for example."""


def imported(file: Path) -> Iterator[str]:
    """Yield what a file imports of ours, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{one.name}" for one in node.names}
            yield from names & FILES.keys() or {node.module} & FILES.keys()


def test_no_import_goes_in_a_circle_also_none_inside_a_function() -> None:
    order = TopologicalSorter({name: set(imported(file)) for name, file in FILES.items()})
    assert set(order.static_order()) == FILES.keys()


def test_no_file_has_more_than_400_lines_and_no_function_more_than_60() -> None:
    long = {name for name, file in FILES.items() if len(file.read_text("utf-8").split("\n")) > 401}
    functions = {
        f"{name}.{node.name}"
        for name, file in FILES.items()
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 60
    }
    assert (long, functions) == (set(), set())


def test_each_file_and_module_that_the_papers_of_the_house_name_is_there() -> None:
    text = "".join((ROOT / f"{name}.md").read_text("utf-8") for name in PAPERS)
    places = "|".join((*PACKAGES, "benchmarks", "training", "tests", "docs", r"\.ci"))
    named = set(re.findall(rf"[`(]((?:{places})(?:[./][\w-]+)+)", text)) - OF_THE_EXAMPLE
    assert len(named) > 60
    assert [name for name in sorted(named) if not is_there(name)] == []


def is_there(name: str) -> bool:
    """Say whether a path is there, or a module with what is named in it."""
    if "/" in name:
        return (ROOT / name).exists()
    module, _, rest = name.rpartition(".")
    path = ROOT / name.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").exists():
        return True
    defined = FILES.get(module) or FILES.get(module.rpartition(".")[0])
    return defined is not None and re.search(rf"\b{rest}\b", defined.read_text("utf-8")) is not None
