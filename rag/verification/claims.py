"""Reads a text into its claims: sentences without citation marks, and the numbers these name.

It judges nothing. A block is a list item or a run of wrapped lines; what is a block's end, and a
sentence's, is decided by what stands shortly behind it, so that a stream can be read as it comes.

Who is said to say it, and how it joins the last one, is no part of a claim: "According to source 1,
the bridge opened in 1964" claims what "The bridge opened in 1964" does. A named speaker ("the mayor
said that") is part of it and stays, as does "as a result".
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from index.splitting.sentences import split

_NUMBERS = r"\^?\d{1,3}(?:[ ]?[,;–-][ ]?\^?\d{1,3}){0,20}"
MARK = re.compile(
    rf"""(?:(?<![ \t])[ \t]++|)(?:
        \[{{1,2}}(?:(?:[Ss]ources?|[Pp]assages?|[Dd]ocuments?)(?:[ ]|:[ ]?))?
          (?P<plain>{_NUMBERS})\]{{1,2}}(?:\([#h][^()\s]{{0,300}}\))?
        |\((?:[Ss]ources?|[Pp]assages?|[Dd]ocuments?)[ ](?P<round>{_NUMBERS})\)
        |(?<=[.!?”"’)])(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,3}})(?!\w)
        |【(?P<wide>\d{{1,3}}(?:[ ]?[,;–-][ ]?\d{{1,3}}){{0,20}})(?:[:†][^】]{{0,80}})?】
    )""",
    re.VERBOSE,
)
"""A citation mark with the blanks before it: `[1]`, `[1, 3]`, `[1-3]`, `[^1]`, `【1】`,
`(source 1)`, and `¹` behind a stop."""
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_ITEM = re.compile(r"[ \t>]*(?:[-*+•‣–][ \t]+|\d{1,3}[.)][ \t]+)?")
_STARTS_BLOCK = re.compile(r"[ \t]*(?:[-*+•‣–][ \t]|\d{1,3}[.)][ \t]|#{1,6}[ \t]|[|>])")
_HEADING = re.compile(r"[ \t>]*+(?:#{1,6}[ \t]|(?:\*\*|__)[^*_]+(?:\*\*|__)[ \t:]*$|[|\s:=*_-]*$)")
_ENDS = re.compile(r"[.!?:…。！？][\"'”’)*_\]】]*\s*$")
_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,2}|_{1,2}(?!\w)|`")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,300}\)")
_BLANKS = re.compile(r"\s+")
_WRAPPED = 40
"""Characters from which a line without a stop is taken to run on in the next one."""
_NEXT_LINE = 8
"""Characters of a line that tell whether it begins a block of its own."""
_BEHIND = 100
"""Characters behind a sentence that its end may depend on (`splitting.sentences` looks at 80)."""
_SHORT = 2000
"""Characters of a block up to which it is read at each piece."""
_SHARE = 8
"""Of a longer one, by which it must have grown."""
_MOST = 50
"""Numbers that a range may name."""
_PLACE = (
    r"(?:(?:the|this|that|these|those|all|my|your|our|its|both|above|following|provided|given|"
    r"available|retrieved|cited|supplied|mentioned|listed|relevant|original) ){0,4}"
    r"(?:sources?|documents?|passages?|texts?|articles?|contexts?|excerpts?|information|library|"
    r"materials?|footnotes?|references?)"
    r"(?: (?:no\. ?|number )?\d{1,3}(?:(?: ?, ?| and | ?, ?and )\d{1,3}){0,9})?"
    r"(?: (?:provided|given|above|below|cited|supplied|listed|(?:that )?you \w+|at hand))?"
)
_SAYS = (
    r"(?:says?|states?|tells?(?: us)?|notes?|mentions?|reports?|indicates?|explains?|shows?|"
    r"confirms?|writes?|adds?|describes?|specif(?:y|ies)|makes? (?:it )?clear)"
)
_TOLD = (
    r"(?:stated|mentioned|noted|described|reported|shown|indicated|explained|written|said|given)"
)
_JOINS = (
    r"furthermore|moreover|additionally|in addition|besides|also|however|nevertheless|nonetheless|"
    r"finally|lastly|first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|fifth(?:ly)?|"
    r"first of all|last but not least|in (?:summary|conclusion|short|brief|other words)|"
    r"to (?:summari[sz]e|conclude|sum up)|overall|for (?:example|instance)|specifically|"
    r"in particular|notably|importantly|interestingly|similarly|likewise|on the other hand|"
    r"in contrast|by contrast|meanwhile|indeed|in fact|as well|that is|to be (?:exact|"
    r"precise)|yes|no|well|sure|so|and|but"
)
_JOINED = re.compile(rf"(?:{_JOINS}) ?[,:] ?", re.IGNORECASE)
_NAMES_NEXT = re.compile(
    r"(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|fifth(?:ly)?|next|then|finally|"
    r"lastly|last), (?:(?:the|an?|its|their|his|her|our) )?[\w'’-]+[.!]?",
    re.IGNORECASE,
)
"""A sentence that only names what the next ones are about: "Second, the ceremony."."""
_LEADS = re.compile(
    rf"(?:(?:{_JOINS}) ?[,:]"
    rf"|as {_TOLD} (?:in|by) ?[,:]"
    rf"|(?:according to|based on|as per|per|judging by|in|from) {_PLACE} ?(?:[,:]|[.!]$)"
    rf"|as (?:(?:is )?{_TOLD} (?:in|by) {_PLACE}|{_PLACE} {_SAYS}) ?[,:]"
    rf"|(?:in {_PLACE},? )?it (?:is|was) (?:also |further )?{_TOLD}(?: (?:in|by) {_PLACE})? that\b"
    rf"|{_PLACE} (?:also |further |clearly |explicitly )?{_SAYS}(?:,? that\b| ?[:,])) ?",
    re.IGNORECASE,
)
_TRAILS = re.compile(
    rf"(?:[,;]? (?:according to|as per|based on) {_PLACE}"
    rf"|, as (?:(?:is )?{_TOLD} (?:in|by) {_PLACE}|{_PLACE} {_SAYS})"
    rf"| ?\((?:see |cf\. ?|from )?{_PLACE}\))"
    r"(?=[.!\"”’]{0,4}$)",
    re.IGNORECASE,
)
_MOST_LEADS = 4
"""Lead-ins in a row: "Second, according to source 2, it is stated that"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence that says something."""

    text: str
    """On one line, without citation marks, list marks and emphasis."""
    cited: tuple[int, ...]
    """The numbers it cites, ascending as written, each once; empty where it cites none."""
    start: int
    end: int
    """Offsets in the text that was read, the marks that belong to it included."""


def read_claims(text: str) -> tuple[Claim, ...]:
    """Return the claims of a plain or Markdown text, in order.

    Headings, questions, rulers, lead-ins that end with a colon and sentences that only name their
    sources, or what comes next ("Second, the ceremony."), are no claims. Marks belong to
    the sentence that they stand in or behind, at the beginning of a line to the one that follows.
    """
    return tuple(
        claim
        for start, end, _ in _blocks(text)
        for claim, _ in _claims(text, start, end)
        if claim is not None
    )


class ClaimReader:
    """Reads claims from a text that comes in pieces, each as soon as its end is certain.

    What `feed` and `finish` return together equals `read_claims` of the pieces joined.
    """

    def __init__(self) -> None:
        self._text = ""
        self._before = 0
        """Characters let go of, in front of `_text`."""
        self._given = 0
        """Sentences of the first block of `_text` that were looked at already."""
        self._look_at = 0
        """Length of `_text` from which it is read again: a long block is not at each piece."""

    def feed(self, piece: str) -> tuple[Claim, ...]:
        """Take the next piece and return the claims that are complete now."""
        self._text += piece
        if len(self._text) < self._look_at:
            return ()
        found: list[Claim] = []
        gone = 0
        for start, end, closed in _blocks(self._text):
            sentences = list(_claims(self._text, start, end))
            known = len(sentences)
            if not closed:
                certain = (_is_certain(self._text, stop, end) for _, stop in sentences)
                known = sum(1 for _ in takewhile(bool, certain))
            for claim, _ in sentences[self._given : known]:
                found += self._placed(claim)
            self._given = 0 if closed else max(known, self._given)
            if not closed:
                break
            gone = end
        self._before += gone
        self._text = self._text[gone:]
        more = len(self._text) // _SHARE if len(self._text) > _SHORT else 0
        self._look_at = len(self._text) + more
        return tuple(found)

    def finish(self) -> tuple[Claim, ...]:
        """Return the claims of what is left; the reader is empty then."""
        found: list[Claim] = []
        for start, end, _ in _blocks(self._text):
            for claim, _ in list(_claims(self._text, start, end))[self._given :]:
                found += self._placed(claim)
            self._given = 0
        self._before += len(self._text)
        self._text = ""
        return tuple(found)

    def _placed(self, claim: Claim | None) -> list[Claim]:
        if claim is None:
            return []
        by = self._before
        return [
            Claim(text=claim.text, cited=claim.cited, start=claim.start + by, end=claim.end + by)
        ]


def numbers_of(mark: re.Match[str]) -> tuple[int, ...]:
    """Return the numbers that a match of `MARK` names, ranges written out, each once."""
    found: list[int] = []
    named = mark["plain"] or mark["wide"] or mark["round"] or mark["raised"].translate(_RAISED)
    for part in re.split(r"[,;]", named.replace("^", "")):
        ends = [int(n) for n in re.split(r"[–-]", part)]
        found += range(ends[0], min(ends[-1], ends[0] + _MOST) + 1) if len(ends) == 2 else ends
    return tuple(dict.fromkeys(found))


def shown_of(sentence: str) -> str:
    """Return a sentence without who of the sources is said to say it; how it joins others stays.

    Numbers of sources in a text are not those of its footnotes. A sentence that only names its
    sources stays as it is.
    """
    rest = _TRAILS.sub("", sentence, count=1).strip()
    joined = ""
    for _ in range(_MOST_LEADS):
        lead = _LEADS.match(rest)
        if lead is None:
            break
        joined += lead[0] if _JOINED.fullmatch(lead[0]) else ""
        rest = rest[lead.end() :]
    if not any(c.isalnum() for c in rest):
        return sentence
    return joined + rest if joined else rest[0].upper() + rest[1:]


def statement_of(sentence: str) -> str:
    """Return what a sentence states; empty where it only names its sources or joins others."""
    rest = _TRAILS.sub("", sentence, count=1).strip()
    for _ in range(_MOST_LEADS):
        lead = _LEADS.match(rest)
        if lead is None:
            break
        rest = rest[lead.end() :]
    if not any(c.isalnum() for c in rest):
        return ""
    return rest[0].upper() + rest[1:]


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield (start, end, closed): blocks, and whether no later text can lengthen them."""
    start = end = 0
    for line in re.finditer(r"[^\n]*(?:\n|$)", text):
        if line.start() == line.end():
            break
        last = text[max(start, text.rfind("\n", start, end) + 1) : end]
        if start < end and _parts(last, line[0]):
            at_end = line.end() == len(text) and not line[0].endswith("\n")
            yield start, end, not at_end or len(line[0].strip()) >= _NEXT_LINE
            start = line.start()
        if start == end:
            start = line.start()
        end = line.start() + len(line[0].rstrip("\n"))
        if not line[0].strip():
            start = end = line.end()
    if start < end:
        yield start, end, False


def _parts(last: str, line: str) -> bool:
    """Tell whether a line begins a new block behind the line before it."""
    return (
        not line.strip()
        or len(last) < _WRAPPED
        or _ENDS.search(MARK.sub("", last[-200:])) is not None
        or _HEADING.match(last) is not None
        or _STARTS_BLOCK.match(line) is not None
    )


def _is_certain(text: str, stop: int, end: int) -> bool:
    """Tell whether what stands behind a sentence settles its end and the marks behind it."""
    behind = text[stop:end]
    opened = max(behind.rfind("["), behind.rfind("【"))
    if opened >= 0 and not re.search(r"[\]】]\s*\S", behind[opened:]):
        behind = behind[:opened]
    if text[stop - 1 : stop] == "." or MARK.search(text, max(0, stop - 12), stop):
        return re.match(r"\s*\S+\s+\S+\s", behind) is not None and "(" not in behind[:3]
    return len(behind) > _BEHIND


def _claims(text: str, start: int, end: int) -> Iterator[tuple[Claim | None, int]]:
    """Yield the claims of a block with where each one's text ends; None for what is no claim."""
    block = text[start:end].replace("\n", " ")
    plain, marks, origin = _without_marks(block)
    places = [at for at, _ in marks]
    spans = split(plain)
    heading = _HEADING.match(text[start:end]) is not None
    for n, span in enumerate(spans):
        limit = spans[n + 1].start if n + 1 < len(spans) else len(plain) + 1
        low = span.start if n else 0
        first_in, first_behind = bisect_left(places, low), bisect_right(places, low)
        before = [m for _, m in marks[first_in:first_behind]]
        own = [m for _, m in marks[first_behind : bisect_left(places, limit)]]
        own = own + [m for m in before if m.start() > 0] if n else before + own
        stop = max([origin[span.end - 1] + 1, *(m.end() for m in own)])
        words = _plain(plain[span.start : span.end], first=n == 0)
        first = min([origin[span.start], *(m.start() for m in own)])
        cited = dict.fromkeys(number for m in own for number in numbers_of(m))
        claim = Claim(text=words, cited=tuple(cited), start=start + first, end=start + stop)
        yield (None if heading or not _says(words) else claim), start + stop


def _without_marks(block: str) -> tuple[str, list[tuple[int, re.Match[str]]], list[int]]:
    """Return a text without marks, the marks with where they stood, and where characters were."""
    pieces: list[str] = []
    marks: list[tuple[int, re.Match[str]]] = []
    origin: list[int] = []
    at = length = 0
    for mark in MARK.finditer(block):
        pieces.append(block[at : mark.start()])
        origin += range(at, mark.start())
        length += mark.start() - at
        marks.append((length, mark))
        at = mark.end()
    pieces.append(block[at:])
    origin += range(at, len(block))
    return "".join(pieces), marks, origin


def _plain(sentence: str, *, first: bool) -> str:
    item = _ITEM.match(sentence) if first else None
    bare = sentence[item.end() :] if item else sentence
    return _BLANKS.sub(" ", _EMPHASIS.sub("", _LINK.sub(r"\1", bare)).replace("|", " ")).strip()


def _says(words: str) -> bool:
    if words in ("Yes", "No"):  # the short answer to a question that is not there
        return False
    if _NAMES_NEXT.fullmatch(words):
        return False
    return bool(statement_of(words)) and not words.rstrip("\"'”’*)").endswith(("?", ":"))
