"""Makes statements and yes/no questions of what is there: statements turned round, sentences.

A statement whose verb has an auxiliary becomes the question that it answers; a sentence of an
article is a statement that a window with it says, that one without it leaves open, and that it
does not say any more with one word swapped.
"""

import random
import re

_AUXILIARY = re.compile(
    r"is|are|was|were|has|have|had|can|could|will|would|may|might|should|must|does|do|did", re.I
)
_TURN = re.compile(
    r"not|that|which|who|whose|where|when|because|if|although|while|but|and|or|.*[,;:]", re.I
)
"""Words behind which the auxiliary is no longer the subject's."""
_MOST_BEFORE = 7
"""Words of a subject that is turned round."""
_HANGING = re.compile(
    r"(?:he|she|it|they|this|that|these|those|we|i|you|his|her|their|its|such|there|here)\b", re.I
)
_LEADING = re.compile(
    r"^(?:however|moreover|in addition|also|then|still|meanwhile|but|and|so),? ", re.I
)
_ASIDE = re.compile(r", (?:which|who|where|whose)\b[^,.;]*,")
_SIZES = (40, 220)
"""Characters of a sentence that is taken as a statement."""


def asked(statement: str) -> str | None:
    """Return the yes/no question that a statement answers, None where its form is another."""
    words = statement.rstrip(". ").split()
    for at, word in enumerate(words[: _MOST_BEFORE + 1]):
        if _AUXILIARY.fullmatch(word):
            after = words[at + 1].lower() if at + 1 < len(words) else "not"
            if not at or after in ("not", "no", "never"):
                return None
            return " ".join([word.capitalize(), *words[:at], *words[at + 1 :]]) + "?"
        if _TURN.fullmatch(word):
            return None
    return None


def told(sentence: str) -> str | None:
    """Return a sentence as a statement that stands by itself, None where it cannot."""
    plain = _ASIDE.sub("", _LEADING.sub("", " ".join(sentence.split())))
    if not _SIZES[0] <= len(plain) <= _SIZES[1] or plain[-1:] != "." or _HANGING.match(plain):
        return None
    return plain[0].upper() + plain[1:]


def shortened(statement: str, chance: random.Random) -> str:
    """Return a statement without what follows its last comma, or without what leads up to it."""
    head, comma, tail = statement.rstrip(".").rpartition(", ")
    if not comma or len(head.split()) < 6 or tail.startswith(("and ", "or ")):
        return statement
    return f"{head}." if chance.random() < 0.5 and "," not in head else statement
