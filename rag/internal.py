"""What our own `eval` and `ui` use of `rag` and nobody else should: it may change at any time."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.card import left_out_line
from index.data_files import (
    data_file,
    data_text,
    data_toml,
    open_named,
    read_named,
    seed_paths,
    whole_file,
)
from index.terms import content_terms
from index.terms import places as places_of_words
from index.types import page_name
from rag.answer.rows import cells_of_table
from rag.arguments import read_scope, scope_among
from rag.articles import articles_note, not_read_again
from rag.assistant import Assistant
from rag.citations import SHOWN_AS_TRUE, places
from rag.cli.main import OPTION_TYPES
from rag.conversations.conversation import (
    Conversation,
    KeptTurn,
    compared,
    exported,
    library_name,
    read_answer,
    with_comparison,
)
from rag.conversations.store import ConversationStore, conversations_here
from rag.drafting import extractive_answerer
from rag.llm.client import in_thread
from rag.llm.prompting import draft_messages, judge_messages
from rag.logbook import LoggedQuestion, log_question, logged_questions
from rag.question import read_question
from rag.reader.onnx_reader import SHA256 as READER_SHA256
from rag.settings import Settings, keep_setting
from rag.sources import by_answer, set_against
from rag.types import Answer, Sentence, as_json, json_text
from rag.verification.differences import corrections

if TYPE_CHECKING:
    from rag.llm.found_models import FoundModel

__all__ = [
    "OPTION_TYPES",
    "READER_SHA256",
    "SHOWN_AS_TRUE",
    "Conversation",
    "ConversationStore",
    "KeptTurn",
    "LoggedQuestion",
    "articles_note",
    "as_json",
    "asked_settings",
    "cells_of_table",
    "compared",
    "content_terms",
    "conversations_here",
    "corrections",
    "data_file",
    "data_text",
    "data_toml",
    "draft_messages",
    "exported",
    "in_thread",
    "json_text",
    "judge_messages",
    "keep_found_model",
    "keep_setting",
    "left_out_line",
    "library_name",
    "log_question",
    "logged_questions",
    "models_here",
    "named_settings",
    "not_read_again",
    "open_named",
    "page_name",
    "places",
    "places_of_words",
    "ranked_sentences",
    "read_answer",
    "read_named",
    "read_scope",
    "scope_among",
    "seed_paths",
    "set_against",
    "whole_file",
    "with_all_hits",
    "with_comparison",
]


def models_here() -> "tuple[FoundModel, ...]":
    """Return what runs on this machine, as `rag.llm.found_models` finds it; empty for nothing."""
    from rag.llm import found_models

    return found_models.models_here()


def keep_found_model(model: "FoundModel", settings: Settings) -> Path:
    """Keep a model for all answers, as `rag.llm.found_models` does; return the file's path."""
    from rag.llm import found_models

    return found_models.keep_model(model, settings)


def asked_settings(library: str | None, *, llm: str | None = None) -> Settings:
    """Return the settings of a library that is there, as a command line names it.

    Raises:
        MisuseError: One word names neither a library nor a folder that is here.
        OperationError: The file of names is damaged or cannot be read.
    """
    from rag.named_libraries import refuse_new

    settings = Settings.load(library=library, llm=llm)
    if library is not None:
        refuse_new(library)
    return settings


def named_settings(settings: Settings) -> dict[str, Settings]:
    """Return settings for each library that has a name, the default one first, by name.

    Raises:
        OperationError: The file of names is damaged or cannot be read.
    """
    from rag.named_libraries import named_libraries

    return {
        one.name: settings.changed(library=one.place, vectors=one.vectors or settings.vectors)
        for one in named_libraries()
    }


def ranked_sentences(answer: Answer) -> tuple[Sentence, ...]:
    """Return an answer's sentences as `Answer.ranked` has them, also where a model wrote it."""
    if not answer.prompts:
        return answer.ranked
    return extractive_answerer().draft(read_question(answer.searched), answer.hits).ranked


def with_all_hits(answer: Answer, assistant: object, *, k: int | None) -> Answer:
    """Return an abstention with all that was retrieved, near or not, so that it can be measured.

    An answer stays as it is, and so does what no `rag.Assistant` said.
    """
    if answer.status == "answered" or not isinstance(assistant, Assistant):
        return answer
    if answer.reason == "small_talk":
        return answer
    hits = assistant.search(answer.searched, k=k, scope=answer.scope)
    return replace(answer, hits=by_answer(hits, answer.ranked))
