"""Compares the numbers and dates of a claim with those of a sentence."""

from rag.verification.dates import Date, agrees, conflicts
from rag.verification.differences import Context, Fault, differs
from rag.verification.lexicon import lists
from rag.verification.parse import Reading, Word, read
from rag.verification.values import Value, comparable, same


def compare_values(claim: Reading, held: Reading) -> tuple[list[int], list[Fault], list[str]]:
    """Return indices of the values that a sentence has, faults for others, and what it lacks.

    A number that the claim has twice, the sentence must have twice.
    """
    found, faults, lacks = [], [], []
    used: list[Value] = []
    for n, value in enumerate(claim.values):
        own = _of_same_noun(value, claim, held)
        equal = [other for other in held.values if same(value, other) and _is_equal(value, other)]
        near = equal or [other for other in own if same(value, other)]
        match = next((other for other in near if other not in used), None)
        if match is not None and _is_denied(value, claim) != _is_denied(match, held):
            faults.append(Fault(kind="negation", note=f"one says no to “{match.text}”"))
            continue
        if match is not None or _as_year(value.amount, held):
            found.append(n)
            used += [match] if match else []
            continue
        if _as_word(value.amount, held):
            found.append(n)
            continue
        rivals = [
            other
            for other in own
            if comparable(value, other)
            and (other in used or not any(same(mine, other) for mine in claim.values))
        ]
        year = next((d for d in held.dates if d.year and d.month is None), None)
        if not rivals and year is not None and _like_year(value):
            faults.append(differs(year.text, value.text, "date"))
        elif rivals:
            best = min(rivals, key=lambda v: abs(v.amount - value.amount))
            faults.append(differs(best.text, value.text, "number"))
        else:
            lacks.append(value.text)
    return found, faults, lacks


def _is_equal(one: Value, other: Value) -> bool:
    return one.amount == other.amount or one.raw == other.raw


def _of_same_noun(value: Value, claim: Reading, held: Reading) -> list[Value]:
    """Return the sentence's values of what the claim counts; all of them where none is."""
    counted = _noun(value, claim)
    own = [v for v in held.values if counted and comparable(value, v) and _noun(v, held) == counted]
    return own or list(held.values)


def _noun(value: Value, reading: Reading) -> str:
    """Return the stem of the word right behind a value; empty where none follows."""
    behind = (w.stem for w in reading.words if 0 <= w.start - value.end <= 1)
    return next(behind, "")


def _is_denied(value: Value, reading: Reading) -> bool:
    """Tell whether "not" or its like stands right before a value."""
    before = reading.text[max(0, value.start - 24) : value.start].lower().split()
    return bool(before) and before[-1] in lists()["negators"]


def compare_dates(
    claim: Reading, held: Reading, context: Context
) -> tuple[list[int], list[Fault], list[str]]:
    """Return the same for dates; one that stands around the sentence is not lacking."""
    found, faults, lacks = [], [], []
    around: list[Date] = []
    if claim.dates:
        around = [d for text in (*context.before, context.title) for d in read(text).dates]
    for n, date in enumerate(claim.dates):
        if any(agrees(date, other) for other in held.dates):
            found.append(n)
            continue
        if date.year and any(v.amount == date.year for v in held.values):
            found.append(n)
            continue
        rivals = [
            other
            for other in held.dates
            if conflicts(date, other) and not any(agrees(mine, other) for mine in claim.dates)
        ]
        if rivals:
            faults.append(differs(rivals[0].text, date.text, "date"))
        elif not any(agrees(date, other) for other in around):
            lacks.append(date.text)
    return found, faults, lacks


def is_implied(word: Word, claim: Reading, held: Reading) -> bool:
    """Tell whether an agreeing value says a word: what is 30 kg weighs it, "for $5" is a cost."""
    for mine in claim.values:
        kind = mine.kind if mine.kind == "money" else mine.unit
        if word.stem not in lists().get(f"implied_by_{kind}", ()):
            continue
        for other in held.values:
            before = held.text[max(0, other.start - 8) : other.start].split()[-1:]
            if same(mine, other) and (kind != "money" or before in (["for"], ["at"], ["of"])):
                return True
    return False


def _as_word(amount: float, held: Reading) -> bool:
    if amount == 1:
        return bool(held.plain & {"a", "an", "one", "single", "only"})
    return amount == 2 and bool(held.plain & lists()["pairs"])


def _like_year(value: Value) -> bool:
    return (
        value.kind == "number"
        and not value.unit
        and len(value.text) == 4 == len(str(int(value.raw)))
    )


def _as_year(amount: float, held: Reading) -> bool:
    return any(d.year == amount and d.month is None for d in held.dates)
