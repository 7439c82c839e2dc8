"""What a document is known by: its title, date and address, as the file or its name states them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import PurePath
from typing import Final
from urllib.parse import quote

from index.data_files import data_toml
from index.errors import ReadError
from index.reading.normal import one_line
from index.web.address import parse_address

MAX_LINES = 200
"""Front matter closes within this many lines; else the `---` was a line across the page."""
MAX_FRONT = 10_000
"""Characters in which front matter closes; 10,000 brackets take PyYAML 0.3 s, plain lines 0.01."""

MAX_TITLE = 150
"""Longest first line, in characters, that can be a title; headlines end by about 110."""

_WRAP_WIDTH = 50
"""A first line this long with a neighbour about as long is wrapped prose, not a title."""
_MOST_ABOVE = 4
"""Lines above a title."""
_AGAIN = 2
"""Times that a running head comes again, a line of its own each time."""
_SENTENCE_ENDS = (".", "。", "．", "।", ",", ";", "，", "；", "、")

_MOST_NAMES = 50
"""Tags or other names of a document."""
_LONGEST_NAME = 100
_MARKS = re.compile(r"(?:\[\d{1,4}\]){1,9}\Z")
"""Marks of notes at the end of a line."""
_ITEM = re.compile(r"[-*•]\s")
"""How an item of a list begins."""
_PLAIN = "%/:=&?~+!$,;'@()*[]"
"""Characters of an address that may stand as they are (RFC 3986), letters and digits aside."""


def first_line_title(text: str, *, heads: Collection[str] = ()) -> str | None:
    """Return the first line where it looks like a title, or the one below what stands above titles.

    Above may stand up to four lines: a page's number, a day alone, an address, "Confidential", and
    a running head, which comes again in the text.

    It does when it is no item of a list, has a letter or digit, at most `MAX_TITLE` characters,
    no full stop, comma or semicolon at its end, more text after it, and the line after it does not
    carry its sentence on (begin in lower case, or be about as long, as in text wrapped at a fixed
    width). Marks of notes at its end go.

    Args:
        text: Normalised text without blank lines in front.
        heads: Lines that are known to be running heads.
    """
    rest = text
    for _ in range(_MOST_ABOVE + 1):
        first, _, rest = rest.lstrip("\n").partition("\n")
        if not (first in heads or _is_above(first, rest)):
            break
    else:
        return None
    title = _MARKS.sub("", one_line(first))
    if not rest.strip() or not 0 < len(title) <= MAX_TITLE or title.endswith(_SENTENCE_ENDS):
        return None
    if not any(character.isalnum() for character in title) or _ITEM.match(first):
        return None
    following = rest.partition("\n")[0].strip()
    return None if _carries_on(title, following) else title


def _is_above(line: str, rest: str) -> bool:
    """Say whether a line is none of the text's own that follows it."""
    said = one_line(line)
    if len(said) > MAX_TITLE or not rest.strip():
        return False
    again = rest.count(f"\n{line}\n") >= _AGAIN
    day = _byline().alone.fullmatch(said)
    return again or (day is not None and not day["dated"]) or _above().fullmatch(said) is not None


@cache
def _above() -> re.Pattern[str]:
    return re.compile("|".join(data_toml("index", "page_parts.toml")["above"]), re.IGNORECASE)


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


_HEAD_LINES, _LONGEST_LINE = 8, 160
"""Lines at the beginning of a text among which is one with its date, and its characters."""
_PROSE = 240
"""Characters from which a line is a paragraph: what is behind it is no head."""
_DATE: Final = (
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s(?:of\s|de\s|d['’])?(?P<m1>[^\W\d_]{3,10})\.?,?\s"
    r"(?:de\s|del\s)?(?P<y1>\d{4})"
    r"|(?P<m2>[^\W\d_]{3,10})\.?\s(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y2>\d{4})"
    r"|(?P<y3>\d{4})[-/](?P<m3>\d\d)[-/](?P<d3>\d\d)"
    r"|(?P<d4>\d{1,2})\.\s?(?P<m4>\d{1,2})\.\s?(?P<y4>\d{4}))(?!\d)"
)
"""A day with its year; where two numbers may be day or month, as in 03/04/2024, it is none."""
_TIME: Final = (
    r"(?:(?:,?\s(?:at|um|à|a las)|,|T|\s[–—|·•-])?\s?\d{1,2}[:.h]\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?"
    r"(?:\s(?:uhr|[a-z]{2,4}))?)?"
)
"""What may stand behind it: a time of day."""


def byline_date(text: str) -> str | None:
    """Return the ISO 8601 date that a text says below its title that it was published.

    A line says it with a word for that ("Published: 12 March 2024", "Posted on March 12, 2024 by
    Ann Lee"), or behind who wrote it ("By Anna Smith, 12 March 2024"), or stands alone beside such
    a line. What is prose, has no year, is of an update or an event, or may be two days, says none.

    Args:
        text: Normalised text.
    """
    lines: list[str] = []
    for line in islice(filter(str.strip, text[: _HEAD_LINES * _PROSE].split("\n")), _HEAD_LINES):
        if len(line) > _PROSE:
            break
        lines.append(one_line(line))
    rules = _byline()
    for at, line in enumerate(lines):
        beside = (*lines[max(0, at - 1) : at], *lines[at + 1 : at + 2])
        if len(line) <= _LONGEST_LINE and (day := rules.day_of(line, beside)):
            return day
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bylines:
    """How lines say when a text was published, made of `data/bylines.toml`."""

    said: re.Pattern[str]
    """A word for it, and a date."""
    written: re.Pattern[str]
    """Who wrote it, and a date."""
    alone: re.Pattern[str]
    """A date."""
    author: re.Pattern[str]
    """Who wrote it."""
    headed: re.Pattern[str]
    """A line of a head of lines, as of a letter."""
    joining: frozenset[str]
    weekdays: frozenset[str]
    months: Mapping[str, int]

    def day_of(self, line: str, beside: Sequence[str]) -> str | None:
        """Return the day that a line says; None where it is not certain.

        Args:
            line: Which one.
            beside: Those before and after it.
        """
        if found := self.said.fullmatch(line):
            return self._day(found)
        if (found := self.written.fullmatch(line)) and self._is_name(found["name"]):
            return self._day(found)
        if (found := self.alone.fullmatch(line)) is None:
            return None
        wanted = self._is_headed if found["dated"] else self._is_author
        return self._day(found) if any(map(wanted, beside)) else None

    def _is_author(self, line: str) -> bool:
        found = self.author.fullmatch(line)
        return found is not None and self._is_name(found["name"])

    def _is_headed(self, line: str) -> bool:
        return self._is_author(line) or self.headed.match(line) is not None

    def _is_name(self, name: str) -> bool:
        """Say whether words may be who wrote a text: two with a capital, and no day or month."""
        words = re.split(r"[\s,]+", name.strip(" ,"))
        plain = [word for word in words if word.lower() not in self.joining]
        times = self.weekdays | self.months.keys()
        return (
            len(plain) > 1
            and all(word[0].isupper() for word in plain)
            and times.isdisjoint(word.lower().rstrip(".") for word in plain)
        )

    def _day(self, found: re.Match[str]) -> str | None:
        told = {
            key[0]: value for key, value in found.groupdict().items() if value and key[1:].isdigit()
        }
        month = told["m"] if told["m"].isdigit() else self.months.get(told["m"].lower(), 0)
        return iso_date(f"{told['y']}-{int(month):02}-{int(told['d']):02}")


@cache
def _byline() -> _Bylines:
    table = data_toml("index", "bylines.toml")
    words = {
        key: "|".join(re.escape(w.replace("_", " ")) for w in table[key].split())
        for key in ("published", "by", "on", "beside", "dated", "weekdays")
    }
    on, by = rf"(?:(?:{words['on']})\s)?", rf"(?:{words['by']})"
    day = rf"{on}(?:(?:{words['weekdays']})\.?,?\s)?{on}{_DATE}{_TIME}"
    more = (
        r"\.?(?:\s?[|·•–—(/-]\s?.{1,80}|[,;]?\s(?:last\s)?(?:updated|modified)\b.{1,60}"
        rf"|\s{by}\s[^.]{{1,60}})?"
    )
    gap = r"\s?[:,|·•–—/-]?\s?"
    said = rf"(?:{words['published']})(?:\s{by}\s[^.:]{{1,60}}?)?{gap}{day}{more}"
    name = r"(?P<name>\w[^\d:;()]{2,80}?)"
    written = rf"{by}\s{name}{gap}(?:(?:{words['published']})\s?:?\s?)?{day}{more}"
    alone = rf"(?:(?P<dated>{words['dated']})\s?:\s)?{day}{more}"
    names = [set(each.split()) for each in table["months"]]
    short = [
        {name[:3] for name in each} | each | {"sept"} & {n[:4] for n in each} for each in names
    ]
    of_one = [each - set().union(*(s for s in short if s is not each)) for each in short]
    return _Bylines(
        said=re.compile(said, re.IGNORECASE),
        written=re.compile(written, re.IGNORECASE),
        alone=re.compile(alone, re.IGNORECASE),
        author=re.compile(rf"{by}\s{name}\.?", re.IGNORECASE),
        headed=re.compile(rf"(?:{words['beside']})\s?:\s\S", re.IGNORECASE),
        joining=frozenset(table["joining"].split()),
        weekdays=frozenset(table["weekdays"].split()),
        months={name: at for at, each in enumerate(of_one, start=1) for name in each},
    )
