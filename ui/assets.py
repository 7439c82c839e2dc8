"""The files that the page is made of: its styles, scripts and fonts."""

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.routing import Mount

_STYLES = ("page.css", "ask.css", "desk.css", "settings.css")
"""In this order: a later one may lean on an earlier one's colours."""
_THEME = "document.documentElement.dataset.theme = localStorage.getItem('footnote-theme') || ''"
"""What was chosen before is there before anything is drawn."""


def head() -> str:
    """Return what stands in the page's head: all style sheets, and the chosen light or dark."""
    from eval import section_style

    # Not Gradio's `css_paths`: it rewrites style sheets and loses light and dark.
    styles = "\n".join((*map(_text, _STYLES), section_style("#evaluation")))
    return f"<style>{styles}</style><script>try {{ {_THEME} }} catch {{ }}</script>"


def script(name: str) -> str:
    """Return the script of a part, after the functions that all of them use."""
    return "\n".join(map(_text, ("dom.js", "keep.js", name)))


def fonts() -> "Mount":
    """Return the route `/fonts`: those that the evaluation's reports come with, and licences."""
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    folder = files("eval").joinpath("reports", "data", "fonts")
    return Mount("/fonts", StaticFiles(directory=str(folder)))


def _text(name: str) -> str:
    return files("ui").joinpath("data", name).read_text(encoding="utf-8")
