"""Decides whether a sentence bears out a claim: little may be missing, nothing that matters."""

from collections.abc import Sequence

from rag.verification.candidates import Found, Similarity, rest
from rag.verification.compare import Fit
from rag.verification.lexicon import lists
from rag.verification.parse import Reading
from rag.verification.roles import is_verb

_ALLOWED = ((0.8, 0.24), (0.65, 0.18), (0.5, 0.1), (0.3, 0.05))
"""From this cosine on, the share of a claim's weight that may be missing."""
_ON_TOPIC, _ALL_BORROWED = 0.35, 0.15
"""Cosine from which one word may be only in the context where a value agrees, and its share."""
_AGREES = 0.08
"""What may be missing in addition where a number or date agrees."""
_RUN = 2
"""Missing words in a row from which something was added."""
_PLAIN = 1.5
"""How much larger the missing share may be where names, which weigh much, are left aside."""
_FOREIGN = 0.005
"""Cosine that leaving out a claim's missing words may gain before they are foreign."""
_SHORT = 4
"""Words of a claim, names aside, up to which its verb cannot be missing."""
_LIGHT = 0.5
"""Weight up to which a word says little."""


def bears_out(said: Reading, found: Found) -> bool:
    """Say whether nothing differs, and no more is missing than the cosine makes up for."""
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
    if 1.0 - rest(said, result) > _PLAIN * allowed or _lacks_verb(said, result):
        return False
    return 1.0 - result.share <= allowed and _longest_run(said, result.missing) < _RUN


def is_retold(said: Reading, found: Found, similarity: Similarity) -> bool:
    """Say whether the words that a sentence lacks retell others of its words.

    They do where the sentence has words of its own to be retold, and where the claim without them
    is not nearer to it than with them. On news retold for learners, the cosine falls by 0.00 in
    the median when such words are left out, and rises by 0.04 when they are of another article.
    """
    lost = [said.words[n] for n in found.fit.missing if said.words[n].weight > _LIGHT]
    if not lost:
        return True
    if len(lost) > found.fit.spare:
        return False
    without = said.text
    for word in reversed(lost):
        without = without[: word.start] + without[word.end :]
    sentence = found.hit.sentences[found.position].sentence
    return float(similarity(without, [sentence])[0]) - found.similarity <= _FOREIGN


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
