"""Judges one claim against retrieved passages; no language model and no text of its own.

The verdicts are those of `rag.types.Verdict`. A claim is supported by one sentence, whose pronouns
may be filled from what stands around it, or clause by clause by neighbouring sentences. Whatever
nothing bears out counts against it: a name, a number, a date and a limit (all, only, most) always,
other words in proportion, so that an addition to a true sentence is not carried by its rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.types import Hit, Sentence
from rag.types import Evidence, Verdict
from rag.verification.claims import Claim
from rag.verification.context import Context
from rag.verification.faults import Fault
from rag.verification.lexicon import lists
from rag.verification.names import refers_back
from rag.verification.quotes import misquoted
from rag.verification.reading import Reading, read, stems_of
from rag.verification.roles import is_verb
from rag.verification.support import BORROWED, Fit, fit

Similarity = Callable[[str, Sequence[Sentence]], NDArray[np.float32]]
"""Given a text and n stored sentences: their cosines, (n,) float32."""

_ALLOWED = ((0.8, 0.24), (0.65, 0.18), (0.5, 0.1), (0.3, 0.05))
"""From this cosine on, the share of a claim's weight that may be missing."""
_ON_TOPIC, _ALL_BORROWED = 0.35, 0.15
"""From this cosine on, what may be lost where one word is only in the context and a value agrees."""
_CONTRARY = 0.05
"""By how much a sentence that contradicts must fit better to outweigh one that supports."""
_CONTRADICTED = 0.8
"""Share of its words that a sentence says no to from which two sentences cannot support it."""
_AGREES = 0.08
"""What may be missing in addition where a number or date agrees."""
_PLAIN = 1.5
"""How much larger the missing share may be where names, which weigh much, are left aside."""
_SHORT = 4
"""Words of a claim, names aside, up to which its verb cannot be missing."""
_LIGHT = 0.5
"""Weight up to which a word says little."""
_COMPARED = 16
"""Sentences that are read and compared, and as many of the cited sources."""
_TRIED = 4
"""Sentences, the best first, that are tried together with a neighbour."""
_RUN = 2
"""Missing words in a row from which something was added."""
_REST = 0.7
"""Share that must be borne out for the rest to be called altered."""
_SURE = 0.85
"""Share from which what differs explains the claim better than pieces of other places."""
_PIECE = 0.2
"""Share of a claim that each piece of a stitched one bears out."""
_MOST = 3
"""Sentences given as evidence."""
_NEIGHBOURS = 2
"""Sentences apart up to which two still say something together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim with what was found of it."""

    claim: Claim
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    """Exact sentences, the best first, at most three; none where it is unsupported."""
    note: str
    """What differs, for a reader; empty where it is supported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One sentence of a hit with how it bears out the claim."""

    hit: Hit
    number: int
    """Of the source, from 1."""
    position: int
    """In the hit."""
    similarity: float
    fit: Fit

    @property
    def evidence(self) -> Evidence:
        sentence = self.hit.sentences[self.position].sentence
        return Evidence(hit=self.hit, start=sentence.start, end=sentence.end)


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
    found = _compare(said, hits, cited, similarity)
    against = max((_literal(said, f.fit) for f in found if _denies(f.fit)), default=0.0)
    good = [
        f for f in found if _bears_out(said, f) and _literal(said, f.fit) >= against - _CONTRARY
    ]
    verdicts: tuple[Verdict, ...] = ("supported", "misattributed")
    for verdict in verdicts:
        own = verdict == "supported"
        chosen = [f for f in good if (not cited or f.number in cited) == own]
        rest = [f for f in found if (not cited or f.number in cited) == own]
        together = () if chosen or against > _CONTRADICTED else _together(said, rest)
        if chosen or together:
            evidence = (chosen[0].evidence,) if chosen else together
            return _judged(claim, verdict, evidence, hits)
    altered = _altered(said, found, cited)
    sure = altered is not None and _is_sure(said, altered)
    pieces = () if sure else _pieces(said, found)
    if pieces:
        note = "its parts stand in places that do not say it together"
        return Judged(claim=claim, verdict="stitched", evidence=pieces, note=note)
    if altered is not None:
        notes = "; ".join(dict.fromkeys(f.note for f in altered.fit.faults[:2]))
        return Judged(claim=claim, verdict="altered", evidence=(altered.evidence,), note=notes)
    return Judged(claim=claim, verdict="unsupported", evidence=(), note=_nothing(said, found))


def _literal(said: Reading, result: Fit) -> float:
    """Return the share of the claim's words that a sentence has as they are."""
    total = sum(w.weight for w in said.words)
    return sum(said.words[n].weight for n in result.literal) / total if total else 1.0


def _denies(result: Fit) -> bool:
    """Tell whether a sentence says the opposite, and nothing else differs."""
    return bool(result.faults) and all(fault.kind == "negation" for fault in result.faults)


def _judged(
    claim: Claim, verdict: Verdict, evidence: tuple[Evidence, ...], hits: Sequence[Hit]
) -> Judged:
    title = evidence[0].hit.title
    note = f"it stands in another source: {title}" if verdict == "misattributed" else ""
    return Judged(claim=claim, verdict=verdict, evidence=evidence[:_MOST], note=note)


def _compare(
    said: Reading, hits: Sequence[Hit], cited: set[int], similarity: Similarity
) -> list[_Found]:
    """Return the nearest sentences of the hits with their fit, the best first."""
    places = [(hit, n, p) for n, hit in enumerate(hits, 1) for p in range(len(hit.sentences))]
    if not places:
        return []
    cosines = similarity(said.text, [hit.sentences[p].sentence for hit, _, p in places])
    texts: dict[str, str] = {}
    for hit in hits:
        known = texts.get(hit.passage.document_id, "")
        texts[hit.passage.document_id] = f"{known}\n{hit.passage.text}"
    own = said.stems
    nearness = [
        float(cosine) + len(own & stems_of(hit.sentences[p].sentence.text)) / max(1, len(own))
        for (hit, _, p), cosine in zip(places, cosines, strict=True)
    ]
    chosen = _nearest(nearness, [number in cited for _, number, _ in places])
    found = [
        _Found(
            hit=hit,
            number=number,
            position=position,
            similarity=float(cosine),
            fit=_fit(said, hit, position, texts[hit.passage.document_id]),
        )
        for (hit, number, position), cosine in ((places[n], cosines[n]) for n in chosen)
    ]
    return sorted(found, key=lambda f: -_merit(f))


def _nearest(nearness: Sequence[float], cited: Sequence[bool]) -> list[int]:
    """Return the places of the sentences to compare: the nearest ones, and the nearest cited."""
    order = sorted(range(len(nearness)), key=lambda n: -nearness[n])
    return sorted({*order[:_COMPARED], *[n for n in order if cited[n]][:_COMPARED]})


def _merit(found: _Found) -> float:
    hard = len(found.fit.faults) + len(found.fit.lacks)
    return found.fit.share + 0.2 * found.similarity - 0.05 * hard


def _fit(said: Reading, hit: Hit, position: int, text: str) -> Fit:
    sentence = hit.sentences[position].sentence
    found = fit(said, read(sentence.text), _context(hit, position, text))
    wrong = misquoted(said.text, hit.passage.text)
    if wrong:
        return replace(found, faults=(*found.faults, Fault(kind="quote", note=wrong)))
    return found


def _context(hit: Hit, position: int, text: str) -> Context:
    texts = [s.sentence.text for s in hit.sentences]
    return Context(
        before=tuple(reversed(texts[max(0, position - 3) : position])),
        after=texts[position + 1] if position + 1 < len(texts) else "",
        title=hit.title,
        document=text,
    )


def _bears_out(said: Reading, found: _Found) -> bool:
    result = found.fit
    if result.faults or result.lacks or not (said.words or said.values or said.dates):
        return False
    allowed = next((share for at, share in _ALLOWED if found.similarity >= at), 0.0)
    if (
        not result.missing
        and result.held
        and len(result.borrowed) == 1
        and (found.similarity >= _ON_TOPIC)
    ):
        allowed = max(allowed, _ALL_BORROWED)
    if 1.0 - _rest(said, result) > _PLAIN * allowed or _lacks_verb(said, result):
        return False
    return 1.0 - result.share <= allowed and _longest_run(said, result.missing) < _RUN


def _lacks_verb(said: Reading, result: Fit) -> bool:
    """Tell whether a short claim's verb is missing: what was done, not who said or denied it."""
    plain = [n for n, w in enumerate(said.words) if not w.name and w.weight > _LIGHT]
    told = lists()["speech"] | lists()["present"]
    verbs = [n for n in plain if is_verb(said.words[n]) and said.words[n].text not in told]
    verbs = [n for n in verbs if said.words[n].stem not in lists()["deniers"]]
    return len(plain) <= _SHORT and bool(verbs) and all(n in result.missing for n in verbs)


def _longest_run(said: Reading, missing: Sequence[int]) -> int:
    best = run = 0
    last = -2
    for n in missing:
        run = run + 1 if n == last + 1 else 1
        if said.words[n].weight < 0.5:
            run -= 1
        best, last = max(best, run), n
    return best


def _together(said: Reading, found: Sequence[_Found]) -> tuple[Evidence, ...]:
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


def _are_one(said: Reading, ahead: _Found, behind: _Found) -> bool:
    one, other = (f.hit.sentences[f.position].sentence.text.rstrip(".") for f in (ahead, behind))
    known = read(one).stems
    if not refers_back(read(other)) or any(
        w.name and w.stem not in known for w in read(other).words
    ):
        return False
    if any(fault.kind == "quote" for fault in ahead.fit.faults):
        return False
    if not (_adds(ahead, behind) and _adds(behind, ahead)):
        return False
    both = read(f"{one}; {other}")
    joined = replace(
        ahead,
        fit=fit(said, both, Context(before=(), after="", title=ahead.hit.title, document="")),
        similarity=max(ahead.similarity, behind.similarity),
    )
    return _bears_out(said, joined)


def _adds(one: _Found, other: _Found) -> bool:
    return bool(one.fit.literal - other.fit.literal or one.fit.held - other.fit.held)


def _altered(said: Reading, found: Sequence[_Found], cited: set[int]) -> _Found | None:
    """Return the sentence that says the claim but for its faults; of cited sources first."""
    near = [f for f in found if f.fit.faults and not f.fit.lacks and _is_close(said, f.fit)]
    near.sort(key=lambda f: -_merit(f) - 0.1 * (f.number in cited))
    return near[0] if near else None


def _closeness(said: Reading, found: _Found) -> float:
    return _rest(said, found.fit) + 0.2 * found.similarity - 0.05 * len(found.fit.faults)


def _is_close(said: Reading, result: Fit) -> bool:
    kinds = {fault.kind for fault in result.faults}
    if "name" in kinds and not kinds.isdisjoint(("number", "date")):
        return False
    shared = sum(not said.words[n].name and said.words[n].weight > 0.5 for n in result.covered)
    names = any(said.words[n].name for n in result.covered)
    shared += not kinds.isdisjoint(("number", "date"))
    return shared + names >= min(2, len(said.words)) and _rest(said, result) >= _REST


def _is_sure(said: Reading, found: _Found) -> bool:
    """Tell whether what differs is plain: nothing but values and a no, or one kind of thing."""
    kinds = {fault.kind for fault in found.fit.faults}
    plain = kinds.isdisjoint(("name", "cause"))
    return (plain or len(kinds) == 1) and _rest(said, found.fit) >= _SURE


def _rest(said: Reading, result: Fit) -> float:
    """Return the share of the claim's words that is borne out, wrong names left out of account."""
    words = [(n, w) for n, w in enumerate(said.words) if not (w.name and n in result.missing)]
    total = sum(w.weight for _, w in words)
    lost = sum(w.weight for n, w in words if n in result.missing)
    plain = [said.words[n] for n in result.borrowed if not said.words[n].name]
    lost += BORROWED * sum(w.weight for w in plain)
    return 1.0 - lost / total if total else 1.0


def _pieces(said: Reading, found: Sequence[_Found]) -> tuple[Evidence, ...]:
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


def _apart(one: _Found, other: _Found) -> bool:
    return one.hit.passage.id != other.hit.passage.id or (
        abs(one.position - other.position) > _NEIGHBOURS
    )


def _gain(said: Reading, chosen: Sequence[_Found], other: _Found) -> float:
    """Return the share of the claim that a further sentence adds; a lone word or name is none."""
    known = _known(chosen)
    values = _values(chosen)
    added = [said.words[n] for n in other.fit.literal - known]
    news = len([w for w in added if w.weight > 0.5]) + 2 * len(other.fit.held - values)
    if news < 2:
        return 0.0
    total = sum(w.weight for w in said.words)
    return (sum(w.weight for w in added) + len(other.fit.held - values)) / max(1.0, total)


def _known(chosen: Sequence[_Found]) -> frozenset[int]:
    return frozenset(n for c in chosen for n in c.fit.covered)


def _values(chosen: Sequence[_Found]) -> frozenset[int]:
    return frozenset(n for c in chosen for n in c.fit.held)


def _is_whole(said: Reading, chosen: Sequence[_Found]) -> bool:
    known, values = _known(chosen), _values(chosen)
    if len(values) < len(said.values) + len(said.dates):
        return False
    total = sum(w.weight for w in said.words)
    return sum(w.weight for n, w in enumerate(said.words) if n not in known) <= 0.15 * total


def _nothing(said: Reading, found: Sequence[_Found]) -> str:
    if not found:
        return "no source says anything of it"
    best = found[0].fit
    words = list(dict.fromkeys([*best.lacks, *(said.words[n].text for n in best.missing)]))
    return f"no source says it: nothing on {', '.join(words[:4])}" if words else "no source says it"
