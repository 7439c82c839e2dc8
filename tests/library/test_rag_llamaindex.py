"""A scope for LlamaIndex's users: ours, or their filters of metadata."""

from collections.abc import Iterator

import pytest
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from rag import Article, Assistant, MisuseError, Scope, Settings
from rag.llamaindex import scope_of_filters
from rag.testing import HashEmbedder, open_assistant


def _filter(key: str, operator: FilterOperator, value: str | list[str]) -> MetadataFilter:
    return MetadataFilter(key=key, operator=operator, value=value)


def _is(key: str, value: str) -> MetadataFilter:
    return _filter(key, FilterOperator.EQ, value)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    settings = Settings(library=tmp_path_factory.mktemp("llamaindex"), seeds=False)
    with open_assistant(settings, embedder=HashEmbedder()) as assistant:
        texts = {"Cats": "Cats sleep all day.", "Dogs": "Dogs sleep at night."}
        articles = [Article(source=f"pets/{t}", title=t, text=text) for t, text in texts.items()]
        assistant.library.add_articles(articles)
        yield assistant


def test_filters_are_searched_as_a_scope(assistant: Assistant) -> None:
    retriever = assistant.as_retriever(scope=MetadataFilters(filters=[_is("title", "Dogs")]))
    assert [node.node.metadata["title"] for node in retriever.retrieve("Who sleeps?")] == ["Dogs"]
    engine = assistant.as_query_engine(scope=Scope(documents=("Cats",)))
    response = engine.query("Who sleeps?")
    assert {node.node.metadata["title"] for node in response.source_nodes} <= {"Cats"}
    assert response.metadata is not None
    assert response.metadata["scope"] == "document Cats"


def test_each_kind_of_filter_has_its_field() -> None:
    filters = [
        _filter("tags", FilterOperator.IN, ["economy", "trade"]),
        _is("source", "notes"),
        _filter("media_type", FilterOperator.NE, "application/pdf"),
        _filter("published", FilterOperator.GTE, "2024-01-01"),
        _filter("published", FilterOperator.LTE, "2024-06-30"),
    ]
    assert scope_of_filters(MetadataFilters(filters=filters)) == Scope(
        tags=("economy", "trade"),
        places=("notes",),
        not_types=("application/pdf",),
        since="2024-01-01",
        until="2024-06-30",
    )


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ([_is("colour", "red")], "a filter of 'colour' by '==' is no scope: the keys are tags, "),
        ([_filter("tags", FilterOperator.GT, "a")], "a filter of 'tags' by '>' is no scope"),
        ([_is("tags", "a"), _is("tags", "b")], "two filters of 'tags' are no scope: give one "),
        ([MetadataFilters(filters=[_is("tags", "a")])], "filters within filters"),
    ],
)
def test_a_filter_that_is_no_scope_is_refused(
    filters: list[MetadataFilter | MetadataFilters], said: str
) -> None:
    with pytest.raises(MisuseError, match=said):
        scope_of_filters(MetadataFilters(filters=filters))


def test_filters_of_which_one_is_to_fit_are_refused() -> None:
    filters = [_is("tags", "a"), _is("source", "b")]
    with pytest.raises(MisuseError, match="joined by other than `and`"):
        scope_of_filters(MetadataFilters(filters=filters, condition=FilterCondition.OR))
