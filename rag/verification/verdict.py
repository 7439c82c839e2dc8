"""Judges one claim against retrieved passages; no language model and no text of its own.

The verdicts are those of `rag.types.Verdict`. A claim is supported by one sentence, whose pronouns
may be filled from what stands around it, or by two neighbouring ones. Whatever nothing bears out
counts against it: a name, a number, a date and a limit (all, only, most) always, other words in
proportion, so that an addition to a true sentence is not carried by its rest. Pieces that stand in
several places, which do not say the claim together, are put together to tell so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.types import Hit
from rag.types import Evidence, Verdict
from rag.verification.candidates import (
    Compared,
    Similarity,
    bears_out,
    compare,
    is_retold,
    literal,
    rest,
)
from rag.verification.claims import Claim
from rag.verification.compare import Fit, fit
from rag.verification.differences import Context
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


def together(said: Reading, found: Sequence[Compared]) -> tuple[Evidence, ...]:
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


def _are_one(said: Reading, ahead: Compared, behind: Compared) -> bool:
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


def _adds(one: Compared, other: Compared) -> bool:
    return bool(one.fit.literal - other.fit.literal or one.fit.held - other.fit.held)


def pieces(said: Reading, found: Sequence[Compared]) -> tuple[Evidence, ...]:
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


def _apart(one: Compared, other: Compared) -> bool:
    return one.hit.passage.id != other.hit.passage.id or (
        abs(one.position - other.position) > _NEIGHBOURS
    )


def _gain(said: Reading, chosen: Sequence[Compared], other: Compared) -> float:
    """Return the share of the claim that a further sentence adds; a lone word or name is none."""
    known = _known(chosen)
    values = _values(chosen)
    added = [said.words[n] for n in other.fit.literal - known]
    news = len([w for w in added if w.weight > 0.5]) + 2 * len(other.fit.held - values)
    if news < 2:
        return 0.0
    total = sum(w.weight for w in said.words)
    return (sum(w.weight for w in added) + len(other.fit.held - values)) / max(1.0, total)


def _known(chosen: Sequence[Compared]) -> frozenset[int]:
    return frozenset(n for c in chosen for n in c.fit.covered)


def _values(chosen: Sequence[Compared]) -> frozenset[int]:
    return frozenset(n for c in chosen for n in c.fit.held)


def _is_whole(said: Reading, chosen: Sequence[Compared]) -> bool:
    known, values = _known(chosen), _values(chosen)
    if len(values) < len(said.values) + len(said.dates):
        return False
    total = sum(w.weight for w in said.words)
    return sum(w.weight for n, w in enumerate(said.words) if n not in known) <= 0.15 * total


_CONTRARY = 0.05
"""By how much a sentence that contradicts must fit better to outweigh one that supports."""
_CONTRADICTED = 0.8
"""Share of its words that a sentence says no to from which two sentences cannot support it."""
_REST = 0.7
"""Share that must be borne out for the rest to be called altered."""
_OF_CITED = 0.1
"""What being cited counts in the choice of the sentence that a claim differs from."""
_SURE = 0.85
"""Share from which what differs explains the claim better than pieces of other places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim with what was found of it."""

    claim: Claim
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    """Exact sentences, the best first, at most three; none where it is unsupported."""
    note: str
    """What differs, for a reader; empty where it is supported."""


def judge(claim: Claim, hits: Sequence[Hit], *, similarity: Similarity) -> Judged:
    """Judge a claim against the sources it may rest on.

    Args:
        claim: As `read_claims` gives it; numbers outside the list count as not there.
        hits: Source 1, 2 and so on; none makes the claim unsupported.
        similarity: Gives cosines of the claim with stored sentences.

    Returns:
        The verdict. `supported` where a cited source, or with no citation any source, bears it
        out; `misattributed` where only another one does, which is the evidence then.
    """
    said = read(claim.text)
    cited = {n for n in claim.cited if 1 <= n <= len(hits)}
    found = compare(said, hits, cited, similarity)
    against = max((literal(said, f.fit) for f in found if _denies(f.fit)), default=0.0)
    good = [
        f
        for f in found
        if bears_out(said, f)
        and literal(said, f.fit) >= against - _CONTRARY
        and is_retold(said, f, similarity)
    ]
    verdicts: tuple[Verdict, ...] = ("supported", "misattributed")
    for verdict in verdicts:
        own = verdict == "supported"
        chosen = [f for f in good if (not cited or f.number in cited) == own]
        others = [f for f in found if (not cited or f.number in cited) == own]
        pair = () if chosen or against > _CONTRADICTED else together(said, others)
        if chosen or pair:
            return _borne_out(claim, verdict, (chosen[0].evidence,) if chosen else pair)
    altered = _altered(said, found, cited)
    sure = altered is not None and _is_sure(said, altered)
    parts = () if sure else pieces(said, found)
    if parts:
        note = "its parts stand in places that do not say it together"
        return Judged(claim=claim, verdict="stitched", evidence=parts, note=note)
    if altered is not None:
        notes = "; ".join(dict.fromkeys(f.note for f in altered.fit.faults[:2]))
        return Judged(claim=claim, verdict="altered", evidence=(altered.evidence,), note=notes)
    return Judged(claim=claim, verdict="unsupported", evidence=(), note=_nothing(said, found))


def _denies(result: Fit) -> bool:
    """Tell whether a sentence says the opposite, and nothing else differs."""
    return bool(result.faults) and all(fault.kind == "negation" for fault in result.faults)


def _borne_out(claim: Claim, verdict: Verdict, evidence: tuple[Evidence, ...]) -> Judged:
    title = evidence[0].hit.card.title
    note = f"it stands in another source: {title}" if verdict == "misattributed" else ""
    return Judged(claim=claim, verdict=verdict, evidence=evidence, note=note)


def _altered(said: Reading, found: Sequence[Compared], cited: set[int]) -> Compared | None:
    """Return the sentence that says the claim but for its faults; None where none is close."""
    near = [f for f in found if f.fit.faults and not f.fit.lacks and _is_close(said, f.fit)]
    return max(
        near,
        key=lambda f: (_is_sure(said, f), _closeness(said, f) + _OF_CITED * (f.number in cited)),
        default=None,
    )


def _closeness(said: Reading, found: Compared) -> float:
    return rest(said, found.fit) + 0.2 * found.similarity - 0.05 * len(found.fit.faults)


def _is_close(said: Reading, result: Fit) -> bool:
    """Tell whether a sentence is about the same: another name and another number are too much."""
    kinds = {fault.kind for fault in result.faults}
    if "name" in kinds and not kinds.isdisjoint(("number", "date")):
        return False
    shared = sum(not said.words[n].name and said.words[n].weight > 0.5 for n in result.covered)
    names = any(said.words[n].name for n in result.covered)
    shared += not kinds.isdisjoint(("number", "date"))
    return shared + names >= min(2, len(said.words)) and rest(said, result) >= _REST


def _is_sure(said: Reading, found: Compared) -> bool:
    """Tell whether what differs is plain: nothing but values and a no, or one kind of thing."""
    kinds = {fault.kind for fault in found.fit.faults}
    plain = kinds.isdisjoint(("name", "cause"))
    return (plain or len(kinds) == 1) and rest(said, found.fit) >= _SURE


def _nothing(said: Reading, found: Sequence[Compared]) -> str:
    if not found:
        return "no source says anything of it"
    best = found[0].fit
    words = list(dict.fromkeys([*best.lacks, *(said.words[n].text for n in best.missing)]))
    return f"no source says it: nothing on {', '.join(words[:4])}" if words else "no source says it"
