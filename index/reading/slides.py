"""Reading PowerPoint slides: a page each, what stands on them in the order in which it is seen."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from index.card import not_read
from index.errors import ReadError
from index.reading.layout import BEFORE, Block, Box, as_read, lowered, raised, set_blocks
from index.reading.metadata import MAX_TITLE, first_line_title, name_title
from index.reading.normal import one_line
from index.reading.office import (
    EMBEDDED,
    FALLBACK,
    A,
    Package,
    R,
    closing,
    drawn,
    embedded,
    equation_sign,
    readable,
)
from index.reading.styles import OFF, numeral
from index.types import Extract

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_SLIDES = 2000
"""Slides above which a file is refused, as pages of a PDF are."""
NOTES: Final = "Notes: "
"""Stands before what the speaker says to a slide."""

_P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_TITLES: Final = ("title", "ctrTitle")
_REPEATED: Final = ("dt", "ftr", "sldNum", "hdr", "sldImg")
"""Placeholders of what stands on every slide."""
_SHAPES: Final = frozenset(f"{_P}{name}" for name in ("sp", "cxnSp", "graphicFrame", "grpSp"))
_BULLETS: Final = {f"{A}buNone": "", f"{A}buChar": "-", f"{A}buBlip": "-"}
_NUMBERS: Final = {"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman"}
_ENDS: Final = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}
_MAX_DEPTH = 20
"""Groups in groups; deeper ones are left out."""


class SlidesReader:
    """Reads PowerPoint slides (`.pptx`); the page of a sentence is its slide, called `slide 4`.

    A slide's title is a heading; what else stands on it follows as one reads: downwards, and
    columns one after the other. Speaker notes are behind their slide, led by `Notes: `. Of charts
    and diagrams the words are read. Hidden slides and what repeats on each are left out.
    """

    VERSION: Final = 1

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read slides; title, author, date and keywords are the file's properties'.

        The title is else that of the first slide that has one, or the file's name.

        Raises:
            ReadError: They are damaged, encrypted, an archive bomb, more than `MAX_SLIDES`, or
                show no text.
        """
        with Package(data, main="ppt/presentation.xml") as package:
            show = _Show(package)
            texts = [set_blocks(show.blocks(place, n)) for n, place in enumerate(show.places, 1)]
            about, left_out = package.properties(), (*show.left_out(), *package.left_out())
        parts: list[str] = []
        pages, sections, length = [], [], 0
        for layout in texts:
            gap = "\n\n" if length and layout.text else ""
            pages.append(length + len(gap))
            sections += [length + len(gap) + at for at in layout.section_starts]
            parts += (gap, layout.text)
            length += len(gap) + len(layout.text)
        text = "".join(parts)
        if not text:
            raise ReadError("its slides show no text; there is nothing to quote from")
        title = about.title or one_line(show.title)[:MAX_TITLE] or first_line_title(text)
        return Extract(
            card=replace(
                about, title=title or name_title(name), media_type=_MEDIA_TYPE, left_out=left_out
            ),
            text=text,
            page_starts=(0, *pages[1:]),
            page_labels=tuple(f"slide {number}" for number in range(1, len(pages) + 1)),
            section_starts=tuple(sections),
        )


class _Show:
    """One pass over the slides of a file; counts what of them is not read."""

    def __init__(self, package: Package) -> None:
        self._package = package
        main = package.part(package.main)
        relations = package.relations(package.main)
        listed = main.iterfind(f"{_P}sldIdLst/{_P}sldId") if main is not None else ()
        named = (relations.get(each.get(f"{R}id") or "", ("", ""))[1] for each in listed)
        self.places = list(filter(None, named))
        """The names of the slides' parts, in order."""
        if len(self.places) > MAX_SLIDES:
            raise ReadError(
                f"it has {len(self.places)} slides, more than the {MAX_SLIDES} that are read of "
                "one file; split it"
            )
        self.title = ""
        self._hidden: list[int] = []
        self._pictures: list[int] = []
        self._comments = self._footers = False
        self._charts = self._objects = 0
        self._kept: dict[str, Element | None] = {}
        """Layouts and masters by name."""

    def left_out(self) -> Iterator[str]:
        """Name what is not read of the slides."""
        if self._hidden:
            yield f"{_numbered(self._hidden)}: hidden; show what is to be read"
        if self._pictures:
            yield f"{_numbered(self._pictures)}: a picture without text"
        if self._footers:
            yield "footers: what repeats on each slide is not read"
        if self._comments:
            yield "comments: they are not part of the text"
        yield from not_read(self._objects, "object", EMBEDDED)
        yield from not_read(self._charts, "chart", "names are read, numbers are drawn")

    def blocks(self, place: str, number: int) -> Iterator[Block]:
        """Yield what one slide says, its title first and its notes last."""
        slide = self._package.part(place)
        tree = slide.find(f"{_P}cSld/{_P}spTree") if slide is not None else None
        if slide is None or tree is None:
            return
        if slide.get("show", "1") in OFF:
            self._hidden.append(number)
            return
        kinds = {kind for kind, _ in self._package.relations(place).values()}
        self._comments = self._comments or "comments" in kinds
        page = _Page(self._package, place, self._bases(place))
        shown = [block for block in page.read(tree) if block.text.strip()]
        self._footers, self._charts = self._footers or page.footers, self._charts + page.charts
        self._objects += embedded(tree, f"{_P}oleObj")
        if not shown and next(tree.iter(f"{_P}pic"), None) is not None:
            self._pictures.append(number)
        first = next((block.text for block in shown if block.level), "")
        self.title = self.title or first
        yield from shown
        yield from self._notes(place)

    def _notes(self, place: str) -> Iterator[Block]:
        for part in self._package.related(place, "notesSlide"):
            notes = self._package.part(part)
            tree = notes.find(f"{_P}cSld/{_P}spTree") if notes is not None else None
            if tree is None:
                continue
            read = _Page(self._package, part, ()).read(tree)
            said = [one_line(block.text) for block in read]
            if text := "\n".join(filter(None, said)):
                yield Block(text=f"{NOTES}{text}")

    def _bases(self, place: str) -> "tuple[Element, ...]":
        """Return the layout and the master of a slide, which say what its own shapes do not."""
        found = []
        for kind in ("slideLayout", "slideMaster"):
            place = next(self._package.related(place, kind), "")
            if place not in self._kept:
                self._kept[place] = self._package.part(place) if place else None
            if (base := self._kept[place]) is not None:
                found.append(base)
        return tuple(found)


class _Page:
    """One slide, or the notes of one."""

    def __init__(self, package: Package, place: str, bases: "Sequence[Element]") -> None:
        self._package = package
        self._place = place
        self._bases = bases
        self.footers = False
        self.charts = 0

    def read(self, tree: "Element") -> Iterator[Block]:
        """Yield what stands on it."""
        titles = [shape for shape in _shapes(tree) if _placeholder(shape)[0] in _TITLES]
        for shape in titles:
            texts = (one_line(block.text) for block in self._paragraphs(shape))
            yield Block(text=" ".join(filter(None, texts)), level=1)
        yield from self._items(tree, depth=0, without=titles)

    def _items(
        self, tree: "Element", *, depth: int, without: "Sequence[Element]" = ()
    ) -> Iterator[Block]:
        items = []
        for shape in _shapes(tree) if depth < _MAX_DEPTH else ():
            if shape in without:
                continue
            read = tuple(block for block in self._shape(shape, depth) if block.text.strip())
            if read:
                items.append((self._box(shape), read))
        for blocks in as_read(items):
            yield from blocks

    def _shape(self, shape: "Element", depth: int) -> Iterator[Block]:
        if shape.tag == f"{_P}grpSp":
            yield from self._items(shape, depth=depth + 1)
        elif shape.tag == f"{_P}graphicFrame":
            yield from self._frame(shape)
        elif _placeholder(shape)[0] in _REPEATED:
            footer = _placeholder(shape)[0] == "ftr" and any(map(_text, shape.iter(f"{A}p")))
            self.footers = self.footers or footer
        else:
            yield from self._paragraphs(shape)

    def _frame(self, frame: "Element") -> Iterator[Block]:
        """Yield a table, a chart or a diagram."""
        for table in frame.iter(f"{A}tbl"):
            for number, row in enumerate(table.iterfind(f"{A}tr")):
                cells = row.iterfind(f"{A}tc")
                texts = [one_line(" ".join(map(_text, cell.iter(f"{A}p")))) for cell in cells]
                if any(texts):
                    yield Block(text=" | ".join(texts), attached=number > 0, row=True)
        for child in frame.iter():
            named = child.get(f"{R}dm") or child.get(f"{R}id") or ""
            if named and isinstance(child.tag, str) and child.tag.endswith(("}chart", "}relIds")):
                self.charts += child.tag.endswith("}chart")
                yield from drawn(self._package, self._place, named)

    def _paragraphs(self, shape: "Element") -> Iterator[Block]:
        body = shape.find(f"{_P}txBody")
        looks = self._looks(shape, body) if body is not None else []
        counts: dict[int, int] = {}
        follows = False
        for paragraph in body.iterfind(f"{A}p") if body is not None else ():
            text = _text(paragraph).strip()
            own = paragraph.find(f"{A}pPr")
            stated = own.get("lvl", "0") if own is not None else "0"
            level = int(stated) if stated in list("012345678") else 0
            lead = _lead(own, looks, level=level, counts=counts) if text else ""
            yield Block(
                text="  " * level + f"{lead} {text}" if lead else text,
                attached=follows and bool(lead),
            )
            follows = bool(lead) or (follows and not text)

    def _looks(self, shape: "Element", body: "Element") -> "list[Element]":
        """Return where it may stand how a shape's paragraphs are led, nearest first."""
        looks = list(body.iterfind(f"{A}lstStyle"))
        kind, _ = _placeholder(shape)
        for base in self._bases:
            match = _matching(base, shape)
            looks += match.iterfind(f"{_P}txBody/{A}lstStyle") if match is not None else ()
        name = "titleStyle" if kind in _TITLES else "bodyStyle"
        if kind is not None:
            for base in self._bases[1:]:
                looks += base.iterfind(f"{_P}txStyles/{_P}{name}")
        return looks

    def _box(self, shape: "Element") -> Box | None:
        for each in (shape, *(_matching(base, shape) for base in self._bases)):
            own = next(each.iter(f"{A}xfrm", f"{_P}xfrm"), None) if each is not None else None
            at = own.find(f"{A}off") if own is not None else None
            size = own.find(f"{A}ext") if own is not None else None
            if at is not None and size is not None:
                left, top = _units(at.get("x")), _units(at.get("y"))
                right, bottom = left + _units(size.get("cx")), top + _units(size.get("cy"))
                return Box(left=left, top=top, right=right, bottom=bottom)
        return None


def _shapes(tree: "Element") -> "Iterator[Element]":
    """Yield the shapes of a slide or a group in the order of the file."""
    for child in tree:
        if child.tag in _SHAPES:
            yield child
        elif str(child.tag).endswith(("}AlternateContent", "}Choice")):
            yield from _shapes(child)


def _placeholder(shape: "Element") -> tuple[str | None, str]:
    """Return which place of its layout a shape fills: its kind, None for none, and its number."""
    for name in ("nvSpPr", "nvGraphicFramePr", "nvPicPr"):
        found = shape.find(f"{_P}{name}/{_P}nvPr/{_P}ph")
        if found is not None:
            return found.get("type", "obj"), found.get("idx", "")
    return None, ""


def _matching(base: "Element", shape: "Element") -> "Element | None":
    """Return the shape of a layout or a master that says what a placeholder does not."""
    kind, number = _placeholder(shape)
    if kind is None:
        return None
    places = [(_placeholder(each), each) for each in base.iter(f"{_P}sp")]
    same = [each for (own, idx), each in places if own is not None and idx == number and number]
    alike = {"ctrTitle": "title", "subTitle": "body", "obj": "body"}
    like = [each for (own, _), each in places if own in (kind, alike.get(kind))]
    return next(iter([*same, *like]), None)


def _lead(
    own: "Element | None", looks: "Sequence[Element]", *, level: int, counts: dict[int, int]
) -> str:
    """Return the bullet or the number before a paragraph; empty for none."""
    stated = [own] if own is not None else []
    stated += [each for look in looks for each in look.iterfind(f"{A}lvl{level + 1}pPr")]
    for properties in stated:
        for child in properties:
            if child.tag in _BULLETS:
                counts.pop(level, None)
                return _BULLETS[child.tag]
            if child.tag == f"{A}buAutoNum":
                start = child.get("startAt", "1")
                first = int(start) if start.isdecimal() and len(start) < 6 else 1
                counts[level] = counts.get(level, first - 1) + 1
                for deeper in [each for each in counts if each > level]:
                    del counts[deeper]
                return _counted(counts[level], child.get("type", ""))
    return ""


def _counted(number: int, kind: str) -> str:
    form = next((told for name, told in _NUMBERS.items() if kind.startswith(name)), "decimal")
    form = "upperRoman" if kind.startswith("romanUc") else form
    end = next((sign for name, sign in _ENDS.items() if kind.endswith(name)), "{}.")
    return end.format(numeral(number, form))


def _text(paragraph: "Element") -> str:
    """Return what a paragraph shows, raised and lowered text set apart."""
    told = ""
    runs = groupby(_pieces(paragraph), itemgetter(0))
    parts = [(how, "".join(text for _, text in run)) for how, run in runs]
    for number, (how, text) in enumerate(parts):
        following = parts[number + 1][1] if number + 1 < len(parts) else ""
        if how > 0:
            told += raised(text, after=told[-BEFORE:], mark=False, before=following)
        else:
            told += lowered(text, after=told[-BEFORE:]) if how < 0 else text
    return readable(told)


def _pieces(paragraph: "Element") -> Iterator[tuple[int, str]]:
    """Yield the text of a paragraph in order with how it is set: 1 raised, -1 lowered, else 0."""
    waiting: list[tuple[Element | str, int]] = [(paragraph, 0)]
    while waiting:
        now, how = waiting.pop()
        if isinstance(now, str):
            yield how, now
            continue
        if now.tag == FALLBACK or not isinstance(now.tag, str):
            continue
        look = now.find(f"{A}rPr") if now.tag == f"{A}r" else None
        if look is not None:
            how = _sign(look.get("baseline", "0"))
        yield how, _said(now)
        if end := closing(now):
            waiting.append((end, how))
        waiting += ((child, how) for child in reversed(now))


def _said(element: "Element") -> str:
    if element.tag == f"{A}t":
        return element.text or ""
    return "\n" if element.tag == f"{A}br" else equation_sign(element)


def _sign(baseline: str) -> int:
    share = baseline.rstrip("%").strip()
    return 0 if share.strip("-0.") == "" else -1 if share.startswith("-") else 1


def _units(stated: str | None) -> float:
    number = (stated or "0").lstrip("-")
    size = float(number) if number.isdecimal() and len(number) < 16 else 0.0
    return -size if (stated or "").startswith("-") else size


def _numbered(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:20])) + (" and more" if len(numbers) > 20 else "")
    return f"{'slide' if len(numbers) == 1 else 'slides'} {shown}"
