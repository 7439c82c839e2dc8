"""Footnote's Python API: ask questions of your own articles and get checked citations.

`from rag import Assistant` is the way in; everything that is promised to users is in `__all__` here
and in `rag.types`. A name is loaded when it is first asked for, and nothing that it does not need.
"""

from importlib import import_module

TYPE_CHECKING = False  # so read by type checkers; typing takes 5 ms, in which Ctrl-C is a traceback

if TYPE_CHECKING:
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
        ScopeError,
        SettingsError,
        UnknownDocumentError,
    )
    from index.full_text import FoundDocument, FoundDocuments
    from index.scope import EVERYTHING, Scope
    from rag.assistant import Assistant
    from rag.evidence import verify
    from rag.library import OpenLibrary
    from rag.llm.registry import load_model
    from rag.overview.timeline import Timeline, TimelineEntry
    from rag.settings import Settings
    from rag.types import (
        AddReport,
        Answer,
        AnswerSentence,
        Article,
        Card,
        Change,
        CheckedClaim,
        Checkup,
        Citation,
        Document,
        DocumentSummary,
        Hit,
        LanguageModel,
        Passage,
        Retrieved,
        Sentence,
        TextDelta,
        Turn,
        Verification,
    )

__all__ = [
    "EVERYTHING",
    "AddReport",
    "Answer",
    "AnswerSentence",
    "ArchiveError",
    "Article",
    "Assistant",
    "Card",
    "Change",
    "CheckedClaim",
    "Checkup",
    "Citation",
    "CitationError",
    "Document",
    "DocumentSummary",
    "EmbeddingError",
    "FootnoteError",
    "FoundDocument",
    "FoundDocuments",
    "Hit",
    "LanguageModel",
    "LibraryBusyError",
    "LibraryError",
    "LibraryMismatchError",
    "MisuseError",
    "ModelError",
    "ModelRejectedError",
    "ModelResponseError",
    "ModelUnavailableError",
    "OpenLibrary",
    "OperationError",
    "Passage",
    "ReadError",
    "Retrieved",
    "Scope",
    "ScopeError",
    "Sentence",
    "Settings",
    "SettingsError",
    "TextDelta",
    "Timeline",
    "TimelineEntry",
    "Turn",
    "UnknownDocumentError",
    "Verification",
    "load_model",
    "verify",
]

_HOMES = {
    "Assistant": "rag.assistant",
    "FoundDocument": "index.full_text",
    "FoundDocuments": "index.full_text",
    "OpenLibrary": "rag.library",
    "EVERYTHING": "index.scope",
    "Scope": "index.scope",
    "Settings": "rag.settings",
    "Timeline": "rag.overview.timeline",
    "TimelineEntry": "rag.overview.timeline",
    "load_model": "rag.llm.registry",
    "verify": "rag.evidence",
}
"""Where a name is from; that of an error is `index.errors`, any other type's `rag.types`."""

_MOVED = {
    "rag.internal": "LoggedQuestion as_json json_text judge_messages keep_setting log_question "
    "logged_questions seed_paths",
    "rag.types": "Answerer CompactReport Draft DraftSentence Embedder Event Evidence ExportReport "
    "Finding Message Notice PromptDigest Reason Reply ScoredSentence SourceState Span Status Usage "
    "Verdict",
}
"""Where names are now that were here in version 0.1; the next version leaves this out."""


def __getattr__(name: str) -> object:
    if name in __all__:
        home = _HOMES.get(name, "index.errors" if name.endswith("Error") else "rag.types")
        value: object = getattr(import_module(home), name)
        globals()[name] = value
        return value
    for home, names in _MOVED.items():
        if name in names.split():
            _warn(name, home)
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _warn(name: str, home: str) -> None:
    import warnings

    told = f"rag.{name} is now {home}.{name}; the old name goes with the next version"
    warnings.warn(told, DeprecationWarning, stacklevel=3)


def __dir__() -> list[str]:
    return __all__
