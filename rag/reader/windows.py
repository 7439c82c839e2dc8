"""Chooses what the reader reads of a passage: whole sentences, led by the article's title."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.types import Hit, Sentence

_MOST = 6
"""Windows that are read for a question."""
_CHARACTERS = 700
"""Of a window; a longer sentence is read alone."""
_TOGETHER = 2800
"""Characters of all windows for a question, about 600 tokens of English prose."""
_TOGETHER_OF_A_LIST = 7000
"""The same where several things are asked for."""
_TITLE = 120
"""Most characters of a title that is read; a longer one is no title."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Neighbouring sentences of one hit, with what is read before them."""

    hit: Hit
    sentences: tuple[Sentence, ...]
    lead: str = ""
    """Tells what the sentences are about; no answer is found in it."""

    @property
    def start(self) -> int:
        """Offset of the sentences in the document's text."""
        return self.sentences[0].start

    @property
    def text(self) -> str:
        """The sentences, without the lead."""
        begin = self.hit.passage.start
        return self.hit.passage.text[self.start - begin : self.sentences[-1].end - begin]


def window_of(hit: Hit, sentences: Sequence[Sentence] = ()) -> Window:
    """Return a passage, or neighbouring sentences of it, as a window.

    Its article's title leads it, but at the start of the article, which says it itself.
    """
    chosen = tuple(sentences) or tuple(scored.sentence for scored in hit.sentences)
    title = hit.card.title.strip().rstrip(".")
    told = chosen[0].start > 0 and 0 < len(title) <= _TITLE
    return Window(hit=hit, sentences=chosen, lead=f"{title}. " if told else "")


def alone(text: str, hit: Hit) -> Window:
    """Return a sentence that was written about a passage as a window, with nothing round it."""
    passage = replace(hit.passage, start=0, end=len(text), text=text)
    own = Sentence(document_id=passage.document_id, ordinal=0, start=0, end=len(text), text=text)
    return Window(hit=replace(hit, passage=passage), sentences=(own,))


def choose(ranked: Sequence[tuple[Hit, Sentence]]) -> list[Window]:
    """Return windows around the best sentence of each passage, the best passage first.

    A window grows to both sides in turn, within its passage, until it is full; there are at most
    so many that all together are not more than is read for a question, and at least one.

    Args:
        ranked: Sentences with their passages, best first.
    """
    best: dict[str, tuple[Hit, Sentence]] = {}
    for hit, sentence in ranked:
        best.setdefault(hit.passage.id, (hit, sentence))
    windows: list[Window] = []
    left = _TOGETHER
    for hit, sentence in best.values():
        window = window_of(hit, _around(hit, sentence))
        left -= len(window.text)
        if windows and (left < 0 or len(windows) == _MOST):
            break
        windows.append(window)
    return windows


def whole(ranked: Sequence[tuple[Hit, Sentence]]) -> list[Window]:
    """Return windows over every sentence of the passages, the best passage first.

    For a list, whose parts stand in sentences that are not the best of their passage. The last
    windows are left out where they are more than is read for a list.

    Args:
        ranked: Sentences with their passages, best first.
    """
    hits = {hit.passage.id: hit for hit, _ in ranked}
    windows: list[Window] = []
    left = _TOGETHER_OF_A_LIST
    for hit in hits.values():
        for run in _runs([scored.sentence for scored in hit.sentences]):
            window = window_of(hit, run)
            left -= len(window.text)
            if windows and left < 0:
                return windows
            windows.append(window)
    return windows


def _runs(members: Sequence[Sentence]) -> list[list[Sentence]]:
    """Cut sentences into runs that fill a window each."""
    runs: list[list[Sentence]] = []
    for member in members:
        if runs and member.end - runs[-1][0].start <= _CHARACTERS:
            runs[-1].append(member)
        else:
            runs.append([member])
    return runs


def with_the_one_before(hit: Hit, sentence: Sentence) -> Window:
    """Return a sentence and the one before it in its passage, which may name what it tells of."""
    members = [scored.sentence for scored in hit.sentences]
    at = next(n for n, member in enumerate(members) if member.start == sentence.start)
    return window_of(hit, members[max(0, at - 1) : at + 1])


def _around(hit: Hit, sentence: Sentence) -> list[Sentence]:
    members = [scored.sentence for scored in hit.sentences]
    first = last = next(n for n, member in enumerate(members) if member.start == sentence.start)
    sides = [-1, 1]
    while sides:
        side = sides.pop(0)
        low, high = (first - 1, last) if side < 0 else (first, last + 1)
        fits = low >= 0 and high < len(members)
        if fits and members[high].end - members[low].start <= _CHARACTERS:
            first, last = low, high
            sides.append(side)
    return members[first : last + 1]
