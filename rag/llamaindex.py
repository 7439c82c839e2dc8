"""Offers Footnote to LlamaIndex users as their own types; imports llama_index."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.vector_stores.types import FilterOperator, MetadataFilters

from index.errors import MisuseError
from index.scope import Scope, scope_of
from rag import arguments
from rag.types import Answer, Hit, as_json

_FIELDS = {
    "tags": "tags",
    "source": "places",
    "document_id": "documents",
    "title": "documents",
    "media_type": "types",
}
"""Of a scope, by the key of a node's metadata."""
_IS = (FilterOperator.EQ, FilterOperator.IN, FilterOperator.ANY, FilterOperator.CONTAINS)
_IS_NOT = (FilterOperator.NE, FilterOperator.NIN)
_ENDS = {FilterOperator.GTE: "since", FilterOperator.LTE: "until"}


class Answering(Protocol):
    """What is offered: a `rag.Assistant`."""

    def search(
        self, question: str, *, k: int | None = None, scope: Scope | None = None
    ) -> Sequence[Hit]:
        """Return the k best passages, best first."""

    def ask(self, question: str, *, k: int | None = None, scope: Scope | None = None) -> Answer:
        """Answer a question."""

    async def aask(
        self, question: str, *, k: int | None = None, scope: Scope | None = None
    ) -> Answer:
        """Answer a question without blocking the event loop."""


class FootnoteRetriever(BaseRetriever):
    """An assistant's retrieval as a LlamaIndex retriever: passages as nodes, best first."""

    def __init__(
        self, assistant: Answering, *, k: int | None, scope: Scope | MetadataFilters | None
    ) -> None:
        super().__init__()
        self._assistant = assistant
        self._k = k
        self._scope = scope_of_filters(scope)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            _node(hit)
            for hit in self._assistant.search(query_bundle.query_str, k=self._k, scope=self._scope)
        ]


class FootnoteQueryEngine(BaseQueryEngine):
    """An assistant as a LlamaIndex query engine.

    The response is the answer's text: whole sentences with their marks. Its metadata holds
    `status`, `reason`, `short`, `parts`, `confidence`, `scope` in words, `sentences` and
    `citations` as plain data; its source nodes are the retrieved passages.
    """

    def __init__(
        self, assistant: Answering, *, k: int | None, scope: Scope | MetadataFilters | None
    ) -> None:
        super().__init__(callback_manager=None)
        self._assistant = assistant
        self._k = k
        self._scope = scope_of_filters(scope)

    def _query(self, query_bundle: QueryBundle) -> Response:
        return _response(self._assistant.ask(query_bundle.query_str, k=self._k, scope=self._scope))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return _response(
            await self._assistant.aask(query_bundle.query_str, k=self._k, scope=self._scope)
        )

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def scope_of_filters(given: Scope | MetadataFilters | None) -> Scope | None:
    """Return the scope that LlamaIndex's filters of metadata mean; a scope is returned as it is.

    Known are the keys `tags`, `source`, `document_id`, `title` and `media_type`, which are equal to
    a value or one of several, or not, and `published`, from a day on or up to one, joined by `and`.

    Raises:
        MisuseError: A filter means something else.
    """
    if given is None or isinstance(given, Scope):
        return given
    arguments.check(given, MetadataFilters, name="scope", wanted="a rag.Scope or MetadataFilters")
    fields: dict[str, list[str]] = {}
    dates: dict[str, str] = {}
    for one in given.filters:
        if isinstance(one, MetadataFilters) or (
            len(given.filters) > 1 and given.condition != "and"
        ):
            raise MisuseError(
                "filters within filters, and such as are joined by other than `and`, are no scope: "
                "give a rag.Scope"
            )
        field = _FIELDS.get(one.key, "")
        if one.key == "published" and one.operator in _ENDS:
            dates[_ENDS[one.operator]] = str(one.value)
        elif field and one.operator in (*_IS, *_IS_NOT):
            name = f"not_{field}" if one.operator in _IS_NOT else field
            if name in fields and name == field:
                raise MisuseError(f"two filters of {one.key!r} are no scope: give one with `in`")
            values = one.value if isinstance(one.value, list) else [one.value]
            fields.setdefault(name, []).extend(map(str, values))
        else:
            raise MisuseError(
                f"a filter of {one.key!r} by {one.operator.value!r} is no scope: the keys are "
                f"{', '.join(_FIELDS)} by ==, in, != and nin, and published by >= and <="
            )
    return scope_of({**fields, **dates})


def _response(answer: Answer) -> Response:
    metadata = {
        "status": answer.status,
        "reason": answer.reason,
        "short": answer.short,
        "parts": as_json(answer.parts),
        "confidence": answer.confidence,
        "scope": answer.scope.words,
        "sentences": as_json(answer.sentences),
        "citations": as_json(answer.citations),
    }
    nodes = [_node(hit) for hit in answer.hits]
    return Response(response=answer.text, source_nodes=nodes, metadata=metadata)


def _node(hit: Hit) -> NodeWithScore:
    passage = hit.passage
    card = {n: v for n, v in asdict(hit.card).items() if v or n in ("title", "source")}
    # A model that another program asks is told what a person would be.
    unsaid = [n for n in card if n not in ("title", "source", "author", "published")]
    page = {"page": hit.page} | ({"page_label": hit.page_label} if hit.page_label else {})
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata=card | page,
        excluded_embed_metadata_keys=unsaid,
        excluded_llm_metadata_keys=unsaid,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.document_id)},
    )
    return NodeWithScore(node=node, score=hit.score)
