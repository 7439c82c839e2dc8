"""Reading plain text, and cutting what a blog puts under a post when its page is copied as text."""

import re
from typing import Final

from index.card import Card
from index.errors import ReadError
from index.reading.metadata import first_line_title, name_title
from index.reading.normal import decode, normalise
from index.types import Extract

VERSION: Final = 1
"""Of this reader; raised where the same file gives another text (`index.reading.registry`)."""

MAX_LINES = 40
"""Most lines of a footer; more than that is a document about footers."""
MAX_SHARE = 0.15
"""Largest share of the text's characters that a footer of more than `SHORT` lines can be."""
SHORT = 15
"""Lines of a footer that is cut from a text of any length; Blogger's own, with share links,
labels and pager, has as many."""

_SURE: Final = (
    r"(\d+ |no )?comments:?",
    r"1 comment:?",
    r"(post|leave|add|write) a (comment|reply)",
    r"leave a reply",
    r"(newer|older) posts?",
    r"subscribe to:?( post comments \(atom\)| posts \(atom\))?",
    r"(share this|email this|blogthis!|e-?mail thisblogthis!.*)",
    r"share to (x|twitter|facebook|pinterest|linkedin|reddit)",
    r"powered by (blogger|wordpress)\.?",
    r"view (web|mobile) version",
)
"""Lines that stand under a post and nowhere in it."""

_LIKELY: Final = (
    r"home",
    r"(labels|tags|categories|filed under): ?.*",
    r"(posted|published) by .{1,80}",
    r"share( post)?:?",
    r"(reply|like|tweet|print|permalink|related posts?:?)",
    r"subscribe to: ?.*",
)
"""Lines that an article may end with: part of a footer only beside a sure one."""

_SURE_LINE = re.compile("|".join(_SURE))
_ANY_LINE = re.compile("|".join((*_SURE, *_LIKELY)))


class PlainReader:
    """Reads text files; the text is the file's, less the footer of a copied blog post."""

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a text file in whatever charset it is.

        The title is the first line where that looks like one (it stays in the text, too), else
        the file's name. Blank lines in front and blanks at the end are dropped.

        Raises:
            ReadError: It is binary, or has no visible character.
        """
        text = normalise(decode(data)).lstrip("\n").rstrip()
        if not text.strip():
            raise ReadError("it is empty but for blanks; there is nothing to quote from")
        text = cut_footer(text)
        return Extract(
            card=Card(
                title=first_line_title(text) or name_title(name),
                media_type="text/plain",
            ),
            text=text,
        )


def cut_footer(text: str) -> str:
    """Return the text without the block of footer lines at its end.

    Only whole lines are cut, only an unbroken run of them (blank lines aside) up to the end, and
    only if one of them is of the sure kind; a text of nothing else is returned as it is.

    Args:
        text: Normalised text without blanks at its end.
    """
    lines = text.split("\n")
    start, seen, sure = len(lines), 0, False
    while start and seen <= MAX_LINES:
        line = " ".join(lines[start - 1].lower().split())
        if line and not _ANY_LINE.fullmatch(line):
            break
        seen += bool(line)
        sure = sure or bool(_SURE_LINE.fullmatch(line))
        start -= 1
    kept = "\n".join(lines[:start]).rstrip()
    small = seen <= SHORT or len(text) - len(kept) <= MAX_SHARE * len(text)
    return kept if sure and kept and small and seen <= MAX_LINES else text
