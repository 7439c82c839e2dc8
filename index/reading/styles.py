"""What styles say: the numbers of lists and headings, what is hidden, and what is raised."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OASIS: Final = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT: Final = f"{{{_OASIS}text:1.0}}"
STYLE: Final = f"{{{_OASIS}style:1.0}}"
XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_PLACE = re.compile(r"%([1-9])")
_ROMAN: Final = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
OFF: Final = ("0", "false", "off")
"""How Word says no."""
_MAX_LEVELS = 10
_MAX_BASES = 20
"""Styles that a style is made from, one from the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """How the items of one level of a list are numbered."""

    form: str
    """`decimal`, `lowerRoman` and so on; `bullet` or `none` for no number."""
    text: str
    """`%1.%2.`, in which the numbers of the levels are put."""
    start: int = 1


class WordLists:
    """The lists of a Word document; such as are made after one go on counting where it stopped."""

    def __init__(self, numbering: "Element | None", styles: "Element | None") -> None:
        self._lists: dict[str, dict[str, _Level]] = {}
        self._kinds: dict[str, str] = {}
        """Of each list, what it is made after."""
        self._counts: dict[str, list[int | None]] = {}
        self._styles = _style_places(styles)
        linked: dict[str, str] = {}
        for element in numbering if numbering is not None else ():
            if element.tag == f"{W}abstractNum":
                identity = element.get(f"{W}abstractNumId") or ""
                self._lists[identity] = _word_levels(element)
                linked[identity] = value(element, "numStyleLink")
            elif element.tag == f"{W}num":
                self._add(element)
        for identity, style in linked.items():
            number = self._styles.get(style, ("", ""))[0]
            if not self._lists[identity] and number in self._kinds:
                self._lists[identity] = self._lists.get(self._kinds[number], {})

    def _add(self, element: "Element") -> None:
        number, kind = element.get(f"{W}numId") or "", value(element, "abstractNumId")
        own = _word_levels(element)
        if own or element.find(f"{W}lvlOverride/{W}startOverride") is not None:
            self._lists[f"own {number}"] = self._lists.get(kind, {}) | own
            kind = f"own {number}"
        self._kinds[number] = kind

    def next(self, paragraph: "Element") -> str:
        """Return what stands before a paragraph, its blanks included; counts it."""
        place = self.place(paragraph)
        if place is None:
            return ""
        number, depth = place
        kind = self._kinds.get(number, "")
        level = self._lists.get(kind, {}).get(depth)
        at = min(int(depth), _MAX_LEVELS - 2) if depth.isdecimal() and len(depth) < 3 else 0
        if level is None or level.form in ("bullet", "none", ""):
            return "  " * at + "- "
        counts = self._counts.setdefault(kind, [None] * (_MAX_LEVELS - 1))
        now = counts[at]
        counts[at] = level.start if now is None else now + 1
        counts[at + 1 :] = [None] * (_MAX_LEVELS - 2 - at)
        lead = _PLACE.sub(lambda found: self._written(kind, int(found[1]) - 1), level.text)
        return f"{'  ' * at}{lead} " if lead.strip() else ""

    def place(self, paragraph: "Element") -> tuple[str, str] | None:
        """Return the list that a paragraph is an item of and its level; None for no item."""
        named = self._styles.get(value(paragraph.find(f"{W}pPr"), "pStyle"))
        own = _numbered(paragraph)
        if own is not None and not own[0] and named is not None:
            own = (named[0], own[1])
        place = own or named
        return None if place is None or place[0] in ("", "0") else place

    def _written(self, kind: str, at: int) -> str:
        level = self._lists[kind].get(str(at))
        count = self._counts[kind][at]
        return "" if level is None else numeral(level.start if count is None else count, level.form)


class OpenDocumentLists:
    """The lists of an OpenDocument text by their styles, of which two may be one counted on."""

    def __init__(self, trees: "Iterable[Element]") -> None:
        """Take the styles of some XML parts."""
        self._styles: dict[str, dict[int, _Level]] = {}
        self.headings = Counter({})
        for tree in trees:
            for style in tree.iter(f"{TEXT}list-style"):
                self._styles[style.get(f"{STYLE}name") or ""] = _levels(style)
            for outline in tree.iter(f"{TEXT}outline-style"):
                self.headings = Counter(_levels(outline))
        self._named: dict[str, Counter] = {}
        """By the id of a list, which another may go on counting."""
        self._last: dict[str, Counter] = {}
        """By the style of a list."""

    def counter(self, element: "Element", outer: "Counter | None") -> "Counter":
        """Return what counts a list: a new one, that of the list it is in, or one that goes on."""
        style = element.get(f"{TEXT}style-name") or ""
        if outer is not None and style not in self._styles:
            return outer
        before = self._named.get(element.get(f"{TEXT}continue-list") or "")
        if before is None and element.get(f"{TEXT}continue-numbering") == "true":
            before = self._last.get(style)
        counter = before or Counter(self._styles.get(style, {}))
        self._named[element.get(XML_ID) or " "] = self._last[style] = counter
        return counter


class Counter:
    """The numbers of one list, or of all headings."""

    def __init__(self, levels: dict[int, _Level]) -> None:
        self.levels = levels
        """From 1."""
        self._counts: dict[int, int] = {}

    def next(self, depth: int, *, start: str = "") -> str:
        """Count an item of a level, from 1, and return its number, or `-` for a bullet.

        Args:
            depth: The level.
            start: The number that the item itself states; empty for none.
        """
        level = self.levels.get(depth)
        begin = level.start if level else 1
        now = self._counts.get(depth)
        self._counts[depth] = _whole(start, begin if now is None else now + 1)
        self._counts = {d: n for d, n in self._counts.items() if d <= depth}
        if level is None or level.form == "bullet":
            return "-"
        return _PLACE.sub(lambda found: self._written(int(found[1])), level.text)

    def _written(self, depth: int) -> str:
        level = self.levels.get(depth)
        return numeral(self._counts.get(depth, level.start), level.form) if level else ""


class Looks:
    """What the styles of a document say of hiding and of raised text, inheritance included."""

    def __init__(self, trees: "Sequence[Element]") -> None:
        self._styles = {
            style.get(f"{STYLE}name") or "": style
            for tree in reversed(trees)
            for style in tree.iter(f"{STYLE}style")
        }

    def named(self, name: str) -> str:
        """Return the name of the style that a style of the text itself is made from."""
        style = self._styles.get(name)
        parent = style.get(f"{STYLE}parent-style-name") if style is not None else None
        return parent or name

    def hides(self, element: "Element") -> bool:
        """Say whether a paragraph or a span is not shown."""
        if element.tag not in (f"{TEXT}p", f"{TEXT}h", f"{TEXT}span"):
            return False
        name = element.get(f"{TEXT}style-name") or ""
        return self._property(name, f"{TEXT}display") == "none"

    def place(self, name: str) -> str:
        """Return `super` or `sub` for a style that raises or lowers; empty for any other."""
        stated = self._property(name, f"{STYLE}text-position").split()
        if not stated:
            return ""
        if stated[0] in ("super", "sub"):
            return stated[0]
        share = stated[0].rstrip("%")
        small = len(stated) > 1 and stated[1] != "100%"
        return "" if not small or share in ("0", "") else "sub" if share[0] == "-" else "super"

    def _property(self, name: str, attribute: str) -> str:
        for _ in range(_MAX_BASES):
            style = self._styles.get(name)
            if style is None:
                return ""
            stated = style.find(f"{STYLE}text-properties")
            if stated is not None and stated.get(attribute):
                return stated.get(attribute) or ""
            name = style.get(f"{STYLE}parent-style-name") or ""
        return ""


def numeral(number: int, form: str) -> str:
    """Return the number of an item.

    Args:
        number: From 1.
        form: `lowerLetter`, `upperLetter`, `lowerRoman`, `upperRoman`, `decimalZero` or `none`, as
            Word calls them; any other gives digits.
    """
    if form.endswith("Letter") and number > 0:
        # Word counts y, z, aa, bb.
        signs = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
    elif form.endswith("Roman") and 0 < number < 4000:
        signs = ""
        for worth, sign in _ROMAN:
            signs += sign * (number // worth)
            number %= worth
    elif form == "decimalZero":
        return f"{number:02}"
    else:
        return "" if form == "none" else str(number)
    return signs.upper() if form.startswith("upper") else signs


def value(element: "Element | None", name: str) -> str:
    """Return what a child of an element of Word says; empty where there is none."""
    found = element.find(f"{W}{name}") if element is not None else None
    return (found.get(f"{W}val") or "") if found is not None else ""


def heading_levels(styles: "Element | None") -> dict[str, int]:
    """Return the level of each style that is a heading, by the style's id."""
    levels = {}
    for style in styles.iter(f"{W}style") if styles is not None else ():
        name, identity = value(style, "name").lower(), style.get(f"{W}styleId") or ""
        if name == "title":
            levels[identity] = 1
        elif name.startswith("heading ") and name[8:].isdecimal():
            levels[identity] = min(int(name[8:]), 6)
        elif not name.startswith("toc") and (base := value(style, "basedOn")) in levels:
            levels[identity] = levels[base]
    return levels


def hidden_styles(styles: "Element | None") -> frozenset[str]:
    """Return the ids of the styles of letters that hide."""
    found = styles.iter(f"{W}style") if styles is not None else ()
    return frozenset(
        style.get(f"{W}styleId") or ""
        for style in found
        if (mark := style.find(f"{W}rPr/{W}vanish")) is not None
        and mark.get(f"{W}val", "true") not in OFF
    )


def _numbered(element: "Element") -> tuple[str, str] | None:
    """Return the list and the level that a paragraph's or a style's own properties name."""
    mark = element.find(f"{W}pPr/{W}numPr")
    return None if mark is None else (value(mark, "numId"), value(mark, "ilvl") or "0")


def _style_places(styles: "Element | None") -> dict[str, tuple[str, str]]:
    """Return the list and the level of each style, its own or that of what it is made from."""
    found = styles.iter(f"{W}style") if styles is not None else ()
    known = {style.get(f"{W}styleId") or "": style for style in found}
    places = {}
    for identity in known:
        base = identity
        for _ in range(_MAX_BASES):
            style = known.get(base)
            if style is None:
                break
            if (place := _numbered(style)) is not None:
                places[identity] = place
                break
            base = value(style, "basedOn")
    return places


def _word_levels(element: "Element") -> dict[str, _Level]:
    return {
        level.get(f"{W}ilvl") or "0": _Level(
            form=value(level, "numFmt"),
            text=value(level, "lvlText")[:40],
            start=_whole(value(level, "start"), 1),
        )
        for level in element.iter(f"{W}lvl")
    }


def _levels(style: "Element") -> dict[int, _Level]:
    """Return the levels of a list of OpenDocument, told as Word tells them."""
    forms = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman"}
    found = {}
    for element in style:
        depth = _whole(element.get(f"{TEXT}level") or "", 0)
        stated = (element.get(f"{STYLE}num-format") or "")[:1]
        form = (forms | {"I": "upperRoman"}).get(stated, "none")
        shown = _whole(element.get(f"{TEXT}display-levels") or "", 1)
        places = range(max(1, depth - shown + 1), min(depth, _MAX_LEVELS - 1) + 1)
        before, after = (element.get(f"{STYLE}num-{end}") or "" for end in ("prefix", "suffix"))
        numbers = ".".join(f"%{place}" for place in places)
        found[depth] = _Level(
            form="bullet" if element.tag == f"{TEXT}list-level-style-bullet" else form,
            text=f"{before[:20]}{numbers}{after[:20]}" if form != "none" else "",
            start=_whole(element.get(f"{TEXT}start-value") or "", 1),
        )
    return found


def _whole(stated: str, default: int) -> int:
    """Return a whole number that a file states; the default where it states none."""
    return int(stated) if stated.isdecimal() and len(stated) < 9 else default
