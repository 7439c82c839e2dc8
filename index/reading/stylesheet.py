"""The few rules of a page's own `<style>` that name one tag, class or id; not a CSS engine."""

import re
from collections.abc import Iterator, Mapping

MAX_CSS = 1_000_000
"""Characters of style read of one page; what stands behind them cannot hide text."""

_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?[.#][\w-]+|[a-z][a-z0-9]*", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")


def simple_rules(css: str) -> dict[str, str]:
    """Collect the declarations of selectors such as `p`, `.note`, `#ad` and `p.note`.

    Rules inside `@media`, `@supports` and the like are left out: a rule for print hides nothing
    on the screen. Longer selectors (`.a .b`, `.a:hover`) are left out, too.

    Returns:
        Declarations by selector, those of later rules behind those of earlier ones.
    """
    found: dict[str, str] = {}
    for prelude, body in _top_level(
        re.sub(r"/\*.*?(?:\*/|\Z)", "", css[:MAX_CSS], flags=re.DOTALL)
    ):
        for selector in prelude.split(","):
            if _SIMPLE.fullmatch(selector.strip()):
                key = selector.strip()
                found[key] = f"{found[key]};{body}" if key in found else body
    return found


def style_of(tag: str, attributes: Mapping[str, str], rules: Mapping[str, str]) -> str:
    """Return the declarations that hold for an element: tag, classes, id, then its own style."""
    keys = [f".{name}" for name in attributes.get("class", "").split()]
    if "id" in attributes:
        keys.append(f"#{attributes['id'].strip()}")
    names = (tag, *(each for key in keys for each in (key, tag + key)))
    parts = [rules[each] for each in names if each in rules]
    return ";".join((*parts, attributes.get("style", "")))


def _top_level(css: str) -> Iterator[tuple[str, str]]:
    """Yield selector list and body of the rules that stand in no other block; linear time."""
    depth = start = 0
    prelude = ""
    for brace in _BRACE.finditer(css):
        piece = css[start : brace.start()]
        start = brace.end()
        if brace.group() == "{":
            depth += 1
            prelude = piece.rpartition(";")[2].strip() if depth == 1 else prelude
        else:
            if depth == 1:
                yield prelude, piece
            depth = max(0, depth - 1)
