"""Checks a text against a library in one call; `Assistant.verify` does it for an open one."""

from pathlib import Path

from index.scope import Scope
from rag import arguments
from rag.assistant import Assistant
from rag.types import Verification


def verify(
    text: str,
    *,
    library: str | Path | None = None,
    assistant: Assistant | None = None,
    k: int | None = None,
    scope: Scope | None = None,
) -> Verification:
    """Check what a text says, claim by claim, against the articles of a library; offline.

    Args:
        text: Plain or Markdown, with or without citations and a list of sources, or the output of
            `footnote ask`, `--json` included.
        library: Folder of the library; None takes that of the settings.
        assistant: An open assistant, in place of `library`.
        k: Passages searched for each claim; `Settings.k` when None.
        scope: Which articles are searched, and no others; None searches all.

    Raises:
        ScopeError: Nothing is in the scope, or the library has nothing of a name in it.
        MisuseError: The text has no statement, or k is not 1 to 100.
        LibraryError: The library cannot be read.
    """
    if assistant is not None:
        arguments.check(assistant, Assistant, name="assistant", wanted="an open rag.Assistant")
        return assistant.verify(text, k=k, scope=scope)
    with Assistant.open(library=library) as opened:
        return opened.verify(text, k=k, scope=scope)
