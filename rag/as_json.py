"""Turns our types into plain data for `--json`; nothing is read back."""

import json
from dataclasses import fields, is_dataclass


def as_json(value: object) -> object:
    """Return dataclasses as dictionaries in the order of their fields, tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    return value


def json_text(value: object) -> str:
    """Return a value as indented JSON, readable in any language."""
    return json.dumps(as_json(value), indent=2, ensure_ascii=False)
