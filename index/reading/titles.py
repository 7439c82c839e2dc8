"""The title of a document that names none: its first line, or its file's name."""

import re
from pathlib import PurePath

from index.reading.normal import one_line

MAX_TITLE = 150
"""Longest first line, in characters, that can be a title; headlines end by about 110."""

_WRAP_WIDTH = 50
"""A first line this long with a neighbour about as long is wrapped prose, not a title."""
_SENTENCE_ENDS = (".", "。", "．", "।", ",", ";", "，", "；", "、")


def first_line_title(text: str) -> str | None:
    """Return the first line where it looks like a title.

    It does when it has a letter or digit, at most `MAX_TITLE` characters, no full stop, comma or
    semicolon at its end, more text after it, and the line after it does not carry its sentence
    on (begin in lower case, or be about as long, as in text wrapped at a fixed width).

    Args:
        text: Normalised text without blank lines in front.
    """
    first, _, rest = text.partition("\n")
    title = one_line(first)
    if not rest.strip() or not 0 < len(title) <= MAX_TITLE or title.endswith(_SENTENCE_ENDS):
        return None
    if not any(character.isalnum() for character in title):
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


def _carries_on(title: str, following: str) -> bool:
    if not following:
        return False
    wrapped = len(title) >= _WRAP_WIDTH and 0.6 <= len(following) / len(title) <= 1.4
    return wrapped or following[0].islower()
