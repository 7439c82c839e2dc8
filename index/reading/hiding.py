"""Whether the markup of an element keeps its text from a reader's eyes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

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

_ZERO = re.compile(r"[+-]?0*\.?0*(px|em|rem|pt|%|vh|vw|ex|ch|cm|mm|in|pc)?")
_TINY = re.compile(r"(0*\.\d+|0*1(\.0*)?)(px|pt)|0*\.0\d*r?em|[0-5](\.\d*)?%")
_FAR = re.compile(r"-\d{3,}(\.\d+)?(px|em|rem|pt|%|vh|vw)")
_CLIPPED = re.compile(r"rect\((0|1px)[\s,].*|inset\((50|100)%.*|circle\(0.*")

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
