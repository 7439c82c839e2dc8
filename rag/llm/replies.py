"""Reads a model's reply as it comes: its claims, how they are laid out, whether it declines.

It judges nothing. What is no claim gets no verdict: courtesy, headings, a list of sources at the
end. Of these only headings of words that are anybody's are kept, for what they say is not checked.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from index.data_files import data_toml
from index.reading.normal import normalise, without_invisible
from index.terms import content_terms
from rag.verification.claims import MARK, Claim, ClaimReader, shown_of

_IMAGE = re.compile(r"!\[([^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])?")
_LINK = re.compile(
    r"\[(?=[\d,\s]*+[^\[\]\d,\s])([^\[\]]*+)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
)
_REFERENCE = re.compile(r"^[^\S\n]*+\[(?=[\d^]*+[^\[\]\d^])[^\[\]]*+\]:\s*\S+.*$", re.MULTILINE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.{0,1000}?-->", re.DOTALL)
_ADDRESS = re.compile(
    r"<?\b(?:(?:https?|ftp|file|wss?|mailto):|www\.)[^\s<>]*>?"
    r"|\b(?:javascript|vbscript|data):\S+"
    r"|(?<!\w)//[\w\-.]+\.\w{2,}[^\s<>]*"
    r"|\b(?:[\w\-]{1,63}\.){1,20}[a-z]{2,}/[^\s<>]*"
    r"|\b[\w.+\-]{1,64}@(?:[\w\-]{1,63}\.){1,20}[a-z]{2,}\b",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{2,3}|`{1,3})(?=\S)(.{1,1000}?)(?<=\S)\1(?!\w)")
_BLANKS = re.compile(r"\s+")
_ITEM = re.compile(r"(?P<in>[ \t]*)(?:>[ \t]*)?(?P<mark>[-*+•‣–]|\d{1,3}[.)])[ \t]+")
_LINE = re.compile(
    r"[ \t]*+(?:(?P<level>#{1,6})[ \t]+(?P<head>.+)|(?P<bold>\*\*.+\*\*:?)|(?P<lead>.+:))"
)
_SIGNS = " \t#*_:.-"
_LONGEST_HEADING = 80
_LONGEST = 1000
"""Characters of a sentence that tell whether it declines or says nothing."""
_DEEPEST = 3
_WRAPPED = re.compile(r"(?:```\w{0,10}\s*)?\{")
_MAY_WRAP = re.compile(r"\s*(?:`{1,3}\w{0,10}\s*)?")
_FENCE = re.compile(r"```\w{0,10}\s*")
_BEFORE = r"(?:(?:unfortunately|however|but|sorry|apologies|no)[,:]? )?(?:but )?"
"""May stand in front of what declines."""
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One sentence of a reply that is to be checked, or that declines."""

    claim: Claim
    """Its text as it is shown: plain, and without who of the sources is said to say it."""
    lead: str
    """As in `AnswerSentence.lead`."""
    markdown: str
    """As in `AnswerSentence.markdown`."""
    declines: bool
    """Whether it says that the sources do not answer."""


class ReplyReader:
    """Reads a reply in pieces, each sentence as soon as its end is certain.

    A reply that is an object in JSON is read at its end.

    Args:
        known: Texts whose words a heading may have: the question, titles of sources.
    """

    def __init__(self, *, known: Iterable[str] = ()) -> None:
        self._claims = ClaimReader()
        self._known = frozenset(term for text in known for term in content_terms(text)) | _neutral()
        self._raw = ""
        self._at = 0
        """Where the last claim ended in it."""
        self._held: str | None = ""
        """What may be an object in JSON; None once it is certain that it is none."""
        self._in_table = False
        self._over = False
        """Whether the list of sources at the end has begun."""

    def feed(self, piece: str) -> tuple[Said, ...]:
        """Take the next piece, and return the sentences that are complete now.

        What turns the direction of words, or hides between them, is left out.
        """
        piece = without_invisible(piece)
        if self._held is not None:
            self._held += piece
            start = self._held.lstrip()
            if _MAY_WRAP.fullmatch(self._held) or _WRAPPED.match(start):
                return ()
            piece, self._held = self._held, None
        self._raw += piece
        return tuple(self._read(self._claims.feed(piece)))

    def finish(self) -> tuple[Said, ...]:
        """Return the sentences of what is left; the reader is at its end then."""
        left, self._held = without_invisible(unwrapped(self._held or "")), None
        self._raw += left
        return tuple(self._read([*self._claims.feed(left), *self._claims.finish()]))

    def _read(self, claims: Iterable[Claim]) -> Iterator[Said]:
        for claim in claims:
            gap = self._raw[self._at : claim.start]
            before, self._at = self._at, claim.end
            in_table = self._in_table
            self._over = self._over or _lists_sources(gap)
            line = self._raw.rfind("\n", 0, claim.start) + 1
            head = self._raw[line : claim.end] if line >= before else ""
            row = self._in_table = head.lstrip().startswith("|")
            if self._over or (row and not in_table and not claim.cited):
                continue  # the head of a table says nothing
            text = plain(_cells(head) if row else claim.text)
            if not text or any(form.fullmatch(text[:_LONGEST]) for form in _talk()):
                continue
            shown = shown_of(text)
            yield Said(
                claim=replace(claim, text=shown),
                lead=self._lead(gap.split("\n")[before > 0 : -1], gap, head),
                markdown=_markdown(self._raw[claim.start : claim.end], shown),
                declines=any(form.match(shown[:_LONGEST]) for form in _declines()),
            )

    def _lead(self, lines: Iterable[str], gap: str, head: str) -> str:
        """Return what stands in front of a sentence: headings, a break, the mark of an item."""
        headings = "".join(f"\n\n{one}" for one in map(self._heading, lines) if one)
        item = _ITEM.match(head)
        if self._in_table:
            mark = "- "
        elif item is None:
            mark = ""
        else:
            depth = min(len(item["in"].expandtabs(4)) // 2, _DEEPEST)
            sign = item["mark"] if item["mark"][0].isdigit() else "-"
            mark = f"{'  ' * depth}{sign} "
        if headings:
            return f"{headings}\n\n{mark}"
        if mark:
            return f"\n{mark}"
        return "\n\n" if _PARAGRAPH.search(gap) else "\n" if "\n" in gap else ""

    def _heading(self, line: str) -> str:
        """Return a line as it may stand: a heading that says nothing of its own; else empty."""
        if len(line) > _LONGEST_HEADING:
            return ""
        found, words = _LINE.fullmatch(line.strip()), plain(line.strip(_SIGNS))
        if found is None or not words or shown_of(words) != words:
            return ""
        if not self._known.issuperset(content_terms(words)):
            return ""
        return f"{found['level']} {words}" if found["level"] else f"**{words}**"


def unwrapped(reply: str) -> str:
    """Return the answer inside a reply that is an object in JSON; any other reply as it is."""
    bare = reply.strip().removesuffix("```")
    fence = _FENCE.match(bare)
    bare = bare[fence.end() :] if fence else bare
    try:
        found = json.loads(bare)
    except (ValueError, RecursionError):
        return reply
    names = (name for name in _list("wraps") if isinstance(found, dict))
    return next((found[name] for name in names if isinstance(found.get(name), str)), reply)


def plain(text: str) -> str:
    """Return a sentence without Markdown, HTML and addresses; their readable words stay.

    An address is taken out even where a source has it: it can be followed from the source, and
    what a model adds to one can carry a conversation away. Empty where nothing readable is left.
    """
    text = _BLANKS.sub(" ", _EMPHASIS.sub(r"\2", _harmless(text))).strip()
    return text if any(character.isalnum() for character in text) else ""


def _harmless(text: str) -> str:
    text = _REFERENCE.sub("", normalise(text))
    text = _IMAGE.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub(" ", text)
    return _ADDRESS.sub(" ", text)


def _markdown(raw: str, shown: str) -> str:
    """Return a sentence as it is shown with its emphasis; empty where it has none."""
    bare = MARK.sub("", raw).lstrip()
    item = _ITEM.match(bare)
    bare = bare[item.end() :] if item else bare
    text = shown_of(_BLANKS.sub(" ", _harmless(bare)).strip())
    without = _EMPHASIS.sub(r"\2", text)
    return text if without != text and without == shown else ""


def _cells(row: str) -> str:
    """Return a row of a table as words: "Length: 310 metres"."""
    cells = [cell.strip() for cell in MARK.sub("", row).strip().strip("|").split("|")]
    first, *others = filter(None, cells) if any(cells) else [""]
    return f"{first}: {', '.join(others)}" if others else first


def _lists_sources(gap: str) -> bool:
    lines = (line.strip(_SIGNS) for line in gap.split("\n"))
    return any(len(line) <= _LONGEST_HEADING and _references().fullmatch(line) for line in lines)


@cache
def _list(name: str) -> list[str]:
    return list(data_toml("rag", "replies.toml")[name])


@cache
def _declines() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_BEFORE + form, re.IGNORECASE) for form in _list("declines"))


@cache
def _talk() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form, re.IGNORECASE) for form in _list("talk"))


@cache
def _references() -> re.Pattern[str]:
    (form,) = _list("references")
    return re.compile(form, re.IGNORECASE)


@cache
def _neutral() -> frozenset[str]:
    return frozenset(content_terms(" ".join(_list("neutral"))))
