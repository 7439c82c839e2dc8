"""The `---` block at the top of a Markdown file: title, date and author, without a YAML parser."""

import re
from dataclasses import dataclass

from index.reading.metadata import iso_date

MAX_LINES = 200
"""Front matter closes within this many lines; else the `---` was a line across the page."""

_ENTRY = re.compile(r"([A-Za-z_][\w -]*?)\s*:(?:\s+(.*))?")
_CONTINUED = re.compile(r"\s.*|-\s.*|#.*|[\]}],?|")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """What a document says of itself; None where it does not."""

    title: str | None = None
    published: str | None = None
    """ISO 8601 date."""
    author: str | None = None
    """Several names are joined with commas."""


def split_front_matter(source: str) -> tuple[FrontMatter, str]:
    r"""Part a Markdown source into its front matter and the rest.

    Only flat `key: value` lines, `[a, b]` and `- item` lists are understood, which is what title,
    date and author are written in; other keys are skipped.

    Args:
        source: Text with `\n` line ends, without byte-order mark.

    Returns:
        The front matter and the source after it; an empty one and all of the source where there
        is none.
    """
    lines = source.split("\n", MAX_LINES + 1)
    end = _closing_line(lines[: MAX_LINES + 1])
    if end is None:
        return FrontMatter(), source
    values = _values(lines[1:end])
    published = values.get("date") or values.get("published")
    found = FrontMatter(
        title=values.get("title") or None,
        published=iso_date(published) if published else None,
        author=values.get("author") or values.get("authors") or None,
    )
    return found, "\n".join(lines[end + 1 :])


def _closing_line(lines: list[str]) -> int | None:
    if lines[0].rstrip() != "---":
        return None
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            return number if number > 1 else None
        # The first line that is no YAML shows that this is text between two rules.
        if not (_ENTRY.fullmatch(line.rstrip()) or _CONTINUED.fullmatch(line)):
            return None
    return None


def _values(lines: list[str]) -> dict[str, str]:
    """Return the first value of each key, lists joined with commas, keys in lower case."""
    values: dict[str, str] = {}
    key = ""
    for line in lines:
        entry = _ENTRY.fullmatch(line.rstrip())
        if entry:
            key = entry.group(1).lower()
            values.setdefault(key, _scalar(entry.group(2) or ""))
        elif key and line.lstrip().startswith("- "):
            item = _scalar(line.lstrip()[2:])
            values[key] = f"{values[key]}, {item}" if values[key] else item
    return values


def _scalar(value: str) -> str:
    value = value.strip()
    if value[:1] == "[" and value[-1:] == "]":
        return ", ".join(filter(None, (_scalar(item) for item in value[1:-1].split(","))))
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return "" if value in ("|", ">", "null", "~") else re.sub(r"\s+#.*", "", value)
