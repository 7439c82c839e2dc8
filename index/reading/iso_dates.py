"""Dates as documents state them, in one form."""

from datetime import date


def iso_date(value: str) -> str | None:
    """Return the ISO 8601 date in front of any time of day; None where there is none."""
    try:
        return date.fromisoformat(value.strip()[:10]).isoformat()
    except ValueError:
        return None
