"""Footnote's Python API: ask questions of your own articles and get checked citations.

`from rag import Assistant` is the way in; everything that is promised to users is in `__all__`.
"""

from index.embedding import Embedder
from index.errors import (
    CitationError,
    EmbeddingError,
    FootnoteError,
    LibraryBusyError,
    LibraryError,
    LibraryMismatchError,
    MisuseError,
    ModelError,
    ModelRejectedError,
    ModelResponseError,
    ModelUnavailableError,
    OperationError,
    ReadError,
    SettingsError,
    UnknownDocumentError,
)
from index.intake import Article
from index.types import (
    AddReport,
    Change,
    Checkup,
    Document,
    DocumentSummary,
    Finding,
    Hit,
    Passage,
    ScoredSentence,
    Sentence,
    Span,
)
from rag.answerer import Answerer
from rag.as_json import as_json, json_text
from rag.assistant import Assistant
from rag.models import LanguageModel, Message, Reply
from rag.seeds import seed_paths
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerSentence,
    Citation,
    Draft,
    DraftSentence,
    Event,
    Evidence,
    PromptDigest,
    Reason,
    Retrieved,
    Status,
    TextDelta,
    Turn,
    Usage,
    Verdict,
)
from rag.verification.verify import CheckedClaim, Verification
from rag.verify_text import verify

__all__ = [
    "AddReport",
    "Answer",
    "AnswerSentence",
    "Answerer",
    "Article",
    "Assistant",
    "Change",
    "CheckedClaim",
    "Checkup",
    "Citation",
    "CitationError",
    "Document",
    "DocumentSummary",
    "Draft",
    "DraftSentence",
    "Embedder",
    "EmbeddingError",
    "Event",
    "Evidence",
    "Finding",
    "FootnoteError",
    "Hit",
    "LanguageModel",
    "LibraryBusyError",
    "LibraryError",
    "LibraryMismatchError",
    "Message",
    "MisuseError",
    "ModelError",
    "ModelRejectedError",
    "ModelResponseError",
    "ModelUnavailableError",
    "OperationError",
    "Passage",
    "PromptDigest",
    "ReadError",
    "Reason",
    "Reply",
    "Retrieved",
    "ScoredSentence",
    "Sentence",
    "Settings",
    "SettingsError",
    "Span",
    "Status",
    "TextDelta",
    "Turn",
    "UnknownDocumentError",
    "Usage",
    "Verdict",
    "Verification",
    "as_json",
    "json_text",
    "seed_paths",
    "verify",
]
