"""Reading Markdown: the text that a person sees when it is rendered, and where headings begin.

Blocks are made of markdown-it's tokens, in this process. Its HTML would have to be parsed by
libxml2, which reads nothing untrusted here but in the process that may die of it (`sandbox`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from index.card import Card, not_read
from index.errors import ReadError
from index.reading.hidden import Curtain
from index.reading.layout import BEFORE, Block, lowered, raised, set_blocks
from index.reading.metadata import MAX_TITLE, first_line_title, name_title, split_front_matter
from index.reading.normal import decode, normalise, one_line
from index.reading.plain import PlainReader, cut_footer
from index.types import Extract

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

MAX_RENDERED = 1_000_000
"""Characters of Markdown that are rendered, at about 150,000 a second; a longer file, which is
longer than most novels, is read as plain text with its marks."""

MAX_INLINE = 5_000
"""Characters of one paragraph whose marks are resolved, which takes up to 0.3 s for 5,000
(of `![`); a longer one is kept as it is written."""

MAX_NESTING = 100
"""Levels of quotes and lists that are followed; what is deeper is left out. Inside a paragraph
markdown-it's own 20 stay: the time that opening brackets take is proportional to it."""

_SAID = {"text": "", "text_special": "", "softbreak": " ", "hardbreak": "\n"}
"""Tokens that are text: theirs where none stands here."""
_WIKI = re.compile(r"(!?)\[\[([^\[\]\n|]{1,300})(?:\|([^\[\]\n]{0,300}))?\]\]")
"""Obsidian's links, `[[Page#Heading|alias]]`, and what it shows in place: `![[Page]]`."""
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".avif")
_PICTURE = re.compile(r"<img\b", re.IGNORECASE)
_LOST: Final = {
    "picture": "what pictures show is not read",
    "embedded file": "what is embedded is read where it is added itself",
    "comment": "it is not shown",
}
_CALLOUT = re.compile(r"\[!([\w-]{1,30})\][+-]?[ \t]{0,9}([^\n]{0,300})\n?")
_MARKED = re.compile(r"(?<![=\w])==(?=[^\s=])([^=\n]{1,300})(?<=\S)==(?![=\w])")
_LABEL = re.compile(
    r"[*_]{0,3}[^\W\d_a-z][\w’'()/&-]{0,24}(?: [\w’'()/&-]{1,24}){0,3}[*_]{0,3}:[*_]{0,3} \S"
)
"""What a line of a form begins with: "Present: ", "**Minutes taken by:** "."""
_BLOCK_ID = re.compile(r"(?<=\S)[ \t]\^[A-Za-z0-9-]{4,40}\Z")
"""A name that a paragraph gets so that a link can lead to it; it is not shown."""
_NOTE_LINE = re.compile(r"\n(?=\[\^[^\]\s]{1,40}\]:)")
_SCRIPT = re.compile(r"<(/?su[bp])\b", re.IGNORECASE)
_NOTE = re.compile(r"\[\^([^\]\s]{1,40})\]:?")
_RAISED = re.compile(r"(?<=\S)\^([^\s^]{1,20})\^")
_LOWERED = re.compile(r"(?<=\w)~([\w+-]{1,10})~")
_BLANKS = re.compile("  +")
_BREAK = re.compile(" ?\n ?")


class MarkdownReader:
    """Reads Markdown (CommonMark, tables, strikethrough, front matter, Obsidian's notes).

    What a reader of the rendered page sees becomes the text: emphasis marks, link targets, image
    descriptions, comments and raw HTML tags go; link texts, code and list marks (`- `, `1. `)
    stay; a paragraph is one line, a table row one line with ` | ` between cells. Blocks are
    parted by a blank line, items and rows by a line end. Front matter is not part of the text, but
    other names that it gives the document stand at the end (`Aliases: a, b`). A wiki link is its
    text; the title of a callout has a line of its own; pictures and embedded notes are named as
    left out.
    """

    VERSION: Final = 4

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
        page = rendered(body)
        blocks, layout = page.blocks, set_blocks(page.blocks)
        if not layout.text.strip():
            raise ReadError("it is empty but for markup; there is nothing to quote from")
        text = cut_footer(layout.text)
        starts = tuple(at for at in layout.section_starts if at < len(text))
        heading = next((one_line(block.text) for block in blocks if block.level == 1), "")
        title = one_line(front.title or "") or heading[:MAX_TITLE] or first_line_title(text)
        return Extract(
            card=Card(
                title=title or name_title(name),
                media_type="text/markdown",
                published=front.published,
                author=one_line(front.author or "") or None,
                tags=front.tags,
                left_out=named(page.lost),
            ),
            text=f"{text}\n\nAliases: {', '.join(front.aliases)}" if front.aliases else text,
            section_starts=starts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What a Markdown source shows, in order, and how much of what is not read."""

    blocks: tuple[Block, ...]
    lost: Mapping[str, int]


def rendered(source: str) -> Rendered:
    """Return the visible blocks of a Markdown source; none for an empty one."""
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
    blocks: list[Block] = []
    shown, comments = _without_comments(source)
    # A note is a paragraph of its own, also where the next one stands right under it.
    for token in parser.parse(_NOTE_LINE.sub("\n\n", shown), environment):
        if token.type == "inline" and len(token.content) <= MAX_INLINE:
            token.children = []
            said = page.opened(token.content)
            inline.inline.parse(said, inline, environment, token.children)
        blocks += page.take(token)
    page.lost["comment"] += comments
    return Rendered(blocks=tuple(blocks), lost=page.lost)


def named(lost: Mapping[str, int]) -> tuple[str, ...]:
    """Return what of Markdown is not read as `Card.left_out` has it, from `Rendered.lost`."""
    return tuple(
        line for noun, why in _LOST.items() for line in not_read(lost.get(noun, 0), noun, why)
    )


def _without_comments(source: str) -> tuple[str, int]:
    """Take out what stands between two lines of `%%`, outside code; return how often that was."""
    if "%%" not in source:
        return source, 0
    lines, fenced = source.split("\n"), False
    marks: list[int] = []
    for number, line in enumerate(lines):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        if line.strip() == "%%" and not fenced:
            marks.append(number)
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    for first, last in reversed(pairs):
        del lines[first : last + 1]
    return "\n".join(lines), len(pairs)


def _define(state: "StateBlock", line: int, end: int, silent: bool) -> bool:
    """Take in where a link leads, as markdown-it's rule does."""
    from markdown_it.rules_block import reference

    begin = state.bMarks[line] + state.tShift[line]
    return not state.src.startswith("[^", begin) and reference(state, line, end, silent)


class _Page:
    """The state of one pass over a document's tokens."""

    def __init__(self) -> None:
        self._curtain = Curtain()
        self._markers: list[int | None] = []
        """A list's next number, None for bullets; one entry per open list."""
        self._marker = ""
        self._level = 0
        self._attached = False
        self._cells: list[str] | None = None
        self._quotes = 0
        """Open block quotes."""
        self.lost: Counter[str] = Counter()

    def opened(self, content: str) -> str:
        """Return a paragraph's source with the title of a callout on a line of its own.

        So are lines that each have a label: `Present: Ida` and `Apologies: Jo` are two statements.
        """
        callout = _CALLOUT.match(content) if self._quotes else None
        if not callout:
            return _labelled(content)
        title, rest = callout[2] or callout[1].capitalize(), content[callout.end() :]
        return f"{title}\\\n{rest}" if rest else title

    def take(self, token: "Token") -> Iterator[Block]:
        """Handle one block token; yields the block that it completes, if any."""
        match token.type:
            case "tr_close":
                yield from self._row()
            case "inline" | "fence" | "code_block":
                yield from self._text_block(token)
            case "html_block":
                self._pass_tags(token.content)
            case "blockquote_open" | "blockquote_close":
                self._quotes += token.nesting
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
        children = token.children or ()
        self.lost["picture"] += sum(1 for child in children if child.type == "image")
        text = _set_apart(self._linked(self._visible(children)))
        text = _BLOCK_ID.sub("", text)
        # What was left out between two words leaves two blanks.
        return _BREAK.sub("\n", _BLANKS.sub(" ", text)).strip(" ")

    def _pass_tags(self, source: str) -> None:
        if not self._curtain.closed:
            self.lost["picture"] += len(_PICTURE.findall(source))
        self._curtain.pass_tags(source)

    def _linked(self, pieces: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Yield runs of pieces of one kind, wiki links as what they show, comments taken out."""
        for kind, run in groupby(pieces, itemgetter(0)):
            text = "".join(piece for _, piece in run)
            if kind == "text":
                for link in _WIKI.finditer(text):
                    if link[1]:
                        picture = link[2].lower().endswith(_PICTURES)
                        self.lost["picture" if picture else "embedded file"] += 1
                text, comments = _uncommented(_MARKED.sub(r"\1", _WIKI.sub(_link_text, text)))
                self.lost["comment"] += comments
            yield kind, text

    def _visible(self, children: Sequence["Token"]) -> Iterator[tuple[str, str]]:
        """Yield what is seen with its kind: text, code, or the tag of raised or lowered text."""
        for child in children:
            if child.type == "html_inline":
                self._pass_tags(child.content)
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


def _labelled(content: str) -> str:
    """Return a paragraph in which each line with a label ends the one before, if its first has."""
    if "\n" not in content or not _LABEL.match(content):
        return content
    first, *others = content.split("\n")
    told = ("\\\n" if _LABEL.match(line.lstrip()) else "\n" for line in others)
    return first + "".join(f"{end}{line}" for end, line in zip(told, others, strict=True))


def _link_text(link: re.Match[str]) -> str:
    """Return what a wiki link shows: its alias, else the page and the heading in it."""
    if link[1]:
        return ""
    alias = (link[3] or "").strip()
    page, _, heading = link[2].rstrip("\\").partition("#")
    heading = "" if heading.startswith("^") else heading
    return alias or " > ".join(filter(None, (page.strip(), heading.strip())))


def _uncommented(text: str) -> tuple[str, int]:
    """Take out what stands between two `%%` in a paragraph; return how often that was."""
    parts = text.split("%%")
    kept, comments, number = [parts[0]], 0, 1
    while number < len(parts):
        last = number + 1 == len(parts)
        before, after = parts[number - 1][-1:], "" if last else parts[number + 1][:1]
        if last or not parts[number].strip() or before.isalnum() or after.isalnum():
            kept += ("%%", parts[number])
            number += 1
        else:
            kept.append(parts[number + 1])
            comments, number = comments + 1, number + 2
    return "".join(kept), comments


def _set_apart(pieces: Iterable[tuple[str, str]]) -> str:
    """Join a paragraph's pieces, raised and lowered text as `raised` and `lowered` write it."""
    told, inside = "", ""
    parts = list(pieces)
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
