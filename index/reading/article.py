"""Finding the article in a page's tree: which element it stands in, and what in there is no part.

trafilatura says which words are the article's. It drops lists, tables, captions and repetitions
around them, so what is read is the page's own tree, less what is plainly around an article.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from index.data_files import data_toml
from index.reading.layout import Block
from index.reading.page_blocks import Run, page_blocks, page_runs

if TYPE_CHECKING:
    from lxml.etree import _Element as Element
    from trafilatura.settings import Document

MAX_ELEMENTS = 20_000
"""Elements up to which trafilatura looks for the article: it takes 2.5 seconds for 15,000
of them, 22 for 120,000. A larger page is taken whole, without its navigation."""

_BULK = 0.9
"""Share of the article's characters that an element must hold to be where the article stands."""
_OWN = 0.3
"""Share of its characters from which on an element is the article's, whatever it is called."""
_MUCH = 0.1
"""Share of the article's characters in it from which on it is, too."""
_FEW = 0.25
"""Share of a page's characters in links under which it can be plain; of its characters in frames
under which a small one can; and of a `<header>`'s above which that is a menu."""
_HALF = 0.5
"""Share of its characters that trafilatura must find for a page to be plain."""
_SMALL = 300
"""Elements up to which a page with frames can be plain."""
_MENU = 60
"""Characters in links before the article above which a page is not plain."""
_LINKED: Final = {
    "ul": 0.4,
    "ol": 0.4,
    **dict.fromkeys(("dl", "div", "section", "table", "p"), 0.55),
}
"""Share of their characters in links above which these are menus."""
_TICKER = 0.2
"""The same share of a list that is the article's in part, with a headline in a link."""
_LINE = 30
"""Characters of a text from which on it is more than a name or a label."""
_PROMOTION = 250
"""Characters that a line has at most which leads away from an article or asks something."""
_SHINGLE = 3
"""Words in a row by which a text is found again."""

NEVER: Final = frozenset({"script", "style", "button", "select", "iframe", "object", "textarea"})
"""Elements whose text is never read: it is for machines, or to be pressed."""
_FRAMES: Final = frozenset({"nav", "header", "footer", "aside", "form", "menu"})
_LINES: Final = frozenset({"p", "div", "li", "ul", "h2", "h3", "h4", "h5", "h6", "strong", "aside"})
_LEAVES: Final = frozenset({"p", "ul", "ol", "dl", "table", "blockquote", "pre"})
_KEPT_BEFORE: Final = frozenset({"figure", "figcaption", "h1"})
_KEPT_BEHIND: Final = frozenset(
    {"ol", "ul", "dl", "table", "pre", "figure", "figcaption", "blockquote", "h1", "h2"}
)
"""What trafilatura leaves out of an article at times, before what it found and behind."""

_PICTURES = ("img", "canvas")
_EMBEDDED = ("iframe", "video", "audio", "object", "embed")
_QUIET = logging.NullHandler()
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page's article is, and what the page says of it."""

    blocks: tuple[Block, ...] = ()
    title: str = ""
    author: str | None = None
    published: str | None = None
    pictures: int = 0
    embedded: int = 0
    """Videos, frames of other pages and the like."""
    around: int = 0
    """Words that the page shows beside the article."""


@dataclass(slots=True)
class _Weight:
    """What an element and all inside it hold, in characters and numbers of runs of text."""

    total: int = 0
    linked: int = 0
    """Of the total, in links that lead away."""
    own: int = 0
    """Of the total, what trafilatura found."""
    again: int = 0
    """Of the total, what it did not find and what stands on the page before."""
    lead: str = ""
    """The first run."""
    first: int = -1
    """Its number; -1 in an element without text."""
    last: int = -1
    begins: int = -1
    """Number of the first run directly in it that is own and no mere name."""
    ends: int = -1

    def say(self, run: Run, number: int, *, own: bool, again: bool) -> None:
        """Add a run that stands directly in the element."""
        length = len(run.text)
        self.total += length
        self.linked += run.linked
        self.own += length if own else 0
        self.again += length if again and not own else 0
        self.lead = self.lead or run.text
        self.first, self.last = number if self.first < 0 else self.first, number
        if own and length >= _LINE:
            self.begins, self.ends = number if self.begins < 0 else self.begins, number

    def add(self, child: "_Weight") -> None:
        """Add what an element inside holds."""
        self.total += child.total
        self.linked += child.linked
        self.own += child.own
        self.again += child.again
        if child.first >= 0 and (self.first < 0 or child.first < self.first):
            self.first, self.lead = child.first, child.lead
        self.last = max(self.last, child.last)


Weights = dict["Element", _Weight]


def find_article(tree: "Element") -> Article:
    """Return the article of a page, or all of its body where none can be told.

    A plain page, without navigation or links before its text, is taken whole.
    """
    body = tree.find("body")
    if body is None:
        return Article()
    found = _ask(tree) if sum(1 for _ in tree.iter()) <= MAX_ELEMENTS else None
    runs = list(page_runs(body))
    weights = _weigh(body, runs, _Sought(page_runs(found.body) if found is not None else ()))
    without = _around(body, runs, weights)
    blocks = tuple(page_blocks(body, without=without))
    seen = Counter(str(element.tag) for element in _inside(body, without))
    article = Article(
        blocks=blocks,
        pictures=sum(seen[tag] for tag in _PICTURES),
        embedded=sum(seen[tag] for tag in _EMBEDDED),
        around=max(0, _words(run.text for run in runs) - _words(block.text for block in blocks)),
    )
    if found is None:
        return article
    return replace(article, title=found.title or "", author=found.author, published=found.date)


def _inside(body: "Element", without: Set["Element"]) -> "Iterator[Element]":
    """Yield what is on a page, and nothing that is in some elements."""
    waiting = [body]
    while waiting:
        for child in waiting.pop():
            yield child
            if child not in without:
                waiting.append(child)


def _words(texts: Iterable[str]) -> int:
    return sum(len(_WORD.findall(text)) for text in texts)


def _ask(tree: "Element") -> "Document | None":
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
    return found


class _Sought:
    """What trafilatura found, to be asked of a run of text."""

    def __init__(self, runs: Iterable[Run]) -> None:
        texts = [_WORD.findall(run.text.lower()) for run in runs]
        self._whole = {tuple(words) for words in texts}
        self._shingles = {piece for words in texts for piece in _shingles(words)}

    def has(self, run: Run) -> bool:
        """Tell whether most of a run was found; in any order, for inline marks are moved."""
        words = _WORD.findall(run.text.lower())
        pieces = list(_shingles(words))
        if not pieces:
            return bool(words) and tuple(words) in self._whole
        return 2 * sum(piece in self._shingles for piece in pieces) > len(pieces)


def _shingles(words: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[n:] for n in range(_SHINGLE)), strict=False)


def _weigh(body: "Element", runs: list[Run], sought: _Sought) -> Weights:
    """Return what each element of a body holds."""
    weights = {element: _Weight() for element in body.iter()}
    before: set[str] = set()
    for number, run in enumerate(runs):
        own = sought.has(run)
        weights[run.element].say(run, number, own=own, again=run.text in before)
        if not own and len(run.text) >= _LINE:
            before.add(run.text)
    for element in reversed(weights):
        parent = element.getparent()
        if element is not body and parent is not None:
            weights[parent].add(weights[element])
    return weights


def _around(body: "Element", runs: list[Run], weights: Weights) -> set["Element"]:
    """Return the outermost elements of a body that are no part of its article."""
    whole = weights[body]
    root = _holder(body, weights) if whole.own else body
    holders = {root, *root.iterancestors()}
    frames = set(_outermost(body, lambda e: e not in holders and _is_frame(e, weights[e], whole)))
    first, last = _reach(root, weights)
    plain = _is_plain(runs[:first], frames, weights, whole)
    website = any(weights[frame].total and frame.get("role") != "doc-toc" for frame in frames)
    if not whole.own or (plain and not website):
        return frames
    inside = weights[root]

    def is_around(element: "Element") -> bool:
        weight = weights[element]
        if element in frames or element in holders or weight.first < 0:
            return element in frames
        if _is_promotion(element, weight):
            return True
        if plain or weight.own:
            return _is_aside(element, weight, whole)
        if weight.first < inside.first or weight.last > inside.last:
            return True
        kept = _KEPT_BEFORE if weight.first < first else _KEPT_BEHIND
        out = not first <= weight.first <= last and next(element.iter(*kept), None) is None
        return out or weight.again == weight.total or _is_aside(element, weight, whole)

    return set(_outermost(body, is_around))


def _is_plain(before: list[Run], frames: set["Element"], weights: Weights, whole: _Weight) -> bool:
    """Tell a page that is nothing but its text, and a small frame at most if it is small."""
    framed = sum(weights[frame].total for frame in frames)
    total = whole.total - framed
    linked = whole.linked - sum(weights[frame].linked for frame in frames)
    if framed and (len(weights) > _SMALL or framed > _FEW * whole.total):
        return False
    menu = sum(
        run.linked
        for run in before
        if run.linked and frames.isdisjoint((run.element, *run.element.iterancestors()))
    )
    return linked <= _FEW * total and menu <= _MENU and whole.own >= _HALF * total


def _holder(body: "Element", weights: Weights) -> "Element":
    """Return the innermost element that holds nearly all of the article."""
    needed = _BULK * weights[body].own
    now = body
    while True:
        inner = next((child for child in now if weights[child].own >= needed), None)
        if inner is None or inner.tag in _LEAVES:
            return now
        now = inner


def _reach(root: "Element", weights: Weights) -> tuple[int, int]:
    """Return the numbers of the first and the last run of what trafilatura found in `root`."""
    found = [weight for element in root.iter() if (weight := weights[element]).begins >= 0]
    if not found:
        return weights[root].first, weights[root].last
    return min(weight.begins for weight in found), max(weight.ends for weight in found)


def _outermost(root: "Element", chosen: Callable[["Element"], bool]) -> Iterator["Element"]:
    """Yield the elements in `root` that are chosen and lie in no other one that is."""
    waiting = list(root)
    while waiting:
        element = waiting.pop()
        if chosen(element):
            yield element
        else:
            waiting += element


def _is_own(weight: _Weight, whole: _Weight) -> bool:
    return weight.own > _OWN * weight.total or weight.own > _MUCH * whole.own


def _is_frame(element: "Element", weight: _Weight, whole: _Weight) -> bool:
    """Tell what its tag or name says to be no article, unless much of it is."""
    if not isinstance(element.tag, str) or element.tag in NEVER:
        return True
    if not weight.total or _is_own(weight, whole) or _is_note(element):
        return False
    if element.tag in _FRAMES:
        return element.tag != "header" or weight.linked > _FEW * weight.total
    names = f"{element.get('class', '')} {element.get('id', '')} {element.get('role', '')}"
    return bool(names.strip() and _chrome().search(names))


def _is_aside(element: "Element", weight: _Weight, whole: _Weight) -> bool:
    """Tell what its text says to be no article: a menu, or a heading of other articles."""
    # A ticker names the article among others.
    ticker = element.tag in ("ul", "ol") and 0 < weight.own <= _OWN * weight.total
    if ticker and weight.linked > _TICKER * weight.total:
        return True
    if not weight.total or _is_own(weight, whole):
        return False
    if weight.linked > _LINKED.get(element.tag, 1) * weight.total:
        return True
    return bool(_elsewhere().fullmatch(weight.lead[:80]))


def _is_promotion(element: "Element", weight: _Weight) -> bool:
    """Tell a line between an article's own that leads away from it, or asks to subscribe."""
    if weight.total > _PROMOTION or element.tag not in _LINES:
        return False
    text = " ".join("".join(map(str, element.itertext())).split())
    leads = weight.linked > _HALF * weight.total and _leads().match(text) is not None
    # The steps of a list may well ask to sign up.
    return leads or (element.tag != "li" and _asks().fullmatch(text) is not None)


def _is_note(element: "Element") -> bool:
    """Tell notes of an article, which Pandoc and others put into an `<aside>`."""
    note = element.get("role", "") in ("doc-endnotes", "doc-footnote")
    return note or "footnote" in element.get("class", "")


@cache
def _chrome() -> re.Pattern[str]:
    names = "|".join(data_toml("index", "page_parts.toml")["names"])
    return re.compile(rf"(?:^|[\s_-])(?:{names})(?:[\s_-]|$)", re.IGNORECASE)


@cache
def _leads() -> re.Pattern[str]:
    leads = "|".join(data_toml("index", "page_parts.toml")["leads"])
    return re.compile(rf"\W{{0,3}}(?:{leads})(?!\w)", re.IGNORECASE)


@cache
def _asks() -> re.Pattern[str]:
    asks = "|".join(data_toml("index", "page_parts.toml")["asks"])
    return re.compile(rf"\W{{0,3}}(?:{asks})\W{{0,3}}", re.IGNORECASE)


@cache
def _elsewhere() -> re.Pattern[str]:
    phrases = "|".join(data_toml("index", "page_parts.toml")["phrases"])
    return re.compile(rf"(?:{phrases})[:.…]?", re.IGNORECASE)
