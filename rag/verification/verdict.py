"""Judges one claim against retrieved passages; no language model and no text of its own.

The verdicts are those of `rag.types.Verdict`. A claim is supported by one sentence, whose pronouns
may be filled from what stands around it, or by two neighbouring ones. Whatever nothing bears out
counts against it: a name, a number, a date and a limit (all, only, most) always, other words in
proportion, so that an addition to a true sentence is not carried by its rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Hit
from rag.types import Evidence, Verdict
from rag.verification.bearing import bears_out, is_retold
from rag.verification.candidates import (
    Found,
    Similarity,
    compare,
    literal,
    rest,
)
from rag.verification.claims import Claim
from rag.verification.compare import Fit
from rag.verification.parse import Reading, read
from rag.verification.stitching import pieces, together

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


def _altered(said: Reading, found: Sequence[Found], cited: set[int]) -> Found | None:
    """Return the sentence that says the claim but for its faults; None where none is close."""
    near = [f for f in found if f.fit.faults and not f.fit.lacks and _is_close(said, f.fit)]
    return max(
        near,
        key=lambda f: (_is_sure(said, f), _closeness(said, f) + _OF_CITED * (f.number in cited)),
        default=None,
    )


def _closeness(said: Reading, found: Found) -> float:
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


def _is_sure(said: Reading, found: Found) -> bool:
    """Tell whether what differs is plain: nothing but values and a no, or one kind of thing."""
    kinds = {fault.kind for fault in found.fit.faults}
    plain = kinds.isdisjoint(("name", "cause"))
    return (plain or len(kinds) == 1) and rest(said, found.fit) >= _SURE


def _nothing(said: Reading, found: Sequence[Found]) -> str:
    if not found:
        return "no source says anything of it"
    best = found[0].fit
    words = list(dict.fromkeys([*best.lacks, *(said.words[n].text for n in best.missing)]))
    return f"no source says it: nothing on {', '.join(words[:4])}" if words else "no source says it"
