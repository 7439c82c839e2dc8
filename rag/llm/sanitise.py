"""Takes from a language model's sentence what a page could act on: links, images, markup."""

import re

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


def plain(text: str) -> str:
    """Return a sentence without Markdown, HTML and addresses; their readable words stay.

    An address is taken out even where a source has it: it can be followed from the source, and
    what a model adds to one can carry a conversation away. Empty where nothing readable is left.
    """
    text = _REFERENCE.sub("", text)
    text = _IMAGE.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub(" ", text)
    text = _ADDRESS.sub(" ", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _BLANKS.sub(" ", text).strip()
    return text if any(character.isalnum() for character in text) else ""
