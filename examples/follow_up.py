"""Asks a question that only makes sense after the one before; `history` carries the turns.

Prints:

    12 million euros
    searched: And when does the new bridge open?
    3 May
"""

from rag import Article, Assistant

article = Article(
    source="https://example.org/bridge",
    title="The new bridge",
    text="The new bridge over the Elbe cost 12 million euros. It opens to trams on 3 May.",
)
with Assistant.open(library="bridge-library") as assistant:
    assistant.library.add_articles([article])
    first = assistant.ask("How much did the new bridge cost?")
    print(first.short)
    second = assistant.ask("And when does it open?", history=[first.turn])
    print("searched:", second.searched)
    print(second.short)
