"""Puts sentences together: neighbours that bear out a claim as one, pieces from places apart."""

from collections.abc import Sequence
from dataclasses import replace

from rag.types import Evidence
from rag.verification.bearing import bears_out
from rag.verification.candidates import Found
from rag.verification.compare import fit
from rag.verification.context import Context
from rag.verification.names import in_names, is_of_one, refers_back, subject
from rag.verification.parse import Reading, read

_MOST = 3
"""Pieces at most."""
_TRIED = 4
"""Sentences, the best first, that are tried together with a neighbour."""
_PIECE = 0.2
"""Share of a claim that each piece of a stitched one bears out."""
_NEIGHBOURS = 2
"""Sentences apart up to which two still say something together."""


def together(said: Reading, found: Sequence[Found]) -> tuple[Evidence, ...]:
    """Return two neighbouring sentences that bear out the claim as one.

    The second must refer back and name nobody new, so that its subject is the first's.
    """
    places = {(f.hit.passage.id, f.position): f for f in found}
    for one in found[:_TRIED]:
        for first, second in ((one.position - 1, one.position), (one.position, one.position + 1)):
            ahead = places.get((one.hit.passage.id, first))
            behind = places.get((one.hit.passage.id, second))
            if ahead and behind and _are_one(said, ahead, behind):
                return ahead.evidence, behind.evidence
    return ()


def _are_one(said: Reading, ahead: Found, behind: Found) -> bool:
    one, other = (f.hit.sentences[f.position].sentence.text.rstrip(".") for f in (ahead, behind))
    known = read(one).stems
    if not refers_back(read(other)) or any(
        w.name and w.stem not in known for w in read(other).words
    ):
        return False
    if any(fault.kind == "quote" for fault in ahead.fit.faults):
        return False
    first = next((w for w in said.words if w.name), None)
    if (
        first
        and is_of_one(read(other))
        and not any(in_names(first, word) for word in subject(read(one)))
    ):
        return False
    if not (_adds(ahead, behind) and _adds(behind, ahead)):
        return False
    both = read(f"{one}; {other}")
    joined = replace(
        ahead,
        fit=fit(said, both, Context(before=(), after="", title=ahead.hit.card.title, document="")),
        similarity=max(ahead.similarity, behind.similarity),
    )
    return bears_out(said, joined)


def _adds(one: Found, other: Found) -> bool:
    return bool(one.fit.literal - other.fit.literal or one.fit.held - other.fit.held)


def pieces(said: Reading, found: Sequence[Found]) -> tuple[Evidence, ...]:
    """Return sentences from places apart that each bear out a part, and the whole together."""
    for first in found[:4]:
        if _gain(said, [], first) < _PIECE:
            continue
        chosen = [first]
        while len(chosen) < _MOST and not _is_whole(said, chosen):
            rest = [f for f in found if all(_apart(f, c) for c in chosen)]
            best = max(rest, key=lambda f: _gain(said, chosen, f), default=None)
            if best is None or _gain(said, chosen, best) < _PIECE:
                break
            chosen.append(best)
        if len(chosen) > 1 and _is_whole(said, chosen):
            return tuple(f.evidence for f in chosen)
    return ()


def _apart(one: Found, other: Found) -> bool:
    return one.hit.passage.id != other.hit.passage.id or (
        abs(one.position - other.position) > _NEIGHBOURS
    )


def _gain(said: Reading, chosen: Sequence[Found], other: Found) -> float:
    """Return the share of the claim that a further sentence adds; a lone word or name is none."""
    known = _known(chosen)
    values = _values(chosen)
    added = [said.words[n] for n in other.fit.literal - known]
    news = len([w for w in added if w.weight > 0.5]) + 2 * len(other.fit.held - values)
    if news < 2:
        return 0.0
    total = sum(w.weight for w in said.words)
    return (sum(w.weight for w in added) + len(other.fit.held - values)) / max(1.0, total)


def _known(chosen: Sequence[Found]) -> frozenset[int]:
    return frozenset(n for c in chosen for n in c.fit.covered)


def _values(chosen: Sequence[Found]) -> frozenset[int]:
    return frozenset(n for c in chosen for n in c.fit.held)


def _is_whole(said: Reading, chosen: Sequence[Found]) -> bool:
    known, values = _known(chosen), _values(chosen)
    if len(values) < len(said.values) + len(said.dates):
        return False
    total = sum(w.weight for w in said.words)
    return sum(w.weight for n, w in enumerate(said.words) if n not in known) <= 0.15 * total
