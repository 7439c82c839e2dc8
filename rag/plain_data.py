"""Turns our types into plain data for `--json`, and what an older version wrote into today's."""

import json
import re
from dataclasses import fields, is_dataclass

from index.card import nested, old_names

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON allows as it is and a terminal may obey: control characters and direction marks."""


def as_json(value: object) -> object:
    """Return dataclasses as dictionaries in the order of their fields, tuples as lists.

    What moved to a card stands under its old name as well, for one version more.
    """
    if is_dataclass(value) and not isinstance(value, type):
        plain = {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
        card = getattr(value, "card", None)
        old = {old: as_json(getattr(card, new)) for old, new in old_names(type(value)).items()}
        return plain | old
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    return value


def renewed(value: object) -> object:
    """Return plain data of the version before, in which citations and hits had no card, as ours."""
    if isinstance(value, list):
        return [renewed(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {key: renewed(item) for key, item in value.items()}
    return nested(plain) if "document_sha256" in plain and "card" not in plain else plain


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
