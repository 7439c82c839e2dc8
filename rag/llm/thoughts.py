"""Leaves out of a reply what a reasoning model thinks aloud between `<think>` and `</think>`."""

import re
from typing import Final

_TAG = re.compile(r"<(?P<end>/?)think(?:ing)?>", re.IGNORECASE)
_TAGS: Final = ("<think>", "<thinking>", "</think>", "</thinking>")
"""As DeepSeek-R1, Qwen and others write them where a server does not set their thoughts apart."""


class Thoughts:
    """Takes a reply piece by piece, a tag cut in two included, and gives back what is no thought.

    A block that is never closed lasts to the end; a closing tag without a block is left out alone.
    """

    def __init__(self) -> None:
        self._held = ""
        self._inside = False

    def visible(self, piece: str) -> str:
        """Return what is sure to be no thought, up to and with this piece; empty for thoughts."""
        text, at = self._held + piece, 0
        shown: list[str] = []
        for tag in _TAG.finditer(text):
            if not self._inside:
                shown.append(text[at : tag.start()])
            self._inside = not tag["end"]
            at = tag.end()
        end = _begun(text, at)
        if not self._inside:
            shown.append(text[at:end])
        self._held = text[end:]
        return "".join(shown)

    def rest(self) -> str:
        """Return what was held back because a tag could have begun with it."""
        held, self._held = self._held, ""
        return "" if self._inside else held


def _begun(text: str, start: int) -> int:
    """Return where a tag may begin that the next piece completes; the end where none does."""
    last = text.rfind("<", start)
    if last >= 0 and any(tag.startswith(text[last:].lower()) for tag in _TAGS):
        return last
    return len(text)
