"""Reading Markdown: the text that a person sees when it is rendered, and where headings begin."""

from index.errors import ReadError
from index.reading.encoding import decode
from index.reading.front_matter import split_front_matter
from index.reading.layout import set_blocks
from index.reading.markdown_blocks import blocks_of
from index.reading.metadata import MAX_TITLE, first_line_title, name_title
from index.reading.normal import normalise, one_line
from index.reading.plain import PlainReader, cut_footer
from index.types import Extract

MAX_RENDERED = 1_000_000
"""Characters of Markdown that are rendered, at about 150,000 a second; a longer file, which is
longer than most novels, is read as plain text with its marks."""


class MarkdownReader:
    """Reads Markdown (CommonMark, tables, strikethrough, front matter).

    What a reader of the rendered page sees becomes the text: emphasis marks, link targets, image
    descriptions, comments and raw HTML tags go; link texts, code and list marks (`- `, `1. `)
    stay; a paragraph is one line, a table row one line with ` | ` between cells. Blocks are
    parted by a blank line, items and rows by a line end. Front matter is not part of the text.
    """

    media_types = ("text/markdown",)

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a Markdown file.

        The title is the front matter's, else the first level-1 heading, else the first line
        where that looks like a title, else the file's name.

        Raises:
            ReadError: It is binary, or nothing in it is visible when rendered.
        """
        source = normalise(decode(data)).lstrip("\n")
        if len(source) > MAX_RENDERED:
            return PlainReader().read(data, name=name)
        front, body = split_front_matter(source)
        blocks = tuple(blocks_of(body))
        layout = set_blocks(blocks)
        if not layout.text.strip():
            raise ReadError("it is empty but for markup; there is nothing to quote from")
        text = cut_footer(layout.text)
        heading = next((one_line(block.text) for block in blocks if block.level == 1), "")
        title = one_line(front.title or "") or heading[:MAX_TITLE] or first_line_title(text)
        return Extract(
            title=title or name_title(name),
            text=text,
            media_type="text/markdown",
            section_starts=tuple(at for at in layout.section_starts if at < len(text)),
            published=front.published,
            author=one_line(front.author or "") or None,
        )
