"""Turns case results into lines of JSON and back, for baselines and journals."""

import json
from dataclasses import MISSING, asdict, fields
from functools import cache
from typing import TYPE_CHECKING

from eval.results import CaseResult

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def case_to_json(case: CaseResult) -> str:
    """Return a result as one line of JSON; fields at their defaults are left out.

    What UTF-8 cannot hold, a lone surrogate, becomes a question mark.
    """
    kept = {field.name for field in fields(case)} - _defaults(case)
    row = {name: value for name, value in asdict(case).items() if name in kept}
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def case_from_row(row: object) -> CaseResult:
    """Return the result of which `row` is the JSON, parsed.

    Raises:
        ValueError: it is none.
    """
    return _adapter().validate_python(row)


def _defaults(case: CaseResult) -> set[str]:
    """Return the names of the fields that hold their defaults."""
    found = set()
    for field in fields(case):
        default = field.default
        if field.default_factory is not MISSING:
            default = field.default_factory()
        if default is not MISSING and getattr(case, field.name) == default:
            found.add(field.name)
    return found


@cache
def _adapter() -> "TypeAdapter[CaseResult]":
    from pydantic import TypeAdapter

    return TypeAdapter(CaseResult)
