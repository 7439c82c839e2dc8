"""Footnote's Python API: ask questions of your own articles and get checked citations.

`from rag import Assistant` is the way in; everything that is promised to users is in `__all__`.
"""

from index.embedding import Embedder
from index.errors import (
    ArchiveError,
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
from index.sync.intake import Article
from index.sync.watch import Notice
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
    SourceState,
    Span,
)
from index.upkeep.compact import CompactReport
from index.upkeep.transfer import ExportReport
from rag.answer.answerer import Answerer
from rag.assistant import Assistant
from rag.llm.prompting import judge_messages
from rag.llm.protocol import LanguageModel, Message, Reply
from rag.llm.registry import load_model
from rag.plain_data import as_json, json_text
from rag.question_log import LoggedQuestion, log_question, logged_questions
from rag.seeds import seed_paths
from rag.settings import Settings, keep_setting
from rag.types import (
    Answer,
    AnswerSentence,
    CheckedClaim,
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
    Verification,
)
from rag.verify_text import verify

__all__ = [
    "AddReport",
    "Answer",
    "AnswerSentence",
    "Answerer",
    "ArchiveError",
    "Article",
    "Assistant",
    "Change",
    "CheckedClaim",
    "Checkup",
    "Citation",
    "CitationError",
    "CompactReport",
    "Document",
    "DocumentSummary",
    "Draft",
    "DraftSentence",
    "Embedder",
    "EmbeddingError",
    "Event",
    "Evidence",
    "ExportReport",
    "Finding",
    "FootnoteError",
    "Hit",
    "LanguageModel",
    "LibraryBusyError",
    "LibraryError",
    "LibraryMismatchError",
    "LoggedQuestion",
    "Message",
    "MisuseError",
    "ModelError",
    "ModelRejectedError",
    "ModelResponseError",
    "ModelUnavailableError",
    "Notice",
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
    "SourceState",
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
    "judge_messages",
    "keep_setting",
    "load_model",
    "log_question",
    "logged_questions",
    "seed_paths",
    "verify",
]
