"""What a bibliography says of documents: CSL-JSON, BibTeX and Markdown, from their cards.

Nothing is said that a card does not say: no day where only a year is known, no family name where
it is not sure which word that is, and the type `document` where the kind is not known.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from pathlib import PurePath
from typing import Any, Final, Literal, cast, get_args
from urllib.parse import quote

from index.card import Card
from index.data_files import data_toml
from index.errors import MisuseError
from index.reading.normal import one_line
from index.reading.references import item_of

BibliographyFormat = Literal["csl", "bibtex", "markdown"]
"""csl: CSL-JSON, an array. bibtex: entries in UTF-8. markdown: an item of a list each."""
FORMATS: Final[tuple[BibliographyFormat, ...]] = get_args(BibliographyFormat)

Item = dict[str, Any]
"""An item of CSL-JSON, by the schema of citation-style-language/schema, 1.0.2."""

_ID_IN_KEY = 6
"""Characters of a document's id in the key of its entry."""
_LONGEST_WORD = 20
_MOST_WORDS = 6
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?![\d-])")
_DOI = re.compile(r"https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/\S+)", re.IGNORECASE)
_BYLINE = re.compile(r"\Aby ", re.IGNORECASE)
_AND = re.compile(r",? (?:and|und|et|y|&) ", re.IGNORECASE)
_PARTING = re.compile(r",|\band\b", re.IGNORECASE)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_LATEX: Final = {
    "\\": r"{\textbackslash}", "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
    "<": r"{\textless}", ">": r"{\textgreater}", "|": r"{\textbar}", "$": r"\$", "&": r"\&",
    "#": r"\#", "_": r"\_", "%": r"\%", "{": r"\{", "}": r"\}",
}  # fmt: skip
_LONE_BRACES: Final = {"{": r"{\textbraceleft}", "}": r"{\textbraceright}"}
"""BibTeX counts braces even behind a backslash, so that those without a partner are words."""
_MARKDOWN = re.compile(r"([\\`*_\[\]<>&|~#])")
_PLAIN_URL = "%/:=&?~+!$,;'@()*[]#"
_WITH_TYPE = ("techreport", "phdthesis")
"""Entries that have a field for what a report or thesis is called."""
_IS_KEY = re.compile(r"(?!https?:)[A-Za-z0-9:.+/_-]{1,100}")
_NOT_IN_KEY = re.compile(r"[^A-Za-z0-9:.+/_-]+")


def bibliography(cards: Mapping[str, Card], *, format: str) -> str:  # noqa: A002  # as users say it
    """Return a bibliography of documents.

    Args:
        cards: By the documents' ids, in the order of the bibliography.
        format: One of `FORMATS`.

    Returns:
        Text that ends with a line end; an empty one for no documents, and `[]` in CSL-JSON.

    Raises:
        MisuseError: There is no such format.
    """
    write = {"csl": _as_json, "bibtex": _as_bibtex, "markdown": _as_markdown}.get(format)
    if write is None:
        raise MisuseError(f"a bibliography's format is {format!r}; {', '.join(FORMATS)} are known")
    # A work's several files, such as a PDF and a saved page, have one record.
    first: dict[str, str] = {}
    for document_id, card in cards.items():
        first.setdefault(card.record or document_id, document_id)
    works = {document_id: cards[document_id] for document_id in first.values()}
    return write(csl_items(works), works)


def csl_items(cards: Mapping[str, Card]) -> tuple[Item, ...]:
    """Return documents as items of CSL-JSON, in order.

    The `id` of an item is the key that a reference manager has for it, or is made of its author,
    its year and its document's id: it stays the same whatever other documents are cited with it.
    """
    items = [_item(card) for card in cards.values()]
    keys: dict[str, None] = {}
    for document_id, item in zip(cards, items, strict=True):
        known = item.pop("id", "")
        key = known if _IS_KEY.fullmatch(known) else _key(item, document_id[:_ID_IN_KEY])
        keys[key if key not in keys else _key(item, document_id)] = None
    return tuple({"id": key, **item} for key, item in zip(keys, items, strict=True))


def _item(card: Card) -> Item:
    """Return what a reference manager says, and what else the card does."""
    said = item_of(card.record)
    words = _words()
    url = card.url or (card.source if re.match(r"https?://", card.source) else "")
    doi = _DOI.fullmatch(url)
    item: Item = {
        "type": words["types"].get(card.media_type, "document"),
        "title": one_line(card.title),
        "author": [*_people(card.author or "")],
        "issued": _issued(card.published or ""),
        "genre": words["genres"].get(card.media_type, ""),
        "URL": _plain_url(url),
        "DOI": doi[1] if doi else "",
        "language": one_line(card.language),
    }
    keywords = {"keyword": ", ".join(map(one_line, card.tags))}
    return {name: value for name, value in (item | said | keywords).items() if value}


def _people(author: str) -> Iterable[dict[str, str]]:
    """Yield the names in an author's line: in parts where those are sure, else as they stand.

    "Doe, Jane; Roe, John" is parted at semicolons; "Jane Doe, John Roe and Reuters" at commas and
    "and" where what stands before "and" are names by themselves, which "Doe, Jane", "Smith, Inc."
    and "Food and Drug Administration" are not.
    """
    author = _BYLINE.sub("", one_line(author))
    if ";" in author:
        yield from map(_inverted, filter(None, map(str.strip, author.split(";"))))
        return
    first, *last = _AND.split(author)
    listed = [part.strip() for part in first.split(",")]
    if all(map(_is_whole, listed)) and not any("," in each for each in last):
        yield from map(_person, [*listed, *last])
    elif author:
        yield _person(author)


def _inverted(name: str) -> dict[str, str]:
    """Return "Doe, Jane" in its parts."""
    family, comma, given = (part.strip() for part in name.partition(","))
    if not comma or not family or not given or "," in given or _is_body(name):
        return _person(name)
    return {"family": family, "given": given}


def _person(name: str) -> dict[str, str]:
    """Return a name in its parts where they are sure: "Jane Doe", "J. A. van Doe", "John Doe Jr".

    Of "Gabriel García Márquez" and "Mary Ann Doe" only a reader knows where the family name begins.
    """
    said = _words()["names"]
    words = name.split()
    suffix = words.pop() if words and words[-1].lower() in said["suffixes"] else ""
    own = [at for at, word in enumerate(words) if word not in said["particles"]]
    first = len(own) - 1
    sure = _is_whole(name) and own == [*range(first), len(words) - 1]
    if not sure or not all(word.endswith(".") for word in words[1:first]):
        return {"literal": name}
    parts = {
        "given": " ".join(words[:first]),
        "non-dropping-particle": " ".join(words[first:-1]),
        "family": words[-1],
        "suffix": suffix,
    }
    return {part: value for part, value in parts.items() if value}


def _is_whole(name: str) -> bool:
    """Tell whether words are a person's name by themselves: two to six, capitals first, Latin."""
    small = _words()["names"]["particles"] | _words()["names"]["suffixes"]
    named = [word for word in name.split() if word.lower() not in small]
    few = 2 <= len(named) <= _MOST_WORDS
    return few and not name.isupper() and not _is_body(name) and all(map(_is_name, named))


def _is_name(word: str) -> bool:
    letters = re.sub(r"[.'’-]", "", word)
    return letters.isalpha() and word[0].isupper() and "LATIN" in unicodedata.name(word[0], "")


def _is_body(name: str) -> bool:
    """Tell whether a name has a word of an organisation's."""
    return not _words()["names"]["bodies"].isdisjoint(re.split(r"[\s,]+", name.lower()))


def _issued(published: str) -> dict[str, list[list[int]]]:
    found = _DATE.match(published.strip())
    if not found:
        return {}
    return {"date-parts": [[int(part) for part in found.groups() if part is not None]]}


def _plain_url(url: str) -> str:
    """Return an address as it can stand between braces and angle brackets."""
    return quote(url, safe=_PLAIN_URL, errors="replace")


def _key(item: Item, document_id: str) -> str:
    """Return the key of an entry: `doe2024-3f2a77`."""
    first = (item.get("author") or [{}])[0]
    named = first.get("family") or first.get("literal") or item.get("title", "")
    plain = unicodedata.normalize("NFKD", named).encode("ascii", "ignore").decode().lower()
    word = next(iter(re.findall(r"[a-z]+", plain)), "document")[:_LONGEST_WORD]
    year = f"{_parts(item)[0]:04}" if _parts(item) else ""
    return f"{word}{year}-{_NOT_IN_KEY.sub('', document_id)}"


def _parts(item: Item) -> Sequence[int]:
    """Return year, month and day of an item as far as they are known."""
    dates = item.get("issued", {}).get("date-parts") or [[]]
    return [int(part) for part in dates[0]]


def _as_json(items: Sequence[Item], _: Mapping[str, Card]) -> str:
    return f"{json.dumps(list(items), ensure_ascii=False, indent=2)}\n"


def _as_bibtex(items: Sequence[Item], _: Mapping[str, Card]) -> str:
    return "\n".join(map(_entry, items))


def _entry(item: Item) -> str:
    """Return an item as BibTeX: titles keep their capitals, months are BibTeX's own words."""
    words = _words()
    inside, by = item.get("container-title", ""), item.get("publisher", "")
    kind, place, house = words["entries"].get(item["type"], words["entries"]["misc"])
    if (place and not inside) or (house != "publisher" and not by):
        kind, place, house = words["entries"]["misc"]
    how = "type" if kind in _WITH_TYPE else "howpublished"
    fields = {name: str(item[field]) for field, name in words["fields"].items() if field in item}
    rows = {
        "author": " and ".join(map(_bibtex_name, item.get("author", ()))),
        "editor": " and ".join(map(_bibtex_name, item.get("editor", ()))),
        "title": f"{{{_latex(item['title'])}}}" if "title" in item else "",
        how: _latex(item.get("genre", "")),
    }
    rows |= {place: _latex(inside)} if inside else {}
    rows |= {house: _latex(by)} if by else {}
    rows |= {name: _latex(value) for name, value in fields.items()}
    rows["pages"] = re.sub(r"(?<=\d)[-–](?=\d)", "--", rows.get("pages", ""))
    year, month, day = (*_parts(item), 0, 0, 0)[:3]
    lines = [f"  {name} = {{{value}}}," for name, value in rows.items() if name and value]
    lines += [f"  year = {{{year:04}}},"] if year else []
    lines += [f"  month = {_MONTHS[month - 1][:3].lower()},"] if month else []
    lines += [f"  day = {{{day}}},"] if day else []
    # Addresses are set as they stand (\\url), so nothing in them is written otherwise.
    lines += [f"  {name.lower()} = {{{item[name]}}}," for name in ("DOI", "URL") if name in item]
    return "\n".join([f"@{kind}{{{item['id']},", *lines, "}\n"])


def _bibtex_name(name: Mapping[str, str]) -> str:
    if "literal" in name:
        return f"{{{_latex(name['literal'])}}}"
    parts = ("dropping-particle", "non-dropping-particle", "family")
    family = " ".join(name[part] for part in parts if part in name)
    whole = (family, name.get("suffix", ""), name.get("given", ""))
    # BibTeX parts names at commas and at "and", but in braces.
    told = (f"{{{_latex(one)}}}" if _PARTING.search(one) else _latex(one) for one in whole if one)
    return ", ".join(told)


def _latex(text: str) -> str:
    """Return a text as LaTeX sets it, in UTF-8."""
    depths = [0, *accumulate((c == "{") - (c == "}") for c in text)]
    paired = depths[-1] == 0 and min(depths) == 0
    written = _LATEX if paired else _LATEX | _LONE_BRACES
    return "".join(written.get(character, character) for character in text)


def _as_markdown(items: Sequence[Item], cards: Mapping[str, Card]) -> str:
    lines = (_line(item, card) for item, card in zip(items, cards.values(), strict=True))
    return "".join(f"- {line}\n" for line in lines)


def _line(item: Item, card: Card) -> str:
    """Return an item as a line; where it has no address it ends with the name of its file."""
    people = [_shown_name(name) for name in item.get("author", ())]
    authors = " and ".join(filter(None, [", ".join(people[:-1]), *people[-1:]]))
    rest = [item.get(name, "") for name in ("container-title", "publisher", "genre")]
    parts = [
        f"{_marked(authors)}:" if authors else "",
        f"*{_marked(item.get('title', 'untitled'))}*.",
        *(f"{_marked(part)}." for part in [*rest, _shown_date(_parts(item))] if part),
        f"<{item['URL']}>" if "URL" in item else f"({_marked(PurePath(card.source).name)})",
    ]
    return " ".join(part for part in parts if part and part != "()")


def _shown_name(name: Mapping[str, str]) -> str:
    order = ("literal", "given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(name[part] for part in order if part in name)


def _shown_date(parts: Sequence[int]) -> str:
    """Return "1 March 2024", "March 2024" or "2024"; empty for none."""
    year, month, day = (*parts, 0, 0, 0)[:3]
    shown = (str(day or ""), _MONTHS[month - 1] if month else "", str(year or ""))
    return " ".join(part for part in shown if part)


def _marked(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", one_line(text))


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    found = data_toml("rag", "bibliography.toml")
    names = {kind: frozenset(line.split()) for kind, line in found["names"].items()}
    names["bodies"] |= frozenset(data_toml("rag", "persons.toml")["institution"].split())
    return found | {"names": cast("Mapping[str, Any]", names)}
