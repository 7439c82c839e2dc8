"""Chooses the sentences that answer together: all of a list, and of a fact mostly one."""

from collections.abc import Sequence

from rag.answer.features import Candidate
from rag.answer.weighed import Weighed
from rag.answer.weights import weights
from rag.question import Question

_MOST_OF_A_LIST = 4
"""Sentences in the answer to a question that asks for several things."""
_MOST_OF_A_FACT = 2
"""Sentences in any other answer: a second one only where it is almost as probable."""
_SAME = 0.95
"""Share of words from which a sentence says nothing beyond one already chosen."""


def chosen(weighed: Sequence[Weighed], question: Question) -> list[Weighed]:
    """Return the first sentence, and those that answer beside it.

    To a question for several things these are all whose words the reader prefers to no answer; to
    any other one that is nearly as probable.

    Args:
        weighed: Most probable first; at least one.
        question: What is asked.
    """
    found = [weighed[0]]
    most = _MOST_OF_A_LIST if question.several else _MOST_OF_A_FACT
    for one in weighed[1:]:
        if len(found) == most:
            break
        if question.several:
            answers = one.reading is not None and one.reading.span > 0
        else:
            answers = one.probability >= weights().close * weighed[0].probability
        if answers and not any(_repeats(one.candidate, other.candidate) for other in found):
            found.append(one)
    return found


def _repeats(candidate: Candidate, other: Candidate) -> bool:
    words = set(candidate.scored.sentence.text.casefold().split())
    seen = set(other.scored.sentence.text.casefold().split())
    return len(words & seen) >= _SAME * len(words)
