"""Reading HTML pages: the article, without what the page hides, and without what is around it."""

from typing import TYPE_CHECKING, Final

from index.card import Card, not_read
from index.errors import ReadError
from index.reading.article import NEVER, Article, find_article
from index.reading.hidden import drop_hidden
from index.reading.layout import Block, set_blocks
from index.reading.metadata import first_line_title, name_title, page_title, page_url
from index.reading.normal import declared_charset, decode, one_line
from index.reading.page_blocks import page_blocks, set_apart
from index.reading.plain import cut_footer
from index.types import Extract

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

VERSION: Final = 3
"""Of this reader; raised where the same file gives another text (`index.reading.registry`)."""

MAX_DEPTH = 255
"""Tags nested deeper are refused: libxml2 stops reading there, so the rest would be missing."""

MAX_TAGS = 100_000
"""Elements above which a page is refused: 100,000 took 5.7 seconds, and time grows faster than
their number (2.5 million: 176 seconds)."""

FEW_WORDS = 20
"""Words around an article under which they are not worth a line in a report."""


class HtmlReader:
    """Reads HTML pages by trafilatura, after hidden text is taken out; never from the network.

    A paragraph is one line, blocks are parted by a blank line, list items and table rows by a
    line end. Comments of readers, navigation and the like are not part of the text.
    """

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
