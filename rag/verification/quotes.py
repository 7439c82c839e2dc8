"""Checks that what a claim puts in quotation marks stands in the source, word for word."""

import re

_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]{3,2000})[\"”“»]")
_FOLDS = str.maketrans(
    {c: "'" for c in "‘’ʼ`"} | {c: "-" for c in "‐‑‒–—−"} | {c: None for c in '"“”„«»'}
)
_LEAST = 3
"""Words from which a quotation must be literal; fewer may be a name or a coined word."""


def misquoted(claim: str, source: str) -> str:
    """Return what is wrong with the first quotation that a source does not hold, else nothing.

    Blanks, quotation marks, dashes, capitals and a stop at the end do not count; `...` may leave
    words out.
    """
    for match in _QUOTED.finditer(claim):
        quoted = match[1]
        if len(quoted.split()) < _LEAST:
            continue
        held = _folded(source)
        for part in re.split(r"\[?(?:\.\.\.|…)\]?", quoted):
            if _folded(part).strip(" .,;:!?") not in held:
                return f"the source does not hold the words “{quoted}”"
    return ""


def _folded(text: str) -> str:
    return " ".join(text.translate(_FOLDS).casefold().split())
