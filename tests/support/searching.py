"""Searches a library as tests do: one question, one moment."""

from index.search import search as search_in
from index.store.library import Library
from index.terms import Query
from index.types import Hit


def search(library: Library, question: str, *, k: int) -> tuple[Hit, ...]:
    with library.moment() as moment:
        return search_in(Query.of(question), moment, k=k).hits
