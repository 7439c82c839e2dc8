"""Finds a quote in a text where its blanks, line ends, quotation marks and dashes may be others.

Its words are compared to the letter; what nearly says the same is not found.
"""

import re

from index.reading.normal import normalise

_ALIKE = ("'‘’‚‛ʼ`´′", '"“”„‟«»″', "-‐‑‒–—―−")
"""Signs that are typed for each other: single and double quotation marks, dashes."""
_DASHES = _ALIKE[2]
_LIGATURES = {
    "ffi": "(?:ffi|ﬃ|ﬀi|fﬁ)", "ffl": "(?:ffl|ﬄ|ﬀl|fﬂ)",
    "ff": "(?:ff|ﬀ)", "fi": "(?:fi|ﬁ)", "fl": "(?:fl|ﬂ)",
}  # fmt: skip
_PIECE = re.compile(
    rf"\s*[{re.escape(_DASHES)}]+\s*|\s+|\.{{3}}|…|ffi|ffl|ff|fi|fl|[ﬀﬁﬂﬃﬄ]|.", re.DOTALL
)
_SPLIT = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl"})


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
