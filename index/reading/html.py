"""Reads HTML pages, and EPUB books whose chapters are such pages: text without what pages hide.

Of a page the article is read, of a book all chapters in reading order.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from index.card import Card, not_read
from index.errors import ReadError
from index.reading.archive import open_archive, parse_xml, unpack
from index.reading.article import NEVER, Article, find_article
from index.reading.hidden import drop_hidden
from index.reading.layout import Block, set_blocks
from index.reading.metadata import clean_url, first_line_title, iso_date, name_title
from index.reading.normal import declared_charset, decode, one_line
from index.reading.page_blocks import page_blocks, set_apart
from index.reading.plain import cut_footer
from index.types import Extract

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_DEPTH = 255
"""Tags nested deeper are refused: libxml2 stops reading there, so the rest would be missing."""

MAX_TAGS = 100_000
"""Elements above which a page is refused: 100,000 took 5.7 seconds, and time grows faster than
their number (2.5 million: 176 seconds)."""

FEW_WORDS = 20
"""Words around an article under which they are not worth a line in a report."""
_HEAD = 10_000
"""Characters of a page in which browsers leave their note."""
_NOTE = re.compile(
    r"<!--\s{0,9}(?:saved from url=\(\d{1,6}\)|Page saved with SingleFile\s{1,9}url:\s{0,9})"
    r"(\S{1,2000}?)(?=\s|-->)",
    re.IGNORECASE,
)
_FEW_WORDS = 2
_SITE = re.compile(r" [|–—·»-] ")
_WORD = re.compile(r"\w+")


class HtmlReader:
    """Reads HTML pages by trafilatura, after hidden text is taken out; never from the network.

    A paragraph is one line, blocks are parted by a blank line, list items and table rows by a
    line end. Comments of readers, navigation and the like are not part of the text.
    """

    VERSION: Final = 4

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a page in the charset of its byte-order mark, UTF-8, or its own declaration.

        Author and date are what its metadata state, the title and the address what `page_title`
        and `page_url` find; the title is else the first line where that looks like one, or the
        file's name.

        Raises:
            ReadError: It is binary, nested deeper than `MAX_DEPTH`, or shows no text.
        """
        source = decode(data, declared=declared_charset(data), allow_nul=True)
        tree = visible_tree(source)
        url = page_url(source, tree)
        article = find_article(tree)
        layout = set_blocks(article.blocks)
        if not layout.text.strip():
            raise ReadError("the page shows no text; there is nothing to quote from")
        text = cut_footer(layout.text)
        headings = [one_line(block.text) for block in article.blocks if block.level]
        title = page_title(tree, headings, guess=one_line(article.title))
        return Extract(
            card=Card(
                title=title or first_line_title(text) or name_title(name),
                media_type="text/html",
                published=article.published,
                author=one_line(article.author or "") or None,
                url=url,
                left_out=_left_out(article),
            ),
            text=text,
            section_starts=tuple(at for at in layout.section_starts if at < len(text)),
        )


def _left_out(article: Article) -> tuple[str, ...]:
    """Name what a page shows and its text does not; what a page hides nobody misses."""
    around = (f"around the article: {article.around:,} words of menus, remarks and the like",)
    return (
        *not_read(article.pictures, "picture", "what pictures show is not read"),
        *not_read(article.embedded, "embedded object", "videos, frames and the like are not read"),
        *(around if article.around >= FEW_WORDS else ()),
    )


def page_url(source: str, tree: "Element") -> str | None:
    """Return a page's address: the browser's note, its canonical link, or its `og:url`.

    Args:
        source: The page as it was saved.
        tree: The same parsed.

    Returns:
        As `clean_url`, of the first that is an address.
    """
    noted = [found.group(1) for found in _NOTE.finditer(source[:_HEAD])]
    links = [
        link.get("href") or ""
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    named = [m.get("content") or "" for m in tree.iter("meta") if m.get("property") == "og:url"]
    return next(filter(None, map(clean_url, (*noted, *links, *named))), None)


def page_title(tree: "Element", headings: Sequence[str], *, guess: str) -> str:
    """Weigh what a page's head, its article's headings and trafilatura say the title is.

    A heading that the head names, too, is the title: an article's stands in both, while the largest
    letters of a page may be an advertisement's, and the head may add the site's name.

    Args:
        tree: The page.
        headings: Of its article, in order, as lines.
        guess: What trafilatura takes for the title; empty where it takes nothing.

    Returns:
        One line; empty where nothing says what the title is.
    """
    named = [m.get("content") or "" for m in tree.iter("meta") if m.get("property") == "og:title"]
    named += [title.text or "" for title in tree.iterfind("head/title")]
    stated = [line for line in map(one_line, named) if line]
    marked = (p for p in tree.iter("p") if "title" in p.get("class", "").split())
    own = [one_line("".join(map(str, p.itertext()))) for p in islice(marked, 1)]
    for heading in headings:
        if any(_is_most(heading, line) for line in stated):
            return heading
    if not stated:
        return next(filter(None, (*own, guess, *headings[:1])), "")
    named_so = _without_site(stated[0])
    # "My blog" of every post, or "Untitled", says less than a heading of some words.
    tells = len(named_so.split()) > _FEW_WORDS or len(guess.split()) <= _FEW_WORDS
    return named_so if tells else guess


def _is_most(heading: str, line: str) -> bool:
    """Tell whether a title is the heading, give or take a subtitle and the name of the site."""
    whole = _key(line)
    return _key(heading) in whole and 2 * len(heading) >= len(_without_site(line))


def _key(line: str) -> str:
    return f" {' '.join(_WORD.findall(line.lower()))} "


def _without_site(line: str) -> str:
    """Return a page's title without the name of the site behind a bar or a dash."""
    parts = _SITE.split(line)
    longest = max(parts, key=len)
    return longest if len(parts) > 1 and 2 * len(longest) > len(line) else line


def whole_page(source: str) -> tuple[Block, ...]:
    """Return all that a page shows, without looking for an article in it; for mails.

    Raises:
        ReadError: As `visible_tree`.
    """
    body = visible_tree(source).find("body")
    return tuple(page_blocks(body, without=set(body.iter(*NEVER)))) if body is not None else ()


def visible_tree(source: str) -> "Element":
    """Parse a page, take out what it hides from its readers' eyes and set raised text apart.

    Raises:
        ReadError: It is nested deeper than `MAX_DEPTH`, has more than `MAX_TAGS` tags, or has none.
    """
    tree = _parse(source)
    _refuse_giant(tree)
    drop_hidden(tree)
    set_apart(tree)
    return tree


def _parse(source: str) -> "Element":
    from lxml.etree import ErrorTypes, LxmlError
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False
    )
    try:
        # As bytes: lxml refuses a str that begins with an XML declaration of a charset.
        tree = document_fromstring(source.encode("utf-8", errors="replace"), parser=parser)
    except (LxmlError, ValueError) as error:
        raise ReadError("the page shows no text; there is nothing to quote from") from error
    if any(entry.type == ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise ReadError(
            f"its tags are nested deeper than {MAX_DEPTH} or one is too large; "
            "save its text as .txt and add that"
        )
    return tree


def _refuse_giant(tree: "Element") -> None:
    tags = _count(tree)
    if tags > MAX_TAGS:
        raise ReadError(
            f"it has {tags} tags, more than the {MAX_TAGS} that are read of one page; "
            "save its text as .txt and add that"
        )


def _count(tree: "Element") -> int:
    return sum(1 for _ in tree.iter())


_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_SCRAMBLED_FONTS: Final = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES: Final = ("application/xhtml+xml", "text/html")
_VOID: Final = re.compile(
    "area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr", re.IGNORECASE
)
_CLOSED = re.compile(r"<([A-Za-z][\w:-]{0,40})([^<>]*)/>")


class EpubReader:
    """Reads EPUB 2 and 3 books without copy protection; a chapter is read as an HTML page is."""

    VERSION: Final = 2

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a book; title, authors and date are its package's.

        Raises:
            ReadError: It is damaged, protected, an archive bomb, or shows no text.
        """
        with open_archive(data) as archive:
            _refuse_protected(archive)
            place = _package_place(archive)
            package = parse_xml(_needed(archive, place))
            bodies = list(_chapters(archive, package, folder=posixpath.dirname(place)))
        layout = set_blocks(block for body in bodies for block in page_blocks(body))
        if not layout.text.strip():
            raise ReadError("the book shows no text; there is nothing to quote from")
        return Extract(
            card=Card(
                title=next(_about(package, "title"), "") or name_title(name),
                media_type="application/epub+zip",
                published=next(filter(None, map(iso_date, _about(package, "date"))), None),
                author=", ".join(_about(package, "creator")) or None,
                left_out=not_read(
                    sum(1 for body in bodies for _ in body.iter("img", "image")),
                    "picture",
                    "what pictures show is not read",
                ),
            ),
            text=layout.text,
            section_starts=layout.section_starts,
        )


def _refuse_protected(archive: zipfile.ZipFile) -> None:
    listed = unpack(archive, _ENCRYPTION)
    methods = parse_xml(listed).iterfind(".//{*}EncryptionMethod") if listed else ()
    # Fonts are often scrambled, which keeps nobody from the text.
    if any(method.get("Algorithm") not in _SCRAMBLED_FONTS for method in methods):
        raise ReadError("it is encrypted (copy protection); only open books are read")


def _package_place(archive: zipfile.ZipFile) -> str:
    root = parse_xml(_needed(archive, _CONTAINER)).find(".//{*}rootfile")
    place = root.get("full-path") if root is not None else None
    if not place:
        raise ReadError("it is damaged: the book does not say where its parts are; save it anew")
    return place


def _needed(archive: zipfile.ZipFile, member: str) -> bytes:
    content = unpack(archive, member)
    if content is None:
        raise ReadError(f"it is damaged: {member[:80]!r} is missing in it; save it anew")
    return content


def _chapters(archive: zipfile.ZipFile, package: "Element", *, folder: str) -> Iterator["Element"]:
    """Yield the bodies of all chapters; one that is missing is left out."""
    items = {item.get("id"): item for item in package.iterfind("{*}manifest/{*}item")}
    seen = set()
    for reference in package.iterfind("{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or _is_contents(item):
            continue
        place = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        content = unpack(archive, place) if place not in seen else None
        seen.add(place)
        if content:
            yield from _chapter(content)


def _is_contents(item: "Element") -> bool:
    return "nav" in (item.get("properties") or "").split()


def _chapter(content: bytes) -> Iterator["Element"]:
    source = decode(content, declared=declared_charset(content), allow_nul=True)
    try:
        body = visible_tree(_CLOSED.sub(_opened, source)).find("body")
    except ReadError:
        # A cover of one picture has no text, which is no fault of the book.
        return
    if body is not None:
        yield body


def _opened(found: re.Match[str]) -> str:
    """Write `<title/>`, which is XML, as HTML's parser understands it."""
    tag, attributes = found.groups()
    return found.group() if _VOID.fullmatch(tag) else f"<{tag}{attributes}></{tag}>"


def _about(package: "Element", field: str) -> Iterator[str]:
    """Yield what the book says of itself in one field of Dublin Core."""
    place = f"{{*}}metadata/{{http://purl.org/dc/elements/1.1/}}{field}"
    for element in package.iterfind(place):
        if text := one_line(str(element.xpath("string()"))):
            yield text
