"""Turns our types into plain data for `--json`; nothing is read back."""

import json
import re
from dataclasses import fields, is_dataclass

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON allows as it is and a terminal may obey: control characters and direction marks."""


def as_json(value: object) -> object:
    """Return dataclasses as dictionaries in the order of their fields, tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    return value


def json_text(value: object, *, encoding: str = "utf-8") -> str:
    r"""Return a value as indented JSON, readable in any language.

    Args:
        value: One of our types, or a tuple of them.
        encoding: Of where it goes; if that lacks a character, everything but ASCII is written
            as `\uXXXX`. What could steer a terminal always is.
    """
    text = json.dumps(as_json(value), indent=2, ensure_ascii=False)
    text = _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(as_json(value), indent=2)
    return text
