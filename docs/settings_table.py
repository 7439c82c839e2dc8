"""Writes the table of settings into the documentation, out of the fields of `rag.Settings`."""

import ast
from itertools import pairwise
from pathlib import Path
from typing import Any

_MARK = "<!-- the table of settings -->"
_SOURCE = Path(__file__).parents[1] / "rag" / "settings.py"


def on_page_markdown(markdown: str, **_page: Any) -> str:  # noqa: ANN401  # as MkDocs calls it
    """Return a page with the table where its mark stands."""
    return markdown.replace(_MARK, table()) if _MARK in markdown else markdown


def table() -> str:
    """Return the settings as a Markdown table: variable, meaning, default."""
    rows = ["| variable | means | default |", "|---|---|---|"]
    for name, default, told in _fields(_SOURCE.read_text(encoding="utf-8")):
        rows.append(f"| `FOOTNOTE_{name.upper()}` | {told} | {default} |")
    return "\n".join(rows)


def _fields(source: str) -> list[tuple[str, str, str]]:
    """Return name, default and docstring of each field of the class `Settings`."""
    tree = ast.parse(source)
    (body,) = (
        one.body for one in tree.body if isinstance(one, ast.ClassDef) and one.name == "Settings"
    )
    found = []
    for field, doc in pairwise(body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(doc, ast.Expr):
            continue
        if not isinstance(doc.value, ast.Constant) or field.value is None:
            continue
        name = ast.unparse(field.target)
        value = ast.unparse(field.value)
        default = (
            "your data folder" if "default_library" in value else f"`{value}`".replace("'", "")
        )
        told = " ".join(str(doc.value.value).split()).replace("|", "\\|")
        found.append((name, "none" if value == "None" else default, told))
    return found
