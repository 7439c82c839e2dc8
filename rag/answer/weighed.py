"""Weighs the sentences that were found by how probably each of them answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Hit
from rag.answer.confidence import believe
from rag.answer.features import Candidate
from rag.answer.ranking import Reader, rank, read
from rag.answer.yes_no import Told, decides
from rag.question import Question
from rag.reader.onnx_reader import ReadSentence
from rag.types import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A sentence with its probability of answering and what the reader said of it."""

    probability: float
    candidate: Candidate
    reading: ReadSentence | None
    """None where it was not read."""

    @property
    def text(self) -> str:
        """The sentence."""
        return self.candidate.scored.sentence.text

    @property
    def evidence(self) -> Evidence:
        """The whole sentence as what an answer rests on."""
        sentence = self.candidate.scored.sentence
        return Evidence(hit=self.candidate.hit, start=sentence.start, end=sentence.end)


def weigh(
    question: Question, hits: Sequence[Hit], reader: Reader, *, told: Sequence[Told] = ()
) -> tuple[list[Weighed], float]:
    """Return the sentences of the hits, most probable first, and how sure it is that they answer.

    A sentence that was not read is as probable as the least probable one that was, and follows it.

    Args:
        question: What is asked.
        hits: Retrieved for it.
        reader: What reads.
        told: What the passages say of a question for yes or no.
    """
    ranked = rank(question, hits)
    done = read(question, ranked, reader)
    belief = believe(done, decides=decides(told) if told else None)
    weighed = [
        Weighed(
            probability=belief.answered * float(p), candidate=one.candidate, reading=one.reading
        )
        for p, one in zip(belief.sentences, done, strict=True)
    ]
    weighed.sort(key=lambda one: -one.probability)
    least = weighed[-1].probability if weighed else 0.0
    known = {id(one.candidate) for one in done}
    rest = [c for c in ranked if id(c) not in known]
    unread = [Weighed(probability=least, candidate=c, reading=None) for c in rest]
    return weighed + unread, belief.answered
