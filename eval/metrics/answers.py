"""Measures of an answer: its words, what it cites, the ranking behind it, and of abstaining.

All are pure functions. Those of a ranking take the ids ranked best first, without repeats
(`distinct` removes them), and give 0.0 for an empty ranking or nothing relevant. Their values equal
trec_eval's (a test holds them against ir-measures to six decimals).
"""

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rag import AnswerSentence

DocumentSpan = tuple[str, int, int]
"""Document id, start and end: half-open character offsets in the document's text."""
Outcome = Literal["answered", "abstained", "crashed"]


def normalised_nfc(text: str) -> str:
    """Return the text in the form in which documents are stored: NFC, line feeds only."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def normalise_answer(text: str) -> str:
    """Return the text as SQuAD compares answers, made fit for any script.

    Lower case, no punctuation, no English articles, single spaces. Source: `normalize_answer`
    in the official SQuAD 1.1 script (Rajpurkar et al. 2016), preceded by NFKC and with every
    Unicode punctuation mark (category P) counted as punctuation, so that curly quotes go too.
    May be empty.
    """
    kept = "".join(mark for mark in _folded(text) if not _is_punctuation(mark))
    return _without_articles(kept)


def spaced(text: str) -> str:
    """Return the text as `normalise_answer` does, but with a space for each punctuation mark.

    Between two digits a mark is removed. May be empty.
    """
    folded = re.sub(r"(?<=\d)[.,'’](?=\d)", "", _folded(text))
    return _without_articles("".join(" " if _is_punctuation(mark) else mark for mark in folded))


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """Return 1.0 if the prediction equals an answer after normalisation, else 0.0.

    Source: SQuAD 1.1 (Rajpurkar et al. 2016). No answers count as one empty answer, SQuAD
    2.0's form of "there is none".
    """
    normalised = normalise_answer(prediction)
    return float(any(normalised == normalise_answer(answer) for answer in answers or ("",)))


def token_f1(prediction: str, answers: Sequence[str]) -> float:
    """Return the best F1, 0 to 1, over the answers, of their words as multisets.

    Source: SQuAD 1.1 (Rajpurkar et al. 2016); as in SQuAD 2.0, where either side has no words
    it is 1 if both have none. No answers count as one empty answer.
    """
    words = normalise_answer(prediction).split()
    return max(_f1(words, normalise_answer(answer).split()) for answer in answers or ("",))


def contains_answer(text: str, answers: Iterable[str]) -> bool:
    """Tell whether any of the answers is in the text after normalisation, as whole words.

    Whole words, so that "2" is not in "27". Punctuation inside words is tried both removed
    (SQuAD's way: "U.S." as "us") and as a space ("air-to-air" as "air to air"); between two
    digits it is always removed. An answer of nothing but articles or punctuation is compared
    as it stands. Source: the "answer in context" test of open-domain QA (Chen et al. 2017,
    DrQA's `has_answer`). No answers give False.
    """
    joined, apart = normalise_answer(text), spaced(text)
    return any(
        _has_words(joined, normalise_answer(answer))
        or _has_words(apart, spaced(answer))
        or (not spaced(answer) and _folded(answer).strip() in _folded(text).split())
        for answer in answers
    )


def span_precision_recall(
    cited: Iterable[DocumentSpan], gold: Iterable[DocumentSpan]
) -> tuple[float, float]:
    """Return precision and recall, 0 to 1, of the cited characters against the gold ones.

    A character is a document and a position; overlaps count once. With nothing cited,
    precision is 1 if there is no gold either, else 0; with no gold, recall is 1. The idea is
    ALCE's citation precision and recall (Gao et al. 2023), taken on exact characters in place
    of a model's judgement.
    """
    cited_characters, gold_characters = _characters(cited), _characters(gold)
    common = len(cited_characters & gold_characters)
    precision = common / len(cited_characters) if cited_characters else float(not gold_characters)
    recall = common / len(gold_characters) if gold_characters else 1.0
    return precision, recall


def sentence_precision_recall(sentences: Sequence[AnswerSentence]) -> tuple[float, float]:
    """Return precision and recall, 0 to 1, of an answer's citations by whole sentences.

    Recall is the share of sentences that are cited and supported by their citations, precision
    the share of citations that stand at such a sentence. Source: ALCE (Gao et al. 2023), where
    an inference model judges support; here the check of the sentence does, its verdict being
    `supported`, or `misattributed`, which is shown with the right citation. No sentences give
    0 and 0: the answer supports nothing.
    """
    right = [s for s in sentences if s.citations and s.verdict in ("supported", "misattributed")]
    uses = sum(len(sentence.citations) for sentence in sentences)
    precision = sum(len(sentence.citations) for sentence in right) / uses if uses else 0.0
    return precision, len(right) / len(sentences) if sentences else 0.0


def quote_faithfulness(
    quotes: Iterable[tuple[DocumentSpan, str]], texts: Mapping[str, str]
) -> float:
    """Return the share of quotes, 0 to 1, that are literally at their place in their document.

    `texts` maps document ids to texts; a quote of a document that is not there is not literal.
    No quotes give 1: nothing false was quoted. It is the exact form of what RAG evaluations
    estimate as faithfulness (Es et al. 2024, RAGAS).
    """
    checked = [texts.get(doc, "")[start:end] == quote for (doc, start, end), quote in quotes]
    return sum(checked) / len(checked) if checked else 1.0


def distinct(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids in order, each at its first place only."""
    return tuple(dict.fromkeys(ids))


def hit_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return 1.0 if a relevant id is among the first k, else 0.0 (trec_eval's `success`)."""
    return float(any(found in relevant for found in ranked[:k]))


def recall_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return the share of the relevant ids that are among the first k (trec_eval's `recall`)."""
    if not relevant:
        return 0.0
    return sum(found in relevant for found in ranked[:k]) / len(relevant)


def reciprocal_rank(
    ranked: Sequence[str], relevant: Collection[str], k: int | None = None
) -> float:
    """Return 1 / rank of the first relevant id, 0.0 where none is among the first k.

    Its mean over questions is MRR. Source: Voorhees, TREC-8 question answering track (1999).
    """
    for rank, found in enumerate(ranked[:k], start=1):
        if found in relevant:
            return 1.0 / rank
    return 0.0


def ndcg_at(ranked: Sequence[str], relevance: Mapping[str, float], k: int) -> float:
    """Return normalised discounted cumulative gain at k, 0 to 1.

    Gain is the grade itself (below zero counts as zero), discount log2(rank + 1), and the
    ideal ranking is of all that is judged. Source: Järvelin and Kekäläinen (2002) in
    trec_eval's form (`ndcg_cut`), which BEIR reports.
    """
    ideal = _gain(sorted(relevance.values(), reverse=True)[:k])
    if ideal <= 0.0:
        return 0.0
    return _gain([relevance.get(found, 0.0) for found in ranked[:k]]) / ideal


def _f1(predicted: list[str], gold: list[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    common = sum((Counter(predicted) & Counter(gold)).values())
    return 2 * common / (len(predicted) + len(gold))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _without_articles(text: str) -> str:
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def _is_punctuation(mark: str) -> bool:
    return mark in string.punctuation or unicodedata.category(mark).startswith("P")


def _has_words(text: str, words: str) -> bool:
    return bool(words) and f" {words} " in f" {text} "


def _characters(spans: Iterable[DocumentSpan]) -> set[tuple[str, int]]:
    return {
        (document, position) for document, start, end in spans for position in range(start, end)
    }


def _gain(grades: Iterable[float]) -> float:
    return sum(max(0.0, grade) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """How well the system told what it cannot answer."""

    right: int
    """Unanswerable questions on which it abstained."""
    given: int
    """Abstentions, with crashes on answerable questions, which are wrong ones."""
    due: int
    """Unanswerable questions."""

    @property
    def precision(self) -> float:
        """Share of abstentions that were right; with none, 1 if none was due, else 0."""
        return self.right / self.given if self.given else float(not self.due)

    @property
    def recall(self) -> float:
        """Share of unanswerable questions on which it abstained; with none, 1."""
        return self.right / self.due if self.due else 1.0


def abstention(cases: Iterable[tuple[bool, Outcome]]) -> Abstention:
    """Count abstentions over (answerable, outcome) pairs.

    A crash is always wrong: on an answerable question it counts as a wrong abstention, on an
    unanswerable one as none. Source: abstaining as a binary decision, "no answer" being the
    positive class, as in SQuAD 2.0 (Rajpurkar et al. 2018).
    """
    right = given = due = 0
    for answerable, outcome in cases:
        due += not answerable
        right += not answerable and outcome == "abstained"
        given += outcome == "abstained" or (answerable and outcome == "crashed")
    return Abstention(right=right, given=given, due=due)


def risk_coverage(
    outcomes: Iterable[tuple[float, bool | None]],
) -> tuple[tuple[float, float], ...]:
    """Return the (coverage, risk) points of answering only what is surest, both 0 to 1.

    Args:
        outcomes: of every question its confidence and whether its answer was wrong; None where
            nothing was answered, which counts in the coverage's denominator only.

    A point stands at each distinct confidence, the highest first: coverage is the share of all
    questions with at least that confidence, risk the share of wrong ones among those. Empty
    where nothing was answered. Source: El-Yaniv and Wiener (2010).
    """
    asked = list(outcomes)
    answered = sorted(((c, wrong) for c, wrong in asked if wrong is not None), key=lambda a: -a[0])
    points, errors = [], 0
    for place, (confidence, wrong) in enumerate(answered, start=1):
        errors += wrong
        if place == len(answered) or answered[place][0] != confidence:
            points.append((place / len(asked), errors / place))
    return tuple(points)


def area_under(curve: Sequence[tuple[float, float]]) -> float | None:
    """Return the mean risk over the coverages of a risk-coverage curve (AURC), 0 to 1.

    Lower is better; None for an empty curve. Each answered question weighs the same, those of
    one confidence with the risk at which that confidence is reached. Source: Geifman and
    El-Yaniv (2017), "Selective classification for deep neural networks".
    """
    if not curve:
        return None
    steps = zip([0.0, *(coverage for coverage, _ in curve)], curve, strict=False)
    return sum((coverage - before) * risk for before, (coverage, risk) in steps) / curve[-1][0]
