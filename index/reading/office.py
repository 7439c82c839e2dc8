"""What Word, PowerPoint and Excel files share: parts, properties, equations, charts and symbols.

A file is a zip archive of parts that name each other (ECMA-376, part 2). No reader: what a
paragraph, a slide or a sheet is, their own modules know.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from index.card import Card
from index.errors import ReadError
from index.reading.archive import open_archive, parse_xml, unpack
from index.reading.layout import Block
from index.reading.metadata import iso_date, keywords
from index.reading.normal import one_line

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_C: Final = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DGM: Final = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DSP: Final = "{http://schemas.microsoft.com/office/drawing/2008/diagram}"
FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""What an older program shows in place of what stands before it; never both."""
EMBEDDED: Final = "the file of another program; add that, too"
"""Why an object is left out."""
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_PLAIN: Final = b"http://schemas.openxmlformats.org/"
_ROOMS: Final = (
    *(b"wordprocessingml", b"spreadsheetml", b"presentationml"),
    *(b"drawingml", b"officeDocument"),
)
_PARTS: Final = (b"main", b"math", b"relationships", b"chart", b"diagram", b"spreadsheetDrawing")
"""Of the names that a file saved as "Strict Open XML" has in place of the usual ones."""

_EQUATION: Final = {f"{M}den": "/", f"{M}sup": "^", f"{M}sub": "_", f"{M}rad": "√"}
"""Signs before the parts of an equation."""
_BRACED: Final = frozenset(f"{M}{part}" for part in ("num", "den", "sup", "sub"))
_BASED: Final = frozenset(f"{M}{part}" for part in ("rad", "sSup", "sSub"))
"""What bears a part that needs brackets where it is longer than one sign."""

_NO_TITLES: Final = frozenset(
    {
        *("word document", "microsoft word document", "document", "untitled"),
        *("powerpoint presentation", "presentation", "slide 1", "powerpoint-präsentation"),
        *("présentation powerpoint", "presentación de powerpoint", "book1", "workbook", "sheet1"),
    }
)
"""What programs write as the title of what has none."""
_LIBRARIES: Final = frozenset({"python-docx", "openpyxl", "apache poi", "unknown creator"})
"""Authors that are programs."""
_TEMPLATES: Final = (("python-docx", "2013-12-23"), ("Steve Canny", "2013-01-27"))
"""Author and date of the templates of python-docx and python-pptx, which say nothing of a file."""

_SYMBOL: Final = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"
    + "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
    + "\0" * 34
    + "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…\0\0↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"
)
"""Signs of Adobe's font Symbol from 32 on (unicode.org, VENDORS/ADOBE/symbol.txt)."""
_DINGBATS: Final = {
    **{0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x75: "◆", 0x76: "❖", 0x9F: "•"},
    **{0xA7: "▪", 0xA8: "□", 0xD8: "➢", 0xE0: "→", 0xDF: "←", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗"},
    **{0xFC: "✓", 0xFD: "☒", 0xFE: "☑", 0x4A: "☺", 0x4C: "☹"},
}
"""Signs of Wingdings that people set in text."""


class Package:
    """An Office file that is open for reading; nothing outside of it is ever looked up."""

    def __init__(self, data: bytes, *, main: str) -> None:
        """Open a file.

        Args:
            data: The whole file.
            main: The usual name of its main part, for a file that does not name it.

        Raises:
            ReadError: It is damaged, encrypted or an archive bomb, or has no main part.
        """
        self.archive: zipfile.ZipFile = open_archive(data)
        self._names = {name.lower(): name for name in self.archive.namelist()}
        named = next(self.related("", "officeDocument"), main)
        self.main = named if named.lower() in self._names else main
        if self.main.lower() not in self._names:
            raise ReadError(f"it is damaged: {main} is missing in it; save it anew")

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *_: object) -> None:
        self.archive.close()

    def part(self, name: str) -> "Element | None":
        """Return the XML of a part; None where there is none of this name.

        Raises:
            ReadError: It is damaged, or declares entities.
        """
        content = unpack(self.archive, self._names.get(name.lower(), name))
        if content is None:
            return None
        return parse_xml(_usual(content))

    def usual(self) -> bytes | None:
        """Return the file with the usual names where it is strict; None where it has them."""
        if _STRICT not in (unpack(self.archive, self._names[self.main.lower()]) or b""):
            return None
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as usual:
            for name in self.archive.namelist():
                usual.writestr(name, _usual(unpack(self.archive, name) or b""))
        return out.getvalue()

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part names: by id, the kind (`image`) and the name.

        What lies outside of the file is left out.
        """
        folder, name = posixpath.split(part)
        element = self.part(posixpath.join(folder, "_rels", f"{name}.rels"))
        named = {}
        for each in element if element is not None else ():
            if each.get("TargetMode") == "External":
                continue
            target = unquote(each.get("Target") or "")
            place = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            named[each.get("Id") or ""] = ((each.get("Type") or "").rpartition("/")[2], place)
        return named

    def related(self, part: str, kind: str) -> Iterator[str]:
        """Yield the names of the parts of one kind that a part names, in their order."""
        for own, place in self.relations(part).values():
            if own == kind:
                yield place

    def left_out(self) -> Iterator[str]:
        """Name what no Office file is read for."""
        if any(name.endswith("vbaproject.bin") for name in self._names):
            yield "macros: they are programs, which are neither read nor run"

    def properties(self) -> Card:
        """Return title, author, date and keywords; what a program or its template says is none."""
        name = next(self.related("", "core-properties"), "docProps/core.xml")
        about = self.part(name) if name.lower() in self._names else None
        if about is None:
            return Card()
        title, author = _about(about, "title"), _about(about, "creator")
        dates = (iso_date(_about(about, field)) for field in ("created", "modified"))
        published = next(filter(None, dates), None)
        for maker, day in _TEMPLATES:
            author = "" if author == maker and published == day else author
            published = None if published == day else published
        return Card(
            title="" if title.lower() in _NO_TITLES else title,
            published=published,
            author=None if author.lower() in {"", *_LIBRARIES} else author,
            tags=keywords(_about(about, "keywords")),
        )


def _usual(content: bytes) -> bytes:
    """Return XML with the names that Office gives where it does not save strictly."""
    if _STRICT not in content:
        return content
    for room in _ROOMS:
        for part in _PARTS:
            strict = _STRICT + room + b"/" + part
            content = content.replace(strict, _PLAIN + room + b"/2006/" + part)
    return content


def equation_sign(element: "Element") -> str:
    """Return what an element of an equation shows before what is in it."""
    if element.tag == f"{M}t":
        return element.text or ""
    if element.tag == f"{M}chr":  # the sign of a sum or an integral
        return element.get(f"{M}val") or ""
    return _EQUATION.get(element.tag, "") + ("(" if closing(element) else "")


def closing(element: "Element") -> str:
    """Return the bracket behind a part of an equation that is longer than one sign."""
    if element.tag == f"{M}d":
        return ")"
    inside = element.tag in _BRACED or (
        element.tag == f"{M}e" and (up := element.getparent()) is not None and up.tag in _BASED
    )
    return ")" if inside and len("".join(map(str, element.itertext(f"{M}t")))) > 1 else ""


def symbol(code: int, *, font: str) -> str:
    """Return a sign of a font of symbols, such as Symbol or Wingdings, as a letter of Unicode.

    Args:
        code: As the file has it, 0xF020 to 0xF0FF for such fonts.
        font: Its name.

    Returns:
        A bullet for a sign that is not known.
    """
    place = code & 0xFF if 0xF000 <= code <= 0xF0FF else code
    if "symbol" in font.lower() or not font:
        sign = _SYMBOL[place - 32] if 32 <= place < 32 + len(_SYMBOL) else ""
        return sign.strip("\0") or "•"
    if code == place and place > 0xFF:
        return chr(code)
    return _DINGBATS.get(place, "•")


def readable(text: str, *, font: str = "") -> str:
    """Return text with the signs of fonts of symbols in it as letters of Unicode."""
    if not any("\uf020" <= letter <= "\uf0ff" for letter in text):
        return text
    return "".join(
        symbol(ord(letter), font=font) if "\uf020" <= letter <= "\uf0ff" else letter
        for letter in text
    )


def embedded(tree: "Element", tag: str) -> int:
    """Return how many objects of other programs a part shows, each once."""
    return sum(1 for each in tree.iter(tag) if next(each.iterancestors(FALLBACK), None) is None)


def drawn(package: Package, part: str, identity: str) -> Iterator[Block]:
    """Yield what a chart or a diagram (SmartArt) says, whose place another part has.

    Of a chart that are its titles, and the names of its categories and rows; its numbers are
    drawn, not written.

    Args:
        package: The file.
        part: The name of the part in which it stands.
        identity: The id by which that part names it.
    """
    kind, place = package.relations(part).get(identity, ("", ""))
    if kind not in ("chart", "diagramData"):
        return
    element = package.part(place)
    if element is None:
        return
    told = _chart(element) if kind == "chart" else _diagram(package, element, part)
    first = True
    for text in told:
        if text:
            yield Block(text=text, attached=not first)
            first = False


def _chart(chart: "Element") -> Iterator[str]:
    for title in chart.iter(f"{_C}title"):
        yield one_line(" ".join(_paragraphs(title, A)) or _points(title))
    for series in list(chart.iter(f"{_C}ser"))[:1]:
        yield _points(series.find(f"{_C}cat"))
    names = (_points(series.find(f"{_C}tx")) for series in chart.iter(f"{_C}ser"))
    yield ", ".join(dict.fromkeys(name for name in names if name))


def _points(element: "Element | None") -> str:
    values = element.iter(f"{_C}v") if element is not None else ()
    return ", ".join(dict.fromkeys(one_line(value.text or "") for value in values))


def _diagram(package: Package, data: "Element", part: str) -> Iterator[str]:
    """Yield the texts of a diagram, as it was drawn last, else as it was written."""
    extension = next(data.iter(f"{_DSP}dataModelExt"), None)
    named = extension.get("relId") if extension is not None else None
    kind, place = package.relations(part).get(named or "", ("", ""))
    drawing = package.part(place) if kind == "diagramDrawing" else None
    if drawing is not None:
        for box in drawing.iter(f"{_DSP}txBody"):
            yield one_line(" ".join(_paragraphs(box, A)))
        return
    for point in data.iter(f"{_DGM}pt"):
        if point.get("type", "node") == "node":
            yield one_line(" ".join(_paragraphs(point, A)))


def _paragraphs(element: "Element", space: str) -> Iterator[str]:
    for paragraph in element.iter(f"{space}p"):
        yield "".join(text.text or "" for text in paragraph.iter(f"{space}t"))


def _about(about: "Element", field: str) -> str:
    found = about.find(f"{{*}}{field}")
    return one_line(found.text or "") if found is not None else ""
