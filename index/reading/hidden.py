"""Taking out of a page's tree what the page keeps from its readers' eyes.

What an element's own markup says, and the few rules of the page's own `<style>` that name one tag,
class or id; no CSS engine, and no style sheet is fetched.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

UNSEEN_TAGS = frozenset({"template", "noscript", "script", "style", "svg", "datalist"})
"""Elements whose text a browser does not show as text."""

_NAMED: Final = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245),
}
_NEAR = 16
"""Two colours whose channels differ by less are one to the eye: contrast under 1.2 to 1."""

_ZERO = re.compile(r"[+-]?0*(\.0*)?(px|em|rem|pt|%|vh|vw|ex|ch|cm|mm|in|pc)?")
_TINY = re.compile(r"(0*\.\d+|0*1(\.0*)?)(px|pt)|0*\.0\d*r?em|[0-5](\.\d*)?%")
_FAR = re.compile(r"-\d{3,}(\.\d+)?(px|em|rem|pt|%|vh|vw)")
_CLIPPED = re.compile(r"rect\((0|1px)[\s,].*|inset\((50|100)%.*|circle\(0.*")

MAX_CSS = 1_000_000
"""Characters of style read of one page; what stands behind them cannot hide text."""

_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?[.#][\w-]+|[a-z][a-z0-9]*", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")

_RAW_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
_RAW_ATTRIBUTE = re.compile(
    r"([a-zA-Z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?"
)
_WITHOUT_END = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "area", "wbr", "source", "col"}
)
_RAW_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)

_DOOMED = "footnote-hidden"

Colour = tuple[int, int, int] | str
"""Red, green and blue, 0 to 255; or the value as it is written where that is not understood."""


@dataclass(frozen=True, slots=True)
class Look:
    """What an element hands down to those inside it."""

    gone: bool = False
    """Not drawn, and nothing inside it either."""
    invisible: bool = False
    tiny: bool = False
    ink: Colour = ""
    """Empty where no markup gives one: style sheets elsewhere may."""
    paper: Colour = (255, 255, 255)

    @property
    def hides_text(self) -> bool:
        """Whether text directly in the element cannot be seen."""
        return self.gone or self.invisible or self.tiny or _alike(self.ink, self.paper)


def drop_hidden(tree: "Element") -> None:
    """Remove, in place, hidden elements and text from a page, and its scripts and styles.

    What hides is told by `look_of`; the page's `<style>` rules on single tags,
    classes and ids count, style sheets of their own do not (they are never fetched). Metadata in
    `<script type="application/ld+json">` stays: it is no text of the page.
    """
    from lxml.etree import strip_elements

    rules = simple_rules("\n".join(style.text or "" for style in tree.iter("style")))
    looks: dict[Element, Look] = {}
    doomed: list[Element] = []
    for element in tree.iter("*"):
        parent = element.getparent()
        inside = Look() if parent is None else looks[parent]
        tag = str(element.tag).lower()
        attributes = {str(key).lower(): str(value) for key, value in element.attrib.items()}
        style = style_of(tag, attributes, rules)
        look = look_of(tag, attributes, style=style, inside=inside)
        looks[element] = look
        if look.gone and not inside.gone and not _is_metadata(tag, attributes):
            doomed.append(element)
        elif look.hides_text and tag not in UNSEEN_TAGS:
            _blank(element)
    # Renamed and stripped in one pass of C: taking them out one by one, each moving the text
    # behind it, is quadratic in their number.
    for element in doomed:
        element.tag = _DOOMED
    strip_elements(tree, _DOOMED, with_tail=False)


def look_of(tag: str, attributes: Mapping[str, str], *, style: str, inside: Look) -> Look:
    """Work out how an element looks.

    `hidden`, `aria-hidden`, `display:none`, zero opacity and boxes without size or off the page
    take everything inside with them; visibility, text size and colour can be set back by an
    element inside. Text in the colour of the nearest background that is given with it (white
    where none is) counts as hidden. `html` and `body` always show: pages fade in from nothing.

    Args:
        tag: Its name in lower case.
        attributes: Its attributes, names in lower case.
        style: CSS declarations that hold for it, the stronger ones last.
        inside: The look of the element around it.
    """
    if inside.gone:
        return inside
    rules = declarations(style)
    if tag in ("html", "body"):
        ink = _colour(rules.get("color") or attributes.get("text", ""), inside.ink)
        return replace(inside, ink=ink, paper=_paper(rules, attributes, inside.paper))
    return Look(
        gone=tag in UNSEEN_TAGS or _switched_off(tag, attributes) or _boxed_away(rules),
        invisible=_invisible(rules.get("visibility"), inside.invisible),
        tiny=_tiny(rules.get("font-size") or rules.get("font", ""), inside.tiny),
        ink=_colour(rules.get("color") or attributes.get("color", ""), inside.ink),
        paper=_paper(rules, attributes, inside.paper),
    )


def declarations(style: str) -> dict[str, str]:
    """Return CSS declarations by property, lower case, the last of each; comments are dropped."""
    found: dict[str, str] = {}
    for part in re.sub(r"/\*.*?(?:\*/|\Z)", "", style, flags=re.DOTALL).lower().split(";"):
        name, _, value = part.partition(":")
        found[name.strip()] = " ".join(value.replace("!important", "").split())
    return found


def _switched_off(tag: str, attributes: Mapping[str, str]) -> bool:
    closed = tag == "dialog" and "open" not in attributes
    return closed or "hidden" in attributes or attributes.get("aria-hidden", "").lower() == "true"


def _boxed_away(rules: Mapping[str, str]) -> bool:
    if rules.get("display") == "none" or _is_zero(rules.get("opacity")):
        return True
    if rules.get("overflow") in ("hidden", "clip") and any(
        _is_zero(rules.get(side)) for side in ("height", "width", "max-height", "max-width")
    ):
        return True
    if any(_CLIPPED.fullmatch(rules.get(name, "")) for name in ("clip", "clip-path")):
        return True
    sides = ("left", "right", "top", "bottom", "text-indent", "margin-left")
    return any(_FAR.fullmatch(rules.get(side, "")) for side in sides)


def _is_zero(value: str | None) -> bool:
    return bool(value) and value != "." and bool(_ZERO.fullmatch(value or ""))


def _invisible(visibility: str | None, inherited: bool) -> bool:
    if visibility in ("hidden", "collapse"):
        return True
    return False if visibility == "visible" else inherited


def _tiny(size: str, inherited: bool) -> bool:
    """Tell a text size of at most one pixel; `size` may be the `font` shorthand."""
    words = [word.partition("/")[0] for word in size.split()] or [""]
    if any(_is_zero(word) or _TINY.fullmatch(word) for word in words):
        return True
    relative = words[0].endswith(("em", "%")) and not words[0].endswith("rem")
    return inherited and (not size or size == "inherit" or relative)


def _paper(rules: Mapping[str, str], attributes: Mapping[str, str], inherited: Colour) -> Colour:
    given = rules.get("background-color") or rules.get("background") or attributes.get("bgcolor")
    if not given or given in ("none", "inherit", "initial"):
        return inherited
    if "url(" in given or "gradient(" in given:
        return given
    paper = _colour(given, given)
    return inherited if paper == "transparent" else paper


def _colour(value: str, otherwise: Colour) -> Colour:
    """Read a colour; see-through ink is `transparent`, which `_alike` takes for hidden."""
    value = value.strip().lower()
    if value in _NAMED:
        return _NAMED[value]
    if match := re.fullmatch(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", value):
        digits = match.group(1) if len(match.group(1)) > 4 else re.sub("(.)", r"\1\1", match[1])
        red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
        return "transparent" if digits[6:] == "00" else (red, green, blue)
    numbers = re.findall(r"[\d.]+", value) if re.match(r"rgba?\(", value) else []
    if len(numbers) == 4 and _is_zero(numbers[3]):
        return "transparent"
    if len(numbers) in (3, 4) and all(re.fullmatch(r"\d{1,3}", each) for each in numbers[:3]):
        return (int(numbers[0]), int(numbers[1]), int(numbers[2]))
    return value if value and value not in ("inherit", "initial", "currentcolor") else otherwise


def _alike(ink: Colour, paper: Colour) -> bool:
    if isinstance(ink, str) or isinstance(paper, str):
        return ink in ("transparent", paper)
    return all(abs(one - other) < _NEAR for one, other in zip(ink, paper, strict=True))


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


def _is_metadata(tag: str, attributes: dict[str, str]) -> bool:
    return tag == "script" and "ld+json" in attributes.get("type", "").lower()


def _blank(element: "Element") -> None:
    """Remove the text that stands directly in an element."""
    element.text = None
    for child in element:
        child.tail = None


class Curtain:
    """Whether raw HTML tags passed so far hide what comes next, across blocks."""

    def __init__(self) -> None:
        self._tag = ""
        self._depth = 0

    @property
    def closed(self) -> bool:
        """Whether what comes next is hidden."""
        return self._depth > 0

    def pass_tags(self, html: str) -> None:
        """Take note of the tags of a piece of HTML."""
        for slash, name, rest in _RAW_TAG.findall(_RAW_COMMENT.sub("", html)):
            tag = name.lower()
            if self.closed:
                if tag == self._tag:
                    self._depth += -1 if slash else 1
            elif not (slash or tag in _WITHOUT_END or rest.endswith("/")) and _hides(tag, rest):
                self._tag, self._depth = tag, 1


def _hides(tag: str, attributes: str) -> bool:
    found = {
        name.lower(): double or single or bare
        for name, double, single, bare in _RAW_ATTRIBUTE.findall(attributes)
    }
    return look_of(tag, found, style=found.get("style", ""), inside=Look()).hides_text
