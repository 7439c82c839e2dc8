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

from index.scope import Scope
from rag.plain_data import as_json
from rag.types import Answer, Hit


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

    def __init__(self, assistant: Answering, *, k: int | None, scope: Scope | None) -> None:
        super().__init__()
        self._assistant = assistant
        self._k = k
        self._scope = scope

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [
            _node(hit)
            for hit in self._assistant.search(query_bundle.query_str, k=self._k, scope=self._scope)
        ]


class FootnoteQueryEngine(BaseQueryEngine):
    """An assistant as a LlamaIndex query engine.

    The response is the answer's text: whole sentences with their marks. Its metadata holds
    `status`, `reason`, `short`, `parts`, `confidence`, `sentences` and `citations` as plain data;
    its source nodes are the retrieved passages.
    """

    def __init__(self, assistant: Answering, *, k: int | None, scope: Scope | None) -> None:
        super().__init__(callback_manager=None)
        self._assistant = assistant
        self._k = k
        self._scope = scope

    def _query(self, query_bundle: QueryBundle) -> Response:
        return _response(self._assistant.ask(query_bundle.query_str, k=self._k, scope=self._scope))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return _response(
            await self._assistant.aask(query_bundle.query_str, k=self._k, scope=self._scope)
        )

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _response(answer: Answer) -> Response:
    metadata = {
        "status": answer.status,
        "reason": answer.reason,
        "short": answer.short,
        "parts": as_json(answer.parts),
        "confidence": answer.confidence,
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
