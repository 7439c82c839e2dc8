"""Every measure, each a pure function with its source: words, citations, abstention, rankings."""

from eval.metrics.abstention import Abstention, Outcome, abstention, area_under, risk_coverage
from eval.metrics.answers import (
    DocumentSpan,
    contains_answer,
    distinct,
    exact_match,
    hit_at,
    ndcg_at,
    normalise_answer,
    normalised_nfc,
    quote_faithfulness,
    recall_at,
    reciprocal_rank,
    sentence_precision_recall,
    span_precision_recall,
    token_f1,
)
from eval.metrics.statistics import mean_interval, percentile, wilson_interval

__all__ = [
    "Abstention",
    "DocumentSpan",
    "Outcome",
    "abstention",
    "area_under",
    "contains_answer",
    "distinct",
    "exact_match",
    "hit_at",
    "mean_interval",
    "ndcg_at",
    "normalise_answer",
    "normalised_nfc",
    "percentile",
    "quote_faithfulness",
    "recall_at",
    "reciprocal_rank",
    "risk_coverage",
    "sentence_precision_recall",
    "span_precision_recall",
    "token_f1",
    "wilson_interval",
]
