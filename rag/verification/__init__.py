"""Checks what any text says against sources: claims, verdicts and the sentences behind them."""

from rag.verification.candidates import Similarity
from rag.verification.claims import Claim, ClaimReader, read_claims
from rag.verification.verdict import Judged, judge

__all__ = ["Claim", "ClaimReader", "Judged", "Similarity", "judge", "read_claims"]
