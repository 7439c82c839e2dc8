"""Gives LlamaIndex the same passages and checked answers, as its own types.

Prints:

    The new bridge | The new bridge over the Elbe cost 12 million euros. It opens to trams on 3 May.
    The new bridge over the Elbe cost 12 million euros. [1]
    12 million euros | 1 footnote
"""

from rag import Article, Assistant

article = Article(
    source="https://example.org/bridge",
    title="The new bridge",
    text="The new bridge over the Elbe cost 12 million euros. It opens to trams on 3 May.",
)
with Assistant.open(library="bridge-library") as assistant:
    assistant.library.add_articles([article])
    for found in assistant.as_retriever(k=1).retrieve("What did the bridge cost?"):
        print(found.node.metadata["title"], "|", found.node.get_content())
    response = assistant.as_query_engine().query("What did the bridge cost?")
    print(response)
    print(response.metadata["short"], "|", len(response.metadata["citations"]), "footnote")
