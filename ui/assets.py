"""The files that the page is made of: its styles and its scripts, as text."""

from importlib.resources import files

_STYLES = ("page.css", "desk.css")
"""In this order: a later one may lean on an earlier one's colours."""


def styles() -> str:
    """Return all style sheets as one; the last is that of evaluation reports, inside their tab."""
    from eval import section_style

    return "\n".join((*(_text(name) for name in _STYLES), section_style("#evaluation")))


def script(name: str) -> str:
    """Return the script of a component, after the functions that all of them draw with."""
    return f"{_text('dom.js')}\n{_text(name)}"


def _text(name: str) -> str:
    return files("ui").joinpath("data", name).read_text(encoding="utf-8")
