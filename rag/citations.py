"""Turns a draft into an answer whose citations are checked; what fails the check is not shown.

A quote is found in a text too where its blanks, line ends, quotation marks and dashes are others.
What an answer adds to a text, sentence by sentence with its marks, is told here as well, and what a
quoted sentence does not say to be so.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from index.data_files import data_toml
from index.errors import CitationError
from index.reading.normal import normalise
from index.terms import content_terms, terms
from rag.types import (
    Answer,
    AnswerPart,
    AnswerSentence,
    Citation,
    Draft,
    DraftPart,
    DraftSentence,
    Evidence,
    TextDelta,
    Verdict,
)

SHOWN_AS_TRUE: frozenset[Verdict] = frozenset({"supported", "misattributed"})
"""Verdicts of sentences that the cited sources say; a misattributed one is cited anew."""

Texts = Mapping[str, str]
"""The whole text of each document that hits are from, by the hash that the hits have of it."""
_CLOSING = " \"'”’)*_"
_WHO_DID = re.compile(
    r"(?:and )?(?:who|whom)(?: was| were| is| are)? (?!marr|met\b|meet|fought|divorc)"
    r"(?P<verb>[a-z]{3,20}) (?P<by>by )?(?P<rest>.{2,200})",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-ZÀ-Þ][\w'’-]{1,30}(?: [A-ZÀ-Þ][\w'’-]{1,30}){0,3}")
_ALIKE = ("'‘’‚‛ʼ`´′", '"“”„‟«»″', "-‐‑‒–—―−")
"""Signs that are typed for each other: single and double quotation marks, dashes."""
_DASHES = _ALIKE[2]
_LEAST_QUOTED = 3
"""Words from which a quotation must be literal; fewer may be a name or a coined word."""
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]{3,2000})[\"”“»]")
_FOLDED: Mapping[int, str | None] = {
    **dict.fromkeys(map(ord, _ALIKE[0]), "'"),
    **dict.fromkeys(map(ord, _ALIKE[1])),
    **dict.fromkeys(map(ord, _DASHES), "-"),
}
"""What is put for such signs where two texts are compared: for double quotation marks nothing."""
_LIGATURES = {
    "ffi": "(?:ffi|ﬃ|ﬀi|fﬁ)", "ffl": "(?:ffl|ﬄ|ﬀl|fﬂ)",
    "ff": "(?:ff|ﬀ)", "fi": "(?:fi|ﬁ)", "fl": "(?:fl|ﬂ)",
}  # fmt: skip
_PIECE = re.compile(
    rf"\s*[{re.escape(_DASHES)}]+\s*|\s+|\.{{3}}|…|ffi|ffl|ff|fi|fl|[ﬀﬁﬂﬃﬄ]|.", re.DOTALL
)
_SPLIT = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})


def check(citation: Citation, text: str) -> None:
    """Check a citation against the stored text of its document.

    Raises:
        CitationError: The text is another version, or what it has at the offsets is not the quote.
    """
    title = citation.card.title
    if citation.card.sha256 != hashlib.sha256(text.encode("utf-8")).hexdigest():
        raise CitationError(
            f"citation [{citation.number}] is of another version of {title!r}: ask again"
        )
    if not 0 <= citation.start < citation.end <= len(text):
        raise CitationError(
            f"citation [{citation.number}] has offsets {citation.start}-{citation.end}, outside of "
            f"{title!r} with {len(text)} characters"
        )
    if text[citation.start : citation.end] != citation.quote:
        raise CitationError(
            f"citation [{citation.number}] quotes {citation.quote!r}, which is not at "
            f"{citation.start}-{citation.end} of {title!r}"
        )


class Footnotes:
    """Numbers and checks evidence, sentence by sentence; a span keeps its first number.

    Args:
        texts: What to check against, read together with the hits.
    """

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._numbers: dict[tuple[str, int, int], int] = {}
        self.citations: tuple[Citation, ...] = ()
        """So far, in order of number."""

    def cite(self, sentence: DraftSentence) -> AnswerSentence:
        """Return a sentence with the numbers of its citations.

        Raises:
            CitationError: Evidence does not match the stored text; nothing was numbered.
        """
        new: list[Citation] = []
        own: list[int] = []
        for evidence in sentence.evidence:
            key = (evidence.hit.passage.document_id, evidence.start, evidence.end)
            known = {(c.document_id, c.start, c.end): c.number for c in new} | self._numbers
            if key not in known:
                number = len(known) + 1
                new.append(_checked(evidence, number=number, texts=self._texts))
                known[key] = number
            own.append(known[key])
        self._numbers |= {(c.document_id, c.start, c.end): c.number for c in new}
        self.citations += tuple(new)
        return AnswerSentence(
            text=sentence.text,
            citations=tuple(dict.fromkeys(own)),
            verdict=sentence.verdict,
            note=sentence.note,
            span=sentence.span,
            context=self._context(sentence),
            when=sentence.when,
        )

    def part(self, part: DraftPart) -> AnswerPart:
        """Return a part of an answer with the numbers of its citations, cited before or now.

        Raises:
            CitationError: As of `cite`.
        """
        cited = self.cite(DraftSentence(text=part.text, evidence=part.evidence))
        return AnswerPart(asked=part.asked, text=part.text, citations=cited.citations)

    def _context(self, sentence: DraftSentence) -> str:
        if sentence.context is None:
            return ""
        return _checked(sentence.context, number=0, texts=self._texts).quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A draft with its evidence checked."""

    sentences: tuple[AnswerSentence, ...]
    parts: tuple[AnswerPart, ...]
    citations: tuple[Citation, ...]
    """In order of number."""


def cite(draft: Draft, texts: Texts) -> Cited:
    """Number and check the evidence of a draft.

    Args:
        draft: What an answerer proposes.
        texts: What to check against, read together with the hits.

    Returns:
        The sentences and parts with their citation numbers. The same span is cited under one
        number.

    Raises:
        CitationError: Evidence does not match the stored text; nothing of the draft is shown then.
    """
    footnotes = Footnotes(texts)
    sentences = tuple(footnotes.cite(sentence) for sentence in draft.sentences)
    parts = tuple(footnotes.part(part) for part in draft.parts)
    return Cited(sentences=sentences, parts=parts, citations=footnotes.citations)


def marked(sentences: Sequence[AnswerSentence]) -> str:
    """Return the sentences as one text, each with its `[n]` and what its check found wrong."""
    return "".join(added(sentence, first=n == 0) for n, sentence in enumerate(sentences))


def added(sentence: AnswerSentence, *, first: bool) -> str:
    """Return what a sentence adds to a text of marked ones: its lead, its words and its marks."""
    lead = sentence.lead.lstrip("\n") if first else sentence.lead or " "
    numbers = "".join(f" [{number}]" for number in sentence.citations)
    when = f"{sentence.when}: " if sentence.when else ""
    return f"{lead}{when}{sentence.markdown or sentence.text}{_finding(sentence)}{numbers}"


def told(cited: "Cited") -> str:
    """Return the text of an answer: its marked sentences, and what was not found."""
    return " ".join(filter(None, [marked(cited.sentences), left_open(cited.parts)]))


def left_open(parts: Sequence[AnswerPart]) -> str:
    """Return the sentence that tells which parts are not answered; empty where all are."""
    asked = [part.asked for part in parts if not part.text]
    return f"No answer found: {' '.join(asked)}" if asked else ""


def pieces(answer: Answer, *, after: int = 0) -> Iterator[TextDelta]:
    """Yield a finished answer's text in pieces, each with the citations it is first to name.

    Args:
        answer: It is told.
        after: Its sentences that were told already.
    """
    named = max([0, *(n for s in answer.sentences[:after] for n in s.citations)])
    for place, sentence in enumerate(answer.sentences[after:], start=after):
        new = max([named, *sentence.citations])
        yield TextDelta(
            text=added(sentence, first=place == 0),
            sentence=sentence,
            citations=answer.citations[named:new],
        )
        named = new
    if rest := left_open(answer.parts) if answer.sentences else answer.text:
        yield TextDelta(text=f" {rest}" if answer.sentences else rest)


def _finding(sentence: AnswerSentence) -> str:
    if sentence.verdict in SHOWN_AS_TRUE:
        return ""
    return f" [{sentence.verdict}: {sentence.note}]" if sentence.note else f" [{sentence.verdict}]"


def _checked(evidence: Evidence, *, number: int, texts: Texts) -> Citation:
    hit = evidence.hit
    quote = evidence.text
    page, label = _page_of(evidence)
    citation = Citation(
        number=number,
        document_id=hit.passage.document_id,
        card=hit.card,
        page=page,
        page_label=label,
        start=evidence.start,
        end=evidence.end,
        quote=quote,
    )
    check(citation, texts.get(citation.card.sha256, ""))
    return citation


def _page_of(evidence: Evidence) -> tuple[int | None, str]:
    """Return the page that evidence begins on, with what it is called."""
    for scored in evidence.hit.sentences:
        if scored.sentence.start <= evidence.start < scored.sentence.end:
            return scored.sentence.page, scored.sentence.page_label
    return evidence.hit.page, evidence.hit.page_label


def places(text: str, quote: str, *, most: int = 2) -> list[tuple[int, int]]:
    """Return where a quote stands in a text, as it is or, where it does not, written alike.

    Alike are blanks and line ends of any number, quotation marks and dashes of any kind, "..."
    and its one sign, letters joined in one sign, and other Unicode forms of the same letters.

    Args:
        text: As documents are stored.
        quote: What is looked for; blank gives no place.
        most: Places after which the search ends.

    Returns:
        Start and end of each place, in order; none overlaps another of those written alike.
    """
    wanted = normalise(quote).strip()
    if not wanted:
        return []
    found: list[tuple[int, int]] = []
    start = text.find(wanted)
    while start >= 0 and len(found) < most:
        found.append((start, start + len(wanted)))
        start = text.find(wanted, start + 1)
    if found:
        return found
    # A pattern that began with any number of blanks would try each run of them from each of them.
    for match in re.finditer(_pattern(wanted).removeprefix(r"\s*"), text):
        found.append(match.span())
        if len(found) == most:
            break
    return found


def is_not_so(text: str, start: int, end: int, *, asked: str) -> bool:
    """Say whether a sentence tells words that answer, and does not say that it is so.

    It asks, denies, doubts, makes up, tells what would have been, or what was only tried; or who is
    asked of does there what it is asked who did to them. Where a question has the words for it,
    as "What did the forger claim?", it asks for just that.
    """
    plain = text.replace("’", "'")
    if plain.rstrip(_CLOSING).endswith("?") or _is_swapped(plain, asked):
        return True
    known = set(terms(asked))
    bounds = [0, *(found.end() for found in _not_so("parts")[0].finditer(plain)), len(plain)]
    first = max(at for at in bounds if at <= start)
    last = min((at for at in bounds if at >= end), default=len(plain))
    part = plain[first:last]
    asking = set(content_terms(asked))  # "Its chair, Joe Ek, fears that it will close" tells who
    told = [
        found
        for form in _not_so("frames")
        for found in form.finditer(part)
        if found.start() < start - first
        or (not found[0].endswith(" that") or asking & set(terms(part[found.end() :])))
    ]
    told += [found for form in _not_so("ahead") for found in form.finditer(plain[first:start])]
    if any(not known & set(terms(_sign(found))) for found in told):
        return True
    return any(
        known & set(terms(found["verb"])) and not known & set(terms(found["sign"] or ""))
        for found in _not_so("tried")[0].finditer(part)
    ) or any(
        not known & {*content_terms(found["if"]), "if", "unless"}
        for found in _not_so("if")[0].finditer(plain)
    )


def says_it_is_not(claim: str, text: str) -> bool:
    """Say as `is_not_so` of the part of a sentence that has most words of a claim."""
    plain, wanted = text.replace("’", "'"), set(content_terms(claim))
    left_out = [set(content_terms(found["who"])) for found in _not_so("except")[0].finditer(plain)]
    if not _not_so("excepts")[0].search(claim) and any(who and who <= wanted for who in left_out):
        return True
    starts = [0, *(found.end() for found in _not_so("parts")[0].finditer(plain))]
    parts = pairwise([*starts, len(plain)])
    _, end = max(parts, key=lambda at: len(wanted & set(content_terms(plain[slice(*at)]))))
    return is_not_so(text, max(end - 1, 0), max(end - 1, 0), asked=claim)


def _sign(found: re.Match[str]) -> str:
    return found["sign"] if "sign" in found.re.groupindex else found.group()


def _is_swapped(text: str, asked: str) -> bool:
    """Say whether who stands behind a question's verb stands before that verb in a sentence.

    "Count Brede shot Baron Munk" does not tell who shot Count Brede, nor "Holk was shot by Lerche"
    who was shot by Holk.
    """
    who = _WHO_DID.match(asked)
    if who is None:
        return False
    by, held = who["by"], set(content_terms(who["verb"]))
    before = r"(?:was|were|is|are|been) " if by else ""
    return bool(held) and any(
        set(terms(found["verb"])) == held
        for name in _NAME.findall(who["rest"])
        for found in re.finditer(
            rf"\b{re.escape(name)} {before}(?P<verb>[a-z]{{3,20}})\b(?P<by> by\b)?", text
        )
        if bool(by) == bool(found["by"])
    )


@cache
def _not_so(name: str) -> tuple[re.Pattern[str], ...]:
    forms = data_toml("rag", "clauses.toml")["not_so"][name]
    listed = [forms] if isinstance(forms, str) else forms
    return tuple(re.compile(form, re.IGNORECASE) for form in listed)


def misquoted(claim: str, source: str) -> str:
    """Return what is wrong with the first quotation that a source does not hold, else nothing.

    Blanks, quotation marks, dashes, capitals and a stop at the end do not count; `...` may leave
    words out.
    """
    for match in _QUOTED.finditer(claim):
        quoted = match[1]
        if len(quoted.split()) < _LEAST_QUOTED:
            continue
        held = _folded(source)
        for part in re.split(r"\[?(?:\.\.\.|…)\]?", quoted):
            if _folded(part).strip(" .,;:!?") not in held:
                return f"the source does not hold the words “{quoted}”"
    return ""


def _pattern(quote: str) -> str:
    return "".join(_form(match.group()) for match in _PIECE.finditer(quote.translate(_SPLIT)))


def _form(piece: str) -> str:
    bare = piece.strip()
    if not bare:
        return r"\s+"
    if bare[0] in _DASHES:
        dash = f"[{re.escape(_DASHES)}]"
        # A dash between clauses, with or without blanks; or a hyphen, at a line's end perhaps.
        between = bare != piece or len(bare) > 1 or bare in "–—―"
        return rf"\s*{dash}{{1,3}}\s*" if between else rf"{dash}\s*"
    if bare in ("...", "…"):
        return r"(?:\.{3}|…)"
    alike = next((signs for signs in _ALIKE if bare in signs), "")
    return f"[{re.escape(alike)}]" if alike else _LIGATURES.get(bare) or re.escape(bare)


def _folded(text: str) -> str:
    return " ".join(text.translate(_FOLDED).casefold().split())
