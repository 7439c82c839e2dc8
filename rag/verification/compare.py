"""Compares a claim with one sentence and what stands around it: what is missing, what differs.

A claim's word is borne out by the same word, by one that may stand for it, or, for half of its
weight, by the sentences around; names, numbers and dates only by the same.
`rag.verification.verdict` turns the comparison into a verdict.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.verification.dates import Date, agrees, conflicts
from rag.verification.differences import Context, Fault, differs
from rag.verification.lexicon import lists, opposite, phrases, retells, titles
from rag.verification.names import in_names, near, swapped
from rag.verification.parse import Reading, Word, read
from rag.verification.values import Value, comparable, same

_TELLING = 0.5
"""Weight from which a word says something of its own."""
_VALUE = 1.5
"""Weight of a number or date that agrees."""
BORROWED = 0.25
"""Share of a word's weight that is lost where only the context bears it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a sentence bears out a claim."""

    share: float
    """Of the weight of the claim's words that is borne out, 0 to 1; 1 for a claim without any."""
    covered: frozenset[int]
    """Indices of the claim's words that the sentence itself bears out."""
    literal: frozenset[int]
    """Those of them that it bears out by the same word."""
    held: frozenset[int]
    """Indices of the claim's values, then dates, that it bears out."""
    missing: tuple[int, ...]
    """Indices of the claim's words that nothing bears out, in order."""
    spare: int
    """How many telling words of the sentence bear out nothing."""
    borrowed: tuple[int, ...]
    """Indices of the claim's words that only the context bears out."""
    lacks: tuple[str, ...]
    """Names, values, dates and limits of the claim that nothing bears out or contradicts."""
    faults: tuple[Fault, ...]


def fit(claim: Reading, held: Reading, context: Context) -> Fit:
    """Compare a claim with a sentence; linear in the claim for a bounded sentence."""
    pairs = _pairs(claim, held)
    contrary = _contrary(claim, held, pairs)
    known = pairs.keys() | contrary.keys()
    used = {*pairs.values(), *contrary.values()}
    borrowed = [
        n
        for n in range(len(claim.words))
        if n not in known and near(claim, n, held, context, pairs)
    ]
    missing = [
        n
        for n, word in enumerate(claim.words)
        if n not in known and n not in borrowed and not _is_implied(word, claim, held)
    ]
    values, value_faults, lacks = _compare_values(claim, held)
    dates, date_faults, late = _compare_dates(claim, held, context)
    name_faults, nameless = _compare_names(claim, held, missing, pairs)
    faults = [
        *value_faults,
        *date_faults,
        *name_faults,
        *_polarity(claim, held, pairs, contrary),
        *_hedges(claim, held, pairs),
        *swapped(claim, held, pairs),
        *_causes(claim, held),
    ]
    limits = [claim.words[n].text for n in missing if _is_limit(claim, claim.words[n])]
    total = sum(w.weight for w in claim.words) + _VALUE * (len(values) + len(dates))
    lost = sum(claim.words[n].weight for n in missing)
    lost += BORROWED * sum(claim.words[n].weight for n in borrowed if not claim.words[n].name)
    return Fit(
        share=1.0 - lost / total if total else 1.0,
        covered=frozenset(known),
        literal=frozenset(n for n in pairs if claim.words[n].stem in held.stems),
        held=frozenset([*values, *(len(claim.values) + n for n in dates)]),
        missing=tuple(missing),
        spare=sum(w.weight > _TELLING for n, w in enumerate(held.words) if n not in used),
        borrowed=tuple(borrowed),
        lacks=(*lacks, *late, *nameless, *limits),
        faults=tuple(faults),
    )


def _pairs(claim: Reading, held: Reading) -> dict[int, int]:
    """Return for each borne-out word of the claim the index of the sentence's word."""
    places: dict[str, list[int]] = {}
    for n, word in enumerate(held.words):
        places.setdefault(word.stem, []).append(n)
    found: dict[int, int] = {}
    for n, word in enumerate(claim.words):
        if word.stem in places:
            own = places[word.stem]
            found[n] = next((p for p in own if p not in found.values()), own[0])
            continue
        for p, other in enumerate(held.words):
            if in_names(word, other) or (not word.name and retells(word.stem, other.stem)):
                found[n] = p
                break
    return found


def _contrary(claim: Reading, held: Reading, pairs: dict[int, int]) -> dict[int, int]:
    taken = set(pairs.values())
    return {
        n: p
        for n, word in enumerate(claim.words)
        if n not in pairs
        for p, other in enumerate(held.words)
        if p not in taken and opposite(word.stem, other.stem)
        if word.stem not in lists()["kept"]
        or pairs.get(n + 1) == p + 1
        or _compares(word, other, claim=claim, held=held)
    }


def _compares(word: Word, other: Word, *, claim: Reading, held: Reading) -> bool:
    """Tell whether one side only says more where the other only says less."""
    degrees = lists()["degrees"]
    return (
        {word.stem, other.stem} <= degrees
        and word.stem not in held.stems
        and other.stem not in claim.stems
    )


def _compare_values(claim: Reading, held: Reading) -> tuple[list[int], list[Fault], list[str]]:
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


def _compare_dates(
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


def _is_implied(word: Word, claim: Reading, held: Reading) -> bool:
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


def _compare_names(
    claim: Reading, held: Reading, missing: Sequence[int], pairs: dict[int, int]
) -> tuple[list[Fault], list[str]]:
    """Return what a name stands in place of, and names that stand in place of nothing."""
    lost = [claim.words[n] for n in missing if claim.words[n].name]
    lost = [w for w in lost if w.text.lower() not in titles()]
    if not lost:
        return [], []
    taken = set(pairs.values())
    other = [w.text for n, w in enumerate(held.words) if w.name and n not in taken]
    words = " ".join(w.text for w in lost)
    if other and len(lost) <= 3:
        return [differs(" ".join(other[:3]), words, "name")], []
    return [], [w.text for w in lost]


def _polarity(
    claim: Reading, held: Reading, pairs: dict[int, int], contrary: dict[int, int]
) -> Iterator[Fault]:
    """Find words that only one side negates, and opposites that both sides state alike."""
    denied = not any(_denies(claim.words[n]) for n in pairs)
    seen: set[tuple[str, int]] = set()
    for n, p in sorted((pairs | contrary).items()):
        mine, other = claim.words[n], held.words[p]
        # The first shared word behind a negator is what it turns.
        first = [
            word.negated > 0 and word.reach == 1 and (side, word.negated) not in seen
            for side, word in (("claim", mine), ("source", other))
        ]
        seen |= {("claim", mine.negated), ("source", other.negated)}
        no, source_no = mine.negated > 0, other.negated > 0
        if n in contrary and no == source_no:
            yield differs(f"“{other.text}”", f"“{mine.text}”", "negation")
            return
        if n in contrary or (mine.name and not any(first)):
            continue
        if denied and (mine.denied or other.denied):
            first = [f or d for f, d in zip(first, (mine.denied, other.denied), strict=True)]
            no, source_no, denied = no ^ mine.denied, source_no ^ other.denied, False
        if any(first) and no != source_no:
            yield Fault(kind="negation", note=_negation(mine, claim=no))
            return


def _negation(word: Word, *, claim: bool) -> str:
    if claim:
        return f"the source does not say no to “{word.text}”"
    return f"the source says no to “{word.text}”"


def _denies(word: Word) -> bool:
    return word.stem in lists()["deniers"]


def _hedges(claim: Reading, held: Reading, pairs: dict[int, int]) -> Iterator[Fault]:
    """Find what the source only supposes or intends, and the claim states."""
    known = lists()
    weak = known["possible"] | known["uncertain"] | known["intended"]
    if claim.plain & weak:
        return
    for n, p in pairs.items():
        hedge = held.words[p].hedge
        if claim.words[n].name or not hedge or claim.words[n].hedge:
            continue
        if hedge == "intended" and claim.plain & known["future"]:
            continue
        kind = {"possible": "may be so", "intended": "is intended"}.get(hedge, "is open")
        yield Fault(kind="hedge", note=f"the source only says that it {kind}")
        return


def _causes(claim: Reading, held: Reading) -> Iterator[Fault]:
    """Find a cause that the claim names and the sentence knows nothing of."""
    said, text = f" {claim.text.lower()} ", f" {held.text.lower()} "
    if any(f" {p} " in said for p in phrases("cause_phrases")) and not (
        held.plain & lists()["causes"] or any(p in text for p in phrases("cause_phrases"))
    ):
        yield Fault(kind="cause", note="the source does not say that the one caused the other")


def _is_limit(claim: Reading, word: Word) -> bool:
    """Tell whether a missing word alone makes a claim say more: a limit, or a further verb."""
    if word.text.lower() in lists()["strict"] or any(c.isdigit() for c in word.text):
        return True
    before = claim.text[max(0, word.start - 8) : word.start].lower().split()
    return word.weight >= _TELLING and before[-1:] in (["and"], ["but"], ["then"])
