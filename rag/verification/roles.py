"""Finds names that changed places: who does, and to whom it is done."""

from collections.abc import Iterator, Mapping

from rag.verification.faults import Fault, differs
from rag.verification.lexicon import lists
from rag.verification.reading import Reading, Word

_REACH = 60
"""Characters between a verb of speech and who speaks, where he is named behind it."""


def swapped(claim: Reading, held: Reading, pairs: Mapping[int, int]) -> Iterator[Fault]:
    """Yield a fault where a shared word has its names the other way round, or another speaker."""
    if _passive(claim) != _passive(held):
        return
    back = {p: n for n, p in pairs.items()}
    for n, p in pairs.items():
        mine, other = claim.words[n], held.words[p]
        if mine.name or mine.stem in lists()["symmetric"] or other.stem in lists()["symmetric"]:
            continue
        before, behind = _around(claim, n)
        theirs_before, theirs_behind = _around(held, p)
        if not (before and behind and theirs_before and theirs_behind):
            continue
        if {pairs.get(i) for i in before} & theirs_behind and (
            {pairs.get(i) for i in behind} & theirs_before
        ):
            first = claim.words[min(before)].text
            second = next((held.words[i].text for i in theirs_before if i in back), "")
            if first.lower() != second.lower():
                yield differs(
                    f"{second} … {other.text} … {first}", f"{first} … {mine.text}", "name"
                )
                return


def speaker(reading: Reading) -> Word | None:
    """Return the name beside the first verb of speech: "X said", "said X"; None without one."""
    text = reading.text
    lower = text.lower()
    names = [w for w in reading.words if w.name]
    for verb in lists()["speech"]:
        at = f" {lower} ".find(f" {verb} ")
        if at < 0:
            continue
        end = at + len(verb)
        after = [w for w in names if end <= w.start <= end + _REACH and w.start - end <= 2]
        before = [w for w in names if at - 2 <= w.end <= at]
        if before or after:
            return (before or after)[-1 if before else 0]
    return None


def _passive(reading: Reading) -> bool:
    return "by" in reading.plain and bool(reading.plain & lists()["be"])


def _around(reading: Reading, at: int) -> tuple[set[int], set[int]]:
    """Return the indices of the names next before and next behind a word, joined ones included."""
    words = reading.words
    before: set[int] = set()
    behind: set[int] = set()
    for n in range(at - 1, -1, -1):
        if words[n].name:
            before.add(n)
        elif before:
            break
    for n in range(at + 1, len(words)):
        if words[n].name:
            behind.add(n)
        elif behind:
            break
    return before, behind
