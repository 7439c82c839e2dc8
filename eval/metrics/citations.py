"""Measures of what an answer cites: characters, whole sentences, literal quotes; pure functions."""

from collections.abc import Iterable, Mapping, Sequence

from rag import AnswerSentence

DocumentSpan = tuple[str, int, int]
"""Document id, start and end: half-open character offsets in the document's text."""


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


def _characters(spans: Iterable[DocumentSpan]) -> set[tuple[str, int]]:
    return {
        (document, position) for document, start, end in spans for position in range(start, end)
    }
