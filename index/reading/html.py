"""Reading HTML pages: the article, without what the page hides, and without what is around it."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from index.card import Card
from index.errors import ReadError
from index.reading.encoding import declared_charset, decode
from index.reading.hidden import drop_hidden
from index.reading.layout import Block, set_blocks
from index.reading.metadata import first_line_title, name_title, page_url
from index.reading.normal import one_line
from index.reading.page_blocks import page_blocks
from index.reading.plain import cut_footer
from index.types import Extract

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_DEPTH = 255
"""Tags nested deeper are refused: libxml2 stops reading there, so the rest would be missing."""

MAX_TAGS = 100_000
"""Elements above which a page is refused: 100,000 took 5.7 seconds, and time grows faster than
their number (2.5 million: 176 seconds)."""

MAX_ELEMENTS = 20_000
"""Elements up to which trafilatura looks for the article: it takes 2.5 seconds for 15,000
of them, 22 for 120,000. A larger page is taken whole, without its navigation."""

_FRAMES: Final = (
    "script",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "button",
    "select",
    "iframe",
    "object",
)
"""Elements of a page that are not its article, left out where trafilatura finds none."""

_QUIET = logging.NullHandler()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    blocks: tuple[Block, ...]
    title: str = ""
    author: str | None = None
    published: str | None = None


class HtmlReader:
    """Reads HTML pages by trafilatura, after hidden text is taken out; never from the network.

    A paragraph is one line, blocks are parted by a blank line, list items and table rows by a
    line end. Comments of readers, navigation and the like are not part of the text.
    """

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a page in the charset of its byte-order mark, UTF-8, or its own declaration.

        Title, author and date are what its metadata state; the title is else the first level-1
        heading, the first line where that looks like a title, or the file's name. Its address is
        what `page_url` finds.

        Raises:
            ReadError: It is binary, nested deeper than `MAX_DEPTH`, or shows no text.
        """
        source = decode(data, declared=declared_charset(data), allow_nul=True)
        tree = visible_tree(source)
        url = page_url(source, tree)
        article = _find_article(tree) if _count(tree) <= MAX_ELEMENTS else None
        article = article or _whole(tree)
        layout = set_blocks(article.blocks)
        if not layout.text.strip():
            raise ReadError("the page shows no text; there is nothing to quote from")
        text = cut_footer(layout.text)
        heading = next((one_line(block.text) for block in article.blocks if block.level == 1), "")
        title = one_line(article.title) or heading or first_line_title(text) or name_title(name)
        return Extract(
            card=Card(
                title=title,
                media_type="text/html",
                published=article.published,
                author=one_line(article.author or "") or None,
                url=url,
            ),
            text=text,
            section_starts=tuple(at for at in layout.section_starts if at < len(text)),
        )


def visible_tree(source: str) -> "Element":
    """Parse a page and take out what it hides from its readers' eyes.

    Raises:
        ReadError: It is nested deeper than `MAX_DEPTH`, has more than `MAX_TAGS` tags, or has none.
    """
    tree = _parse(source)
    _refuse_giant(tree)
    drop_hidden(tree)
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


def _find_article(tree: "Element") -> _Article | None:
    """Ask trafilatura for the article; None where it finds none or stumbles."""
    from lxml.etree import LxmlError
    from trafilatura import bare_extraction

    # Without a handler, logging would print its complaints about bad pages on stderr.
    for library in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(library).addHandler(_QUIET)
    try:
        # fast: its second opinions cost a quarter more time and bring no more of the text
        # (precision .954 and recall .932 without, .939 and .940 with, on 88 pages).
        found = bare_extraction(
            tree,
            fast=True,
            include_comments=False,
            with_metadata=True,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None
    if found is None or isinstance(found, dict) or found.body is None:
        return None
    blocks = tuple(page_blocks(found.body))
    if not blocks:
        return None
    return _Article(
        blocks=blocks, title=found.title or "", author=found.author, published=found.date
    )


def _whole(tree: "Element") -> _Article:
    """Take all text of a page's body but that of its frame; leaves `tree` as it is."""
    from copy import deepcopy

    from lxml.etree import strip_elements

    page = deepcopy(tree)
    titles = page.xpath("string(//head/title)")
    body = page.find("body")
    if body is None:
        return _Article(blocks=())
    strip_elements(body, *_FRAMES, with_tail=False)
    return _Article(blocks=tuple(page_blocks(body)), title=str(titles))
