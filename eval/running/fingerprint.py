"""Names what the results of a run depend on, so that two runs can be told to be comparable."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING

from eval.suites.cases import GoldCase, Suite
from rag import DocumentSummary, Settings

if TYPE_CHECKING:
    from eval.suites.evidence import Documents

SETTINGS = ("k", "threshold", "embedding_model", "llm", "llm_max_tokens", "strict")
"""Settings that change answers; addresses, keys, prices and folders are not among them."""


def fingerprint_of(
    assistant: "Documents", suite: Suite | None = None, *, k: int | None = None
) -> Mapping[str, str]:
    """Return name and value of what the answers depend on: version, settings, library, gold.

    The digests do not depend on the order of documents or cases. What holds no settings, such as
    a stand-in, gives none. `summarise` adds the models and prompts that answered.
    """
    facts = {"version": version("footnote")}
    settings = getattr(assistant, "settings", None)
    if isinstance(settings, Settings):
        facts |= {name: str(getattr(settings, name)) for name in SETTINGS}
    if k is not None:
        facts["k"] = str(k)
    facts["library"] = library_digest(assistant.documents())
    return facts | ({"gold": gold_digest(suite.cases)} if suite else {})


def library_digest(documents: Iterable[DocumentSummary]) -> str:
    """Return a short digest of all documents' texts."""
    return _digest("\n".join(sorted(document.sha256 for document in documents)))


def gold_digest(cases: Iterable[GoldCase]) -> str:
    """Return a short digest of what the cases say, wherever they are written."""
    rows = [{name: value for name, value in asdict(c).items() if name != "place"} for c in cases]
    return _digest("\n".join(sorted(json.dumps(row, sort_keys=True) for row in rows)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
