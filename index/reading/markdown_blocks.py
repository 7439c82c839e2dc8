"""From Markdown source to blocks of visible text, by markdown-it-py's tokens."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.reading.hidden import Look, look_of
from index.reading.layout import Block

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_INLINE = 5_000
"""Characters of one paragraph whose marks are resolved, which takes up to 0.3 s for 5,000
(of `![`); a longer one is kept as it is written."""

MAX_NESTING = 100
"""Levels of quotes and lists that are followed; what is deeper is left out. Inside a paragraph
markdown-it's own 20 stay: the time that opening brackets take is proportional to it."""

_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(
    r"([a-zA-Z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?"
)
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "wbr", "source", "col"})


def blocks_of(source: str) -> Iterator[Block]:
    """Yield the visible blocks of a Markdown source, in order; none for an empty one."""
    from markdown_it import MarkdownIt

    features = ["table", "strikethrough"]
    inline = MarkdownIt("commonmark").enable(features)
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(features)
    # Inline content is parsed below, paragraph by paragraph, so that its length can be bounded.
    parser.core.ruler.disable(["inline", "text_join"])
    environment: dict[str, object] = {}
    page = _Page()
    for token in parser.parse(source, environment):
        if token.type == "inline" and len(token.content) <= MAX_INLINE:
            token.children = []
            inline.inline.parse(token.content, inline, environment, token.children)
        yield from page.take(token)


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
        text = "".join(self._visible(token.children or ()))
        # What was left out between two words leaves two blanks.
        return re.sub(" ?\n ?", "\n", re.sub("  +", " ", text)).strip(" ")

    def _visible(self, children: Sequence["Token"]) -> Iterator[str]:
        for child in children:
            if child.type == "html_inline":
                self._curtain.pass_tags(child.content)
                if child.content.lower().startswith("<br"):
                    yield "\n"
            elif self._curtain.closed:
                continue
            elif child.type in ("text", "text_special", "code_inline"):
                yield child.content
            elif child.type in ("softbreak", "hardbreak"):
                yield " " if child.type == "softbreak" else "\n"


class _Curtain:
    """Whether raw HTML tags passed so far hide what comes next, across blocks."""

    def __init__(self) -> None:
        self._tag = ""
        self._depth = 0

    @property
    def closed(self) -> bool:
        return self._depth > 0

    def pass_tags(self, html: str) -> None:
        for slash, name, rest in _TAG.findall(
            re.sub(r"<!--.*?(?:-->|\Z)", "", html, flags=re.DOTALL)
        ):
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
