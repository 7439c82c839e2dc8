"""How the cells of a workbook are shown: numbers by their format, dates as ISO 8601."""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from index.reading.normal import one_line

if TYPE_CHECKING:
    from openpyxl.cell.read_only import ReadOnlyCell

_CODE = re.compile(r"\"[^\"]{0,99}\"|\\.|_.|\*.|\[[^\]]{0,99}\]|.", re.DOTALL)
"""A piece of a number's format: a quoted text, a sign taken as it is, a condition, or a sign."""
_CURRENCY = re.compile(r"\[\$([^\]-]*)")
_DIGITS: Final = frozenset("0#?")
_PATTERN: Final = frozenset("0#?,.%/E")
_LONGEST_FORMAT: Final = 255
"""Characters of a number's format, as Excel allows."""
_HUGE: Final = 1e21
_GENERAL: Final = ("general", "@", "")


def shown(cell: "ReadOnlyCell") -> str:
    """Return a cell as a person sees it, on one line; dates as ISO 8601."""
    value, form = cell.value, cell.number_format or ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return number_shown(value, form)
    if isinstance(value, (date, time, timedelta)):
        return _date_shown(value, form)
    return one_line(str(value))


def number_shown(value: float, form: str) -> str:
    """Return a number as a format of Excel shows it, such as `12.5%` for 0.125 and `0.0%`.

    Formats of fractions and conditions are not known: such numbers are shown as they are.
    """
    if form.lower() in _GENERAL:
        return _plain(value)
    parts = _sections(form)
    at = 1 if value < 0 and len(parts) > 1 else 2 if value == 0 and len(parts) > 2 else 0
    pieces = parts[at]
    digits = "".join(piece for piece in pieces if piece in _PATTERN)
    if not _DIGITS & set(digits) or "/" in digits:
        literal = "".join(map(_literal, pieces)).strip()
        return _plain(value) if not literal or "/" in digits or "General" in form else literal
    size = Decimal(repr(value)) if value == value and abs(value) < _HUGE else Decimal(0)
    size = (abs(size) if at == 1 else size) * 100 ** digits.count("%")
    whole, _, rest = digits.partition(".")
    size /= 1000 ** (len(whole) - len(whole.rstrip(",")))
    exponent = "E" in digits
    places = sum(1 for sign in rest.partition("E")[0] if sign in _DIGITS)
    told = f"{size:.{min(places, 20)}E}" if exponent else _grouped(size, whole, rest, places)
    first = next(n for n, piece in enumerate(pieces) if piece in _DIGITS)
    last = max(n for n, piece in enumerate(pieces) if piece in _DIGITS)
    before, after = ("".join(map(_literal, p)) for p in (pieces[:first], pieces[last + 1 :]))
    sign = "-" if told.startswith("-") else ""
    return one_line(f"{sign}{before}{told.removeprefix('-')}{after}")


def _grouped(size: Decimal, whole: str, rest: str, places: int) -> str:
    places = min(places, 20)
    rounded = size.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    told = f"{rounded:{',' if ',' in whole.rstrip(',') else ''}f}"
    least = sum(1 for sign in rest if sign == "0")
    while places > least and told.endswith("0"):
        told, places = told[:-1], places - 1
    told = told.rstrip(".") if places == 0 else told
    sign, told = ("-", told[1:]) if told.startswith("-") else ("", told)
    head, dot, tail = told.partition(".")
    head = head.zfill(min(whole.count("0"), 20)) if "," not in head else head
    return (sign if any(c in "123456789" for c in told) else "") + head + dot + tail


@lru_cache(maxsize=200)
def _sections(form: str) -> list[list[str]]:
    """Return the pieces of a format, by its parts for what is positive, negative and zero."""
    parts: list[list[str]] = [[]]
    for piece in _CODE.findall(form[:_LONGEST_FORMAT]):
        if piece == ";":
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _literal(piece: str) -> str:
    """Return what a piece of a format shows by itself."""
    if piece.startswith('"'):
        return piece.strip('"')
    if piece.startswith("[$"):
        found = _CURRENCY.match(piece)
        return found[1] if found else ""
    if len(piece) == 2:
        return {"\\": piece[1], "_": " ", "*": ""}.get(piece[0], "")
    return "" if len(piece) > 1 or piece in "#?0,.E" else piece


def _plain(value: float) -> str:
    """Return a number with the eleven digits that Excel shows where no format is set."""
    if isinstance(value, int):
        return str(value) if abs(value) < _HUGE else f"{value:.5E}"
    told = f"{value:.10g}"
    if "e" in told and 1e-9 < abs(value) < 1e11:
        told = f"{Decimal(told):f}"
    return told.upper()


def _date_shown(value: date | time | timedelta, form: str) -> str:
    """Return a date or a time of day as far as its format shows it."""
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    signs = "".join(p.lower() for part in _sections(form)[:1] for p in part if len(p) == 1)
    if not isinstance(value, datetime):
        return value.isoformat()
    if "d" not in signs and "y" in signs and "h" not in signs:
        return f"{value:%Y-%m}" if "m" in signs else f"{value:%Y}"
    day = "" if signs and not set("yd") & set(signs) else value.date().isoformat()
    clock = value.time().isoformat("seconds" if value.second else "minutes")
    return f"{day} {clock}".strip() if value.time() != time() or not day else day
