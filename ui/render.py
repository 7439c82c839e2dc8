"""Turns what the server writes into HTML; pure, and the only place of this package that does.

Everything that came from a person, a document or a model passes through `safe`.
"""

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag import DocumentSummary

_TEMPLATE_SIGNS = str.maketrans({"{": "&#123;", "}": "&#125;", "$": "&#36;", "`": "&#96;"})
_TITLES = 50


def safe(text: str) -> str:
    """Return text as it may stand between tags and in quoted attributes, shown as it is.

    The signs of template languages are escaped too: Gradio's HTML component compiles templates.
    """
    return html.escape(text, quote=True).translate(_TEMPLATE_SIGNS)


def library(documents: Sequence["DocumentSummary"]) -> str:
    """Return the titles of a library, newest first, at most fifty."""
    newest = list(reversed(documents))
    items = "".join(
        f'<li class="title"><span dir="auto">{safe(d.title)}</span>'
        f'<span class="where">{safe(d.source)} · {_count(d.sentences, "sentence")}</span></li>'
        for d in newest[:_TITLES]
    )
    more = len(newest) - _TITLES
    rest = f'<p class="note">and {more} more</p>' if more > 0 else ""
    if not newest:
        rest = '<p class="note">Nothing yet: add articles with <code>footnote add PATH</code>.</p>'
    return f"<h1>Library</h1><ul>{items}</ul>{rest}"


def problem(sentence: str) -> str:
    """Return an error as a block with its one sentence."""
    return f'<p class="problem" role="alert">{safe(sentence)}</p>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
