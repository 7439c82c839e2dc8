"""Makes any text fit to be shown: what a format cannot hold becomes a visible escape."""

import re

# What XML 1.0 cannot hold, which is also what HTML shows as nothing or as something else.
_UNFIT = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

LONGEST = 4000
r"""Characters of one text that a report shows; the JSON output has all."""


def fit(text: str) -> str:
    r"""Return the text with each character that XML or UTF-8 cannot hold as its Python escape.

    NUL becomes the four characters `\x00`, a lone surrogate `\ud800`. All else stays as it is.
    """
    return _UNFIT.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def cut(text: str, longest: int = LONGEST) -> str:
    """Return the text, or its beginning and how much was left out where it is longer."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]} … ({len(text) - longest:,} more characters)"


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space, and nothing unprintable."""
    printable = "".join(mark if mark.isprintable() else " " for mark in text)
    return " ".join(printable.split())
