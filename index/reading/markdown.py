"""Reading Markdown: the text that a person sees when it is rendered, and where headings begin.

Blocks are made of markdown-it's tokens, in this process. Its HTML would have to be parsed by
libxml2, which reads nothing untrusted here but in the process that may die of it (`sandbox`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from index.card import Card
from index.errors import ReadError
from index.reading.encoding import decode
from index.reading.hidden import Look, look_of
from index.reading.layout import BEFORE, Block, lowered, raised, set_blocks
from index.reading.metadata import MAX_TITLE, first_line_title, name_title, split_front_matter
from index.reading.normal import normalise, one_line
from index.reading.plain import PlainReader, cut_footer
from index.types import Extract

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

VERSION: Final = 2
"""Of this reader; raised where the same file gives another text (`index.reading.registry`)."""

MAX_RENDERED = 1_000_000
"""Characters of Markdown that are rendered, at about 150,000 a second; a longer file, which is
longer than most novels, is read as plain text with its marks."""

MAX_INLINE = 5_000
"""Characters of one paragraph whose marks are resolved, which takes up to 0.3 s for 5,000
(of `![`); a longer one is kept as it is written."""

MAX_NESTING = 100
"""Levels of quotes and lists that are followed; what is deeper is left out. Inside a paragraph
markdown-it's own 20 stay: the time that opening brackets take is proportional to it."""

_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*+)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>")
_ATTRIBUTE = re.compile(
    r"([a-zA-Z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?"
)
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "wbr", "source", "col"})
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SAID = {"text": "", "text_special": "", "softbreak": " ", "hardbreak": "\n"}
"""Tokens that are text: theirs where none stands here."""
_NOTE_LINE = re.compile(r"\n(?=\[\^[^\]\s]{1,40}\]:)")
_SCRIPT = re.compile(r"<(/?su[bp])\b", re.IGNORECASE)
_NOTE = re.compile(r"\[\^([^\]\s]{1,40})\]:?")
_RAISED = re.compile(r"(?<=\S)\^([^\s^]{1,20})\^")
_LOWERED = re.compile(r"(?<=\w)~([\w+-]{1,10})~")
_BLANKS = re.compile("  +")
_BREAK = re.compile(" ?\n ?")


class MarkdownReader:
    """Reads Markdown (CommonMark, tables, strikethrough, front matter).

    What a reader of the rendered page sees becomes the text: emphasis marks, link targets, image
    descriptions, comments and raw HTML tags go; link texts, code and list marks (`- `, `1. `)
    stay; a paragraph is one line, a table row one line with ` | ` between cells. Blocks are
    parted by a blank line, items and rows by a line end. Front matter is not part of the text.
    """

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
            card=Card(
                title=title or name_title(name),
                media_type="text/markdown",
                published=front.published,
                author=one_line(front.author or "") or None,
            ),
            text=text,
            section_starts=tuple(at for at in layout.section_starts if at < len(text)),
        )


def blocks_of(source: str) -> Iterator[Block]:
    """Yield the visible blocks of a Markdown source, in order; none for an empty one."""
    from markdown_it import MarkdownIt

    features = ["table", "strikethrough"]
    inline = MarkdownIt("commonmark").enable(features)
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(features)
    # `[^1]: Berg.` is a note, and no address that `[^1]` leads to.
    parser.block.ruler.at("reference", _define)
    # Inline content is parsed below, paragraph by paragraph, so that its length can be bounded.
    parser.core.ruler.disable(["inline", "text_join"])
    environment: dict[str, object] = {}
    page = _Page()
    # A note is a paragraph of its own, also where the next one stands right under it.
    for token in parser.parse(_NOTE_LINE.sub("\n\n", source), environment):
        if token.type == "inline" and len(token.content) <= MAX_INLINE:
            token.children = []
            inline.inline.parse(token.content, inline, environment, token.children)
        yield from page.take(token)


def _define(state: "StateBlock", line: int, end: int, silent: bool) -> bool:
    """Take in where a link leads, as markdown-it's rule does."""
    from markdown_it.rules_block import reference

    begin = state.bMarks[line] + state.tShift[line]
    return not state.src.startswith("[^", begin) and reference(state, line, end, silent)


class _Page:
    """The state of one pass over a document's tokens."""

    def __init__(self) -> None:
        self._curtain = _Curtain()
        self._markers: list[int | None] = []
        """A list's next number, None for bullets; one entry per open list."""
        self._marker = ""
        self._level = 0
        self._attached = False
        self._cells: list[str] | None = None

    def take(self, token: "Token") -> Iterator[Block]:
        """Handle one block token; yields the block that it completes, if any."""
        match token.type:
            case "tr_close":
                yield from self._row()
            case "inline" | "fence" | "code_block":
                yield from self._text_block(token)
            case "html_block":
                self._curtain.pass_tags(token.content)
            case kind if kind.startswith(("heading", "table", "tr")):
                self._note_frame(token)
            case kind if kind.endswith(("list_open", "list_close", "item_open")):
                self._note_list(token)

    def _note_frame(self, token: "Token") -> None:
        if token.type == "tr_open":
            self._cells = []
        elif token.type.startswith("table"):
            self._attached = False
        else:
            self._level = int(token.tag[1:]) if token.nesting == 1 else 0

    def _note_list(self, token: "Token") -> None:
        if token.type == "list_item_open":
            self._marker = self._next_marker()
        elif token.nesting == -1:
            self._markers.pop()
        elif token.type == "ordered_list_open":
            self._markers.append(int(token.attrs.get("start", 1)))
        else:
            self._markers.append(None)

    def _text_block(self, token: "Token") -> Iterator[Block]:
        if token.type != "inline":
            if not self._curtain.closed:
                yield self._block(token.content.rstrip("\n"))
        else:
            text = self._inline(token)
            if self._cells is not None:
                self._cells.append(text.strip())
            elif text.strip():
                yield self._block(text)

    def _block(self, text: str) -> Block:
        indent = "  " * max(0, len(self._markers) - 1)
        lead = indent + (self._marker or ("  " if self._markers else ""))
        text = text.replace("\n", "\n" + " " * len(lead))
        block = Block(text=lead + text, level=self._level, attached=self._attached and bool(lead))
        self._marker = ""
        self._attached = bool(lead)
        return block

    def _row(self) -> Iterator[Block]:
        text = " | ".join(self._cells or ())
        self._cells = None
        if text.strip(" |"):
            yield Block(text=text, attached=self._attached)
            self._attached = True

    def _next_marker(self) -> str:
        number = self._markers[-1]
        if number is None:
            return "- "
        self._markers[-1] = number + 1
        return f"{number}. "

    def _inline(self, token: "Token") -> str:
        if len(token.content) > MAX_INLINE:
            return "" if self._curtain.closed else token.content
        text = _set_apart(self._visible(token.children or ()))
        # What was left out between two words leaves two blanks.
        return _BREAK.sub("\n", _BLANKS.sub(" ", text)).strip(" ")

    def _visible(self, children: Sequence["Token"]) -> Iterator[tuple[str, str]]:
        """Yield what is seen with its kind: text, code, or the tag of raised or lowered text."""
        for child in children:
            if child.type == "html_inline":
                self._curtain.pass_tags(child.content)
            if child.type == "html_inline" and child.content.lower().startswith("<br"):
                yield "text", "\n"
            elif self._curtain.closed:
                continue
            elif child.type == "html_inline":
                tag = _SCRIPT.match(child.content)
                yield (tag[1].lower() if tag else "text"), ""
            elif child.type in _SAID:
                yield "text", _SAID[child.type] or child.content
            elif child.type == "code_inline":
                yield "code", child.content


def _set_apart(pieces: Iterable[tuple[str, str]]) -> str:
    """Join a paragraph's pieces, raised and lowered text as `raised` and `lowered` write it."""
    told, inside = "", ""
    parts = [
        (kind, "".join(text for _, text in run)) for kind, run in groupby(pieces, itemgetter(0))
    ]
    for number, (kind, text) in enumerate(parts):
        if kind in ("sup", "sub", "/sup", "/sub"):
            inside = "" if kind[0] == "/" else kind
        elif inside == "sup":
            following = "".join(later for _, later in parts[number + 1 : number + 4])
            told += raised(text, after=told[-BEFORE:], mark=False, before=following)
        elif inside:
            told += lowered(text, after=told[-BEFORE:])
        else:
            told += _pandoc(text) if kind == "text" else text
    return told


def _pandoc(text: str) -> str:
    """Write Pandoc's marks of notes (`[^6]`), raised (`10^6^`) and lowered text (`H~2~O`)."""
    text = _NOTE.sub(r"[\1]", text)
    text = _RAISED.sub(
        lambda m: raised(m[1], after=text[max(0, m.start() - BEFORE) : m.start()], mark=False), text
    )
    return _LOWERED.sub(lambda m: lowered(m[1], after=text[: m.start()][-1:]), text)


class _Curtain:
    """Whether raw HTML tags passed so far hide what comes next, across blocks."""

    def __init__(self) -> None:
        self._tag = ""
        self._depth = 0

    @property
    def closed(self) -> bool:
        return self._depth > 0

    def pass_tags(self, html: str) -> None:
        for slash, name, rest in _TAG.findall(_COMMENT.sub("", html)):
            tag = name.lower()
            if self.closed:
                if tag == self._tag:
                    self._depth += -1 if slash else 1
            elif not slash and tag not in _VOID and not rest.endswith("/") and _hides(tag, rest):
                self._tag, self._depth = tag, 1


def _hides(tag: str, attributes: str) -> bool:
    found = {
        name.lower(): double or single or bare
        for name, double, single, bare in _ATTRIBUTE.findall(attributes)
    }
    return look_of(tag, found, style=found.get("style", ""), inside=Look()).hides_text
