"""Reads what a reference manager keeps: lists in BibTeX or CSL-JSON with the files they link.

BibTeX is parsed by bibtexparser, its LaTeX read by pylatexenc. A record is what one entry says, as
an item of CSL-JSON; what it says of a document counts before what the document's file says.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from index.card import Card
from index.data_files import data_toml
from index.errors import ReadError
from index.reading.metadata import clean_url
from index.reading.normal import decode, one_line

if TYPE_CHECKING:
    from bibtexparser.model import Entry

ENDINGS: Final = (".bib", ".json")
"""Of files that may be such a list."""
_LONGEST = 500
"""Characters of what a record says in one place."""
_MOST = 100
"""Names, keywords or files of one record."""
_MONTH = re.compile(r"(?<![a-z])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
_MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
_DATE = re.compile(r"\s*(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?!\d)")
_DOI = re.compile(r"10\.\d{4,9}/\S{1,400}")
_NO_COMMENT = re.compile(r"(?<!\\)%")
"""A per cent sign that LaTeX would take for the beginning of a comment."""
_PART = re.compile(r"((?:[^\\:;]|\\.|\\\Z)*)([:;]|\Z)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MARKUP = re.compile(r"</?(?:i|b|sup|sub|sc|span)(?:\s[^<>]{0,100})?>", re.IGNORECASE)
"""What CSL allows in a title."""
_BETWEEN_KEYWORDS = re.compile(r"[,;]")
_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What pylatexenc raises of a text that is no LaTeX: 23 % of 6,000 texts of its signs."""
_IN_FILE_FIELD = 3
"""Parts of a file field: what it is called, its path, its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One entry of a list."""

    record: str
    """An item of CSL-JSON, see `index.card.Card.record`; empty for an entry that is damaged."""
    files: tuple[tuple[str, ...], ...]
    """Linked files, and of each the paths that its link may mean, the likeliest first."""


def read_references(data: bytes, *, name: str) -> tuple[Reference, ...]:
    """Return the entries of a list of references, in order; for the sandbox.

    Args:
        data: The whole file.
        name: Its name, which ends in one of `ENDINGS`.

    Raises:
        ReadError: It is no such list, or no text; the message is the reason.
    """
    text = decode(data)
    found = _bibtex(text) if name.lower().endswith(".bib") else _csl(text)
    references = tuple(islice(found, None))
    if not references:
        raise ReadError("it is no list of references; export it as BibTeX or CSL-JSON")
    return references


def item_of(record: str) -> dict[str, Any]:
    """Return a card's record as an item of CSL-JSON; empty for none and for a damaged one."""
    try:
        item = json.loads(record or "{}")
    except (ValueError, RecursionError):
        return {}
    return _kept(item) if isinstance(item, dict) else {}


def recorded(card: Card, record: str) -> Card:
    """Return a card that says what a record says, and what it said itself where that is silent.

    Keywords are added to its tags. An empty record leaves the card as it is.
    """
    item = item_of(record)
    people = item.get("author") or item.get("editor") or ()
    keywords = (one_line(word) for word in _BETWEEN_KEYWORDS.split(item.get("keyword", "")))
    url = item.get("URL") or (f"https://doi.org/{item['DOI']}" if "DOI" in item else "")
    return replace(
        card,
        record=record,
        title=item.get("title") or card.title,
        author=", ".join(map(_shown, people)) or card.author,
        published=_iso(item) or card.published,
        url=clean_url(url) or card.url,
        tags=tuple(dict.fromkeys([*card.tags, *filter(None, keywords)])),
    )


def _shown(name: Mapping[str, str]) -> str:
    order = ("literal", "given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(name[part] for part in order if part in name)


def _iso(item: Mapping[str, Any]) -> str:
    dates = item.get("issued", {}).get("date-parts", [[]])
    return "-".join(f"{part:0{4 if at == 0 else 2}}" for at, part in enumerate(dates[0]))


def _csl(text: str) -> Iterator[Reference]:
    """Yield the items of CSL-JSON; nothing where one is no item."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(items, dict):
        items = items.get("items")
    types = _words()["kept"]["types"].split()
    if not isinstance(items, list) or not all(
        isinstance(item, dict) and item.get("type") in types and "title" in item for item in items
    ):
        return
    for item in items:
        yield Reference(record=_written(item), files=tuple(_linked(item)))


def _linked(item: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
    """Yield the links of a CSL item: of `file`, as BibTeX has it, or in a list of attachments."""
    links = [item.get(name) for name in ("file", "files", "attachments")]
    each = [one for link in links for one in (link if isinstance(link, list) else [link])]
    for one in each[:_MOST]:
        path = one.get("path") if isinstance(one, dict) else one
        if isinstance(path, str):
            yield from [(path,)] if isinstance(one, dict) else _files(path)


def _bibtex(text: str) -> Iterator[Reference]:
    """Yield the entries of BibTeX; of one that cannot be parsed an empty record."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import Entry, ParsingFailedBlock

    for block in parse_string(text).blocks:
        # An entry whose key another one has, or that says something twice, stands in a fault.
        entry = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
        if not isinstance(entry, Entry):
            if isinstance(block, ParsingFailedBlock):
                yield Reference(record="", files=())
            continue
        fields = {field.key.lower(): _bare(str(field.value)) for field in entry.fields}
        files = tuple(_files(fields.get("file", "")))
        yield Reference(record=_written(_item(entry, fields)), files=files)


def _bare(value: str) -> str:
    return value[1:-1] if value[:1] + value[-1:] in ("{}", '""') else value


def _item(entry: "Entry", fields: Mapping[str, str]) -> dict[str, Any]:
    """Return an entry of BibTeX as an item of CSL-JSON."""
    words = _words()
    kind = words["types"].get(entry.entry_type.lower(), "document")
    if kind == "article-journal":
        kind = words["subtypes"].get(fields.get("entrysubtype", "").lower(), kind)
    if kind == "document" and "url" in fields:
        kind = "webpage"
    item: dict[str, Any] = {"id": entry.key, "type": kind}
    for name, sources in words["fields"].items():
        stated = next((fields[source] for source in sources.split() if fields.get(source)), "")
        raw = name in ("URL", "DOI")
        item[name] = stated.replace("\\", "") if raw else _plain(stated)
    item["page"] = item["page"].replace("--", "–")
    number = _plain(fields.get("number") or fields.get("issue", ""))
    item["issue" if kind.startswith("article-") else "number"] = number
    for name in words["kept"]["names"].split():
        item[name] = list(_people(fields.get(name, "")))
    month = _month(fields.get("month", ""))
    day = fields.get("day", "") if month else ""
    ymd = "-".join(filter(None, [fields.get("year", ""), month, day]))
    item["issued"] = {"raw": fields.get("date") or ymd}
    item["accessed"] = {"raw": fields.get("urldate", "")}
    return item


def _month(stated: str) -> str:
    """Return a month as a number, of BibTeX's word, a whole name, or a number; else empty."""
    named = _MONTH.search(stated.lower())
    number = str(_MONTHS.index(named[0]) // 3 + 1) if named else stated
    return number if number.isdecimal() else ""


def _people(stated: str) -> Iterator[dict[str, str]]:
    from bibtexparser.middlewares.names import (
        parse_single_name_into_parts,
        split_multiple_persons_names,
    )

    for name in islice(split_multiple_persons_names(stated), _MOST):
        try:
            parts = parse_single_name_into_parts(name)
        except ValueError:
            yield {"literal": _plain(name)}
            continue
        if name.startswith("{") and not parts.first:
            yield {"literal": _plain(name)}
        elif name.strip() != "others":
            yield {
                "family": _plain(" ".join(parts.last)),
                "given": _plain(" ".join(parts.first)),
                "non-dropping-particle": _plain(" ".join(parts.von)),
                "suffix": _plain(" ".join(parts.jr)),
            }


def _plain(latex: str) -> str:
    """Return what LaTeX shows, as one line; a text that is no LaTeX without its braces."""
    if not any(sign in latex for sign in "\\{}$~-`'%"):
        return one_line(latex)
    latex = _NO_COMMENT.sub(r"\\%", latex[: 4 * _LONGEST])
    with suppress(*_FAULTS):
        return one_line(_shows()(latex))
    return one_line(re.sub(r"[{}\\]", "", latex))


@cache
def _shows() -> Callable[[str], str]:
    """Return what reads LaTeX; it takes 1.5 ms to make."""
    from pylatexenc.latex2text import LatexNodes2Text

    read: Callable[[str], str] = LatexNodes2Text().latex_to_text
    return read


def _files(field: str) -> Iterator[tuple[str, ...]]:
    r"""Yield the links of a file field: `Name:path:type;...`, or paths alone.

    A backslash stands before a colon, a semicolon and a backslash that are meant, which Better
    BibTeX writes for Windows as in `C\:\\Users`; others write a path as it is.
    """
    parts: list[str] = []
    links: list[list[str]] = []
    for found in _PART.finditer(field):
        parts.append(found[1])
        if found[2] != ":":
            links.append(parts)
            parts = []
    for link in islice(filter(any, links), _MOST):
        yield tuple(dict.fromkeys(map(_path, _meant(link))))


def _meant(link: Sequence[str]) -> Iterator[str]:
    """Yield the paths that the parts of a link may be, the likeliest first."""
    whole = ":".join(link)
    if len(link) >= _IN_FILE_FIELD:
        middle = ":".join(link[1:-1])
        yield from (_unescaped(middle), middle)
    elif len(link) > 1 and len(link[0]) > 1 and link[0].lower() != "file":
        yield _unescaped(link[1])
    yield from (_unescaped(whole), whole)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def _path(stated: str) -> str:
    stated = stated.strip().strip("{}")
    return unquote(urlsplit(stated).path) if stated.lower().startswith("file:") else stated


def _written(item: Mapping[str, Any]) -> str:
    """Return what is kept of an item, as JSON, always in the same order."""
    return json.dumps(_kept(item), ensure_ascii=False, separators=(",", ":"))


def _kept(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of an item of CSL-JSON: what has the form that the schema asks for."""
    words = _words()["kept"]
    kind = item.get("type")
    known = isinstance(kind, str) and kind in words["types"].split()
    kept: dict[str, Any] = {"id": _text(item.get("id")), "type": kind if known else "document"}
    kept |= {name: _text(item.get(name)) for name in words["texts"].split()}
    kept |= {name: _names(item.get(name)) for name in words["names"].split()}
    kept |= {name: _date(item.get(name)) for name in words["dates"].split()}
    kept["URL"] = clean_url(kept["URL"]) or ""
    doi = _DOI.search(kept["DOI"])
    kept["DOI"] = doi[0] if doi else ""
    return {name: value for name, value in kept.items() if value}


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(_MARKUP.sub("", str(value)[: 4 * _LONGEST]))[:_LONGEST]


def _names(value: object) -> list[dict[str, str]]:
    if not isinstance(value, list):
        return []
    parts = _words()["kept"]["parts"].split()
    stated = (name for name in value[:_MOST] if isinstance(name, dict))
    named = ({part: _text(name.get(part)) for part in parts} for name in stated)
    people = ({part: text for part, text in name.items() if text} for name in named)
    return [name for name in people if name]


def _date(value: object) -> dict[str, list[list[int]]]:
    """Return a date as far as it is known: of a period its first day."""
    if not isinstance(value, dict):
        return {}
    stated = value.get("date-parts")
    if isinstance(stated, list) and stated and isinstance(stated[0], list):
        said = "-".join(str(part) for part in stated[0][:3] if isinstance(part, int | str))
    else:
        said = next((str(value[n]) for n in ("edtf", "raw", "literal") if value.get(n)), "")
    found = _DATE.match(said)
    numbers = [int(part) for part in found.groups() if part] if found else []
    sound = all(1 <= part <= most for part, most in zip(numbers, (9999, 12, 31), strict=False))
    return {"date-parts": [numbers]} if numbers and sound else {}


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return data_toml("index", "references.toml")
