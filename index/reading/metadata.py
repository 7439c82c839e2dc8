"""What a document is known by: its title, date and address, as the file or its name states them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import quote

from index.errors import ReadError
from index.reading.normal import one_line
from index.web.address import parse_address

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_LINES = 200
"""Front matter closes within this many lines; else the `---` was a line across the page."""
MAX_FRONT = 10_000
"""Characters in which front matter closes; 10,000 brackets take PyYAML 0.3 s, plain lines 0.01."""

MAX_TITLE = 150
"""Longest first line, in characters, that can be a title; headlines end by about 110."""

_WRAP_WIDTH = 50
"""A first line this long with a neighbour about as long is wrapped prose, not a title."""
_SENTENCE_ENDS = (".", "。", "．", "।", ",", ";", "，", "；", "、")

_HEAD = 10_000
"""Characters of a page in which browsers leave their note."""
_NOTE = re.compile(
    r"<!--\s{0,9}(?:saved from url=\(\d{1,6}\)|Page saved with SingleFile\s{1,9}url:\s{0,9})"
    r"(\S{1,2000}?)(?=\s|-->)",
    re.IGNORECASE,
)
_MOST_NAMES = 50
"""Tags or other names of a document."""
_LONGEST_NAME = 100
_MARKS = re.compile(r"(?:\[\d{1,4}\]){1,9}\Z")
"""Marks of notes at the end of a line."""
_ITEM = re.compile(r"[-*•]\s")
"""How an item of a list begins."""
_FEW_WORDS = 2
_SITE = re.compile(r" [|–—·»-] ")
_WORD = re.compile(r"\w+")
_PLAIN = "%/:=&?~+!$,;'@()*[]"
"""Characters of an address that may stand as they are (RFC 3986), letters and digits aside."""


def first_line_title(text: str) -> str | None:
    """Return the first line where it looks like a title.

    It does when it is no item of a list, has a letter or digit, at most `MAX_TITLE` characters,
    no full stop, comma or semicolon at its end, more text after it, and the line after it does not
    carry its sentence on (begin in lower case, or be about as long, as in text wrapped at a fixed
    width). Marks of notes at its end go.

    Args:
        text: Normalised text without blank lines in front.
    """
    first, _, rest = text.partition("\n")
    title = _MARKS.sub("", one_line(first))
    if not rest.strip() or not 0 < len(title) <= MAX_TITLE or title.endswith(_SENTENCE_ENDS):
        return None
    if not any(character.isalnum() for character in title) or _ITEM.match(first):
        return None
    following = rest.partition("\n")[0].strip()
    return None if _carries_on(title, following) else title


def name_title(name: str) -> str:
    """Make a title of a file name: `my_notes-2024.txt` gives `my notes-2024`.

    The extension goes; underscores become spaces; hyphens do too where the name has neither
    spaces nor underscores but two or more hyphens and a letter, as Web addresses have them.
    `untitled` where nothing is left.
    """
    printable = PurePath(name).name.encode("utf-8", errors="replace").decode("utf-8")
    stem = PurePath(printable).stem
    if not re.search(r"[_\s]", stem) and stem.count("-") >= 2 and re.search(r"[^\W\d_]", stem):
        stem = stem.replace("-", " ")
    return one_line(stem.replace("_", " ")) or "untitled"


def iso_date(value: str) -> str | None:
    """Return the ISO 8601 date in front of any time of day; None where there is none."""
    try:
        return date.fromisoformat(value.strip()[:10]).isoformat()
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What a document says of itself; None where it does not."""

    title: str | None = None
    published: str | None = None
    """ISO 8601 date."""
    author: str | None = None
    """Several names are joined with commas."""
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other names of the document; no addresses, which some programs keep under this name."""


def split_front_matter(source: str) -> tuple[FrontMatter, str]:
    r"""Part a Markdown source into the YAML mapping between two `---` at its top and the rest.

    Args:
        source: Text with `\n` line ends, without byte-order mark.

    Returns:
        The front matter and the source after it; an empty one and all of the source where there
        is none, or one that is no YAML.
    """
    lines = source[:MAX_FRONT].split("\n", MAX_LINES + 1)[: MAX_LINES + 1]
    if lines[0].rstrip() != "---":
        return FrontMatter(), source
    marks = (n for n, line in enumerate(lines) if n and line.rstrip() in ("---", "..."))
    end = next(marks, 0)
    entries = _entries("\n".join(lines[1:end]))
    if not entries:
        return FrontMatter(), source
    found = FrontMatter(
        title=_said(entries.get("title")) or None,
        published=iso_date(_said(entries.get("date")) or _said(entries.get("published"))),
        author=_said(entries.get("author")) or _said(entries.get("authors")) or None,
        tags=tuple(tag.lstrip("#") for tag in _several(entries, ("tags", "tag", "keywords"))),
        aliases=tuple(n for n in _several(entries, ("aliases", "alias")) if "/" not in n),
    )
    return found, "".join(source.split("\n", end + 1)[end + 1 :])


def _entries(block: str) -> Mapping[str, object]:
    """Return the entries of a YAML mapping by their keys in lower case; empty for anything else.

    All values are texts, lists or mappings, as they are written: `No` and dates stay text.
    """
    import yaml

    try:
        # The base loader makes no objects, and what aliases repeat is there once.
        found = yaml.load(block, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        found = _plain_entries(block)
    entries = found if isinstance(found, dict) else {}
    return {str(key).lower(): value for key, value in entries.items()}


def _plain_entries(block: str) -> dict[str, str]:
    """Read lines of `key: value` that are no YAML, as in `title: Riga: a guide`."""
    pairs = [line.partition(":") for line in block.split("\n") if line.strip()]
    if not all(mark and key.replace(" ", "_").isidentifier() for key, mark, _ in pairs):
        return {}
    return {key: value.strip().strip("\"'") for key, _, value in pairs}


def _said(value: object) -> str:
    """Return a value as text, several joined with commas; a person may be a mapping with a name."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, list):
        named = (each.get("name") if isinstance(each, dict) else each for each in value)
        return ", ".join(each for each in named if isinstance(each, str) and each)
    return value.strip() if isinstance(value, str) and value not in ("null", "~") else ""


def keywords(stated: str) -> tuple[str, ...]:
    """Return the keywords of a list with commas or semicolons between them."""
    named = (one_line(word) for word in stated.replace(";", ",").split(","))
    return tuple(dict.fromkeys(word for word in named if word))[:20]


def _several(entries: Mapping[str, object], keys: Sequence[str]) -> Iterator[str]:
    """Yield the values of the first of these keys: a list, or texts parted by commas."""
    value = next((entries[key] for key in keys if entries.get(key)), None)
    parts = value.split(",") if isinstance(value, str) else value
    for part in islice(parts if isinstance(parts, list) else (), _MOST_NAMES):
        if isinstance(part, str) and (name := one_line(part)[:_LONGEST_NAME]).strip("#"):
            yield name


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


def clean_url(stated: str) -> str | None:
    """Return a stated http or https address in ASCII, without fragment; None for anything else.

    Addresses with a user name, with blanks or of more than 2,000 characters are none.
    """
    try:
        return quote(parse_address(stated).url, safe=_PLAIN)
    except ReadError:
        return None


def _carries_on(title: str, following: str) -> bool:
    if not following:
        return False
    wrapped = len(title) >= _WRAP_WIDTH and 0.6 <= len(following) / len(title) <= 1.4
    return wrapped or following[0].islower()
